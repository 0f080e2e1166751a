"""Random scenes with exact captions, for the denoiser to learn counts, colours, relations and places from.

`random_scene` makes the data; `layout.plan_layout` and `composer.render_layout` make the pictures: one layout
rendered with two `choose` functions is a draft and its target.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from studiolo.engines.pocket.backgrounds.paint import PAINTERS
from studiolo.engines.pocket.drawings import DrawingLibrary
from studiolo.engines.pocket.facts import floats, worn_at
from studiolo.engines.pocket.scene import Place, Relation, RelationKind, Scene, Size, Thing, TimeOfDay
from studiolo.engines.pocket.vocabulary import COLOURS

GROUPS = {"animals-nature": 5.0, "food-drink": 3.0, "travel-places": 3.0, "objects": 3.0, "activities": 1.5,
          "smileys-emotion": 0.6, "people-body": 0.5, "own": 4.0}  # fmt: skip
COLOUR_WEIGHTS = {
    "red": 4, "blue": 4, "green": 4, "yellow": 4, "orange": 3, "purple": 3, "pink": 3, "black": 2,
    "white": 2, "brown": 2, "gray": 2, "gold": 1, "turquoise": 1,
}  # fmt: skip
NUMBERS = ("", "a", "two", "three", "four", "five", "six")
PHRASES: dict[RelationKind, tuple[str, ...]] = {
    "left_of": ("left of", "to the left of", "on the left of"),
    "right_of": ("right of", "to the right of", "on the right of"),
    "above": ("above", "over"),
    "below": ("below",),
    "on": ("on", "on top of", "sitting on"),
    "in": ("in", "inside"),
    "under": ("under", "underneath"),
    "next_to": ("next to", "beside", "and"),
    "in_front_of": ("in front of",),
    "behind": ("behind",),
    "with": ("with",),
    "wearing": ("wearing", "with"),
}
RELATION_ODDS: dict[RelationKind, float] = {"left_of": 5, "right_of": 5, "next_to": 5, "above": 2, "on": 2,
    "under": 1, "in_front_of": 1, "behind": 1, "with": 1, "wearing": 1, "in": 0.5, "below": 0.7}  # fmt: skip
PLACE_WORDS = {
    "snow": ("in the snow",), "beach": ("on the beach",), "sea": ("on the sea", "in the ocean"),
    "underwater": ("under water", "under the sea"), "meadow": ("in a meadow", "on the grass"),
    "garden": ("in a garden",), "forest": ("in a forest", "in the woods"), "jungle": ("in the jungle",),
    "desert": ("in the desert",), "mountains": ("in the mountains",), "sky": ("in the sky",),
    "space": ("in space", "in outer space"), "moon": ("on the moon",), "mars": ("on mars",),
    "city": ("in the city",), "street": ("on the street", "on a road"), "village": ("in a village",),
    "room": ("in a room", "in the living room"), "kitchen": ("in the kitchen",),
    "table": ("on a table", "on a wooden table"), "office": ("in an office",), "library": ("in a library",),
    "stage": ("on stage",), "castle hall": ("in a castle hall",), "cave": ("in a cave",),
    "farm": ("on a farm",), "park": ("in a park",), "stadium": ("in a stadium",), "lake": ("by a lake",),
    "river": ("by the river",), "volcano": ("in front of a volcano",),
}  # fmt: skip
TIME_WORDS: dict[TimeOfDay, str] = {
    "night": "at night",
    "sunset": "at sunset",
    "sunrise": "at sunrise",
    "day": "",
}
STYLE_ODDS = {"3d": 1.0, "flat": 1.0, "emoji": 0.6, "sticker": 0.4, "blob": 0.3}


@lru_cache(maxsize=4)
def _pool(library: DrawingLibrary) -> tuple[list[str], np.ndarray]:
    """Names that have two styles at least and are said in a few words, and how often each is chosen."""
    names, weights = [], []
    for name in library.names:
        drawings = library.drawings(name)
        group = drawings[0].group
        plain = name.count(" ") <= 2 and group in GROUPS and all(c.isalpha() or c == " " for c in name)
        if plain and (len({d.set for d in drawings}) > 1 or group == "own"):
            names.append(name)
            common = 2.0 if library.aliases(name) else 1.0
            weights.append(GROUPS[group] * common / (1 + name.count(" ")))
    odds = np.array(weights)
    return names, odds / odds.sum()


def random_scene(rng: np.random.Generator, library: DrawingLibrary) -> tuple[Scene, str]:
    """A scene that the composer can paint and a caption that says exactly what it shows."""
    pair = rng.random() < 0.55
    things = [_thing(rng, library, many=not pair)]
    relations: tuple[Relation, ...] = ()
    text = _say(things[0])
    if pair:
        kind = _pick(rng, RELATION_ODDS)
        things.append(_other(rng, library, kind))
        if kind in {"on", "in", "under", "wearing", "with"}:
            things = [_single(t) for t in things]
        relations = (Relation(kind, 0, 1),)
        phrase = str(rng.choice(PHRASES[kind]))
        text = f"{_say(things[0])} {phrase} {_say(things[1])}"
    place, time, colour, where = _setting(rng, things)
    style = _pick(rng, STYLE_ODDS) if rng.random() < 0.2 else None
    scene = Scene(
        things=tuple(things),
        relations=relations,
        place=Place(place) if place else None,
        time_of_day=time,
        background_colour=colour,
        style=style,
    )
    caption = f"{text}{where}"
    return scene, f"{caption}, {style} style" if style else caption


def _pick(rng: np.random.Generator, odds):
    keys = list(odds)
    weights = np.array([odds[k] for k in keys], float)
    return keys[int(rng.choice(len(keys), p=weights / weights.sum()))]


def _thing(rng: np.random.Generator, library: DrawingLibrary, *, many: bool) -> Thing:
    names, odds = _pool(library)
    name = names[int(rng.choice(len(names), p=odds))]
    words = [name, *(a for a in library.aliases(name) if a.count(" ") < 2)]
    word = words[int(rng.integers(len(words)))] if rng.random() < 0.6 else words[0]
    count = int(rng.choice([1, 2, 3, 4], p=[0.5, 0.2, 0.17, 0.13] if many else [0.7, 0.17, 0.09, 0.04]))
    colour = None
    first = word.split()[0]
    if rng.random() < 0.45 and first not in COLOURS and library.drawings(name)[0].group != "people-body":
        colour = _pick(rng, COLOUR_WEIGHTS)
    size: Size | None = None
    if rng.random() < 0.06:
        size = ("tiny", "small", "big", "huge")[int(rng.integers(4))]
    return Thing(name=word, phrase=word, count=count, colour=colour, size=size)


def _other(rng: np.random.Generator, library: DrawingLibrary, kind: RelationKind) -> Thing:
    for _ in range(60):
        other = _thing(rng, library, many=False)
        wearable = worn_at(library.find(other.phrase)[0].drawing.name) == "head"
        if (kind == "wearing") == wearable:
            return other
    return Thing(name="hat", phrase="hat")


def _single(thing: Thing) -> Thing:
    return Thing(name=thing.name, phrase=thing.phrase, colour=thing.colour, size=thing.size)


def _setting(
    rng: np.random.Generator, things: list[Thing]
) -> tuple[str | None, TimeOfDay | None, str | None, str]:
    dice = rng.random()
    if dice < 0.5:
        places = list(PAINTERS)
        place = places[int(rng.integers(len(places)))]
        if any(floats(t.name) for t in things) and rng.random() < 0.5:
            place = str(rng.choice(["sky", "space", "meadow", "city"]))
        where = f" {rng.choice(PLACE_WORDS[place])}"
        time: TimeOfDay | None = None
        if rng.random() < 0.2:
            time = ("night", "sunset", "sunrise")[int(rng.integers(3))]
            where += f" {TIME_WORDS[time]}"
        return place, time, None, where
    if dice < 0.62:
        colour = _pick(rng, COLOUR_WEIGHTS)
        return None, None, colour, f" on a {colour} background"
    return None, None, None, ""


def _say(thing: Thing) -> str:
    number = NUMBERS[thing.count]
    noun = thing.name if thing.count == 1 else plural(thing.name)
    words = [w for w in (thing.size, thing.colour, noun) if w]
    if number == "a" and words[0][0] in "aeiou":
        number = "an"
    return " ".join([number, *words])


_PLURALS = {
    "mouse": "mice", "goose": "geese", "ox": "oxen", "sheep": "sheep", "fish": "fish", "deer": "deer",
    "leaf": "leaves", "wolf": "wolves", "knife": "knives", "man": "men", "woman": "women", "foot": "feet",
    "child": "children", "person": "people", "tooth": "teeth", "snowman": "snowmen", "loaf": "loaves",
    "scarf": "scarves",
}  # fmt: skip


def plural(noun: str) -> str:
    """ "apple" → "apples", "mouse" → "mice"."""
    *before, last = noun.split(" ")
    if last in _PLURALS:
        last = _PLURALS[last]
    elif last.endswith(("s", "x", "ch", "sh")):
        last += "" if last.endswith("s") and not last.endswith("ss") else "es"
    elif last.endswith("y") and last[-2] not in "aeiou":
        last = last[:-1] + "ies"
    else:
        last += "s"
    return " ".join([*before, last])
