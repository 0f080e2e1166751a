"""An English prompt → a `Scene`: what is asked for, read without a language model.

`reading` cuts the prompt at relations ("left of"), verbs, commas and "and" into noun phrases, `phrases` says
what each of them is (a thing, a place, an hour …), and this module puts the answers together.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from studiolo.engines.pocket import phrases, reading
from studiolo.engines.pocket.emoji import in_words
from studiolo.engines.pocket.phrases import Lexicon
from studiolo.engines.pocket.reading import And, Aside, Break, Doing, Link, Mark, NounPhrase, Spot, Without
from studiolo.engines.pocket.scene import Place, Position, Relation, RelationKind, Scene, Season, Thing
from studiolo.engines.pocket.vocabulary import NUMBERS, WEARABLES
from studiolo.engines.pocket.vocabulary_places import PLACE_OF_WORDS
from studiolo.engines.pocket.words import words

# "A and B on C" puts both on C; "A and B with C" gives C to B only.
_SHARED: frozenset[RelationKind] = frozenset(
    {
        "left_of",
        "right_of",
        "above",
        "below",
        "on",
        "in",
        "under",
        "behind",
        "in_front_of",
        "between",
        "next_to",
    }
)
_PLACE_OF_SEASON: dict[Season, str] = {
    "winter": "snow",
    "spring": "garden",
    "summer": "meadow",
    "autumn": "meadow",
}
_COUNTING = frozenset({"a", "an", "some", "another", *NUMBERS})
_MANNER = words(
    "angle atmosphere background close-up closeup colour colours composition crop depth down finish "
    "foreground frame glow grain horizon light lighting line lines lit look mood palette perspective range "
    "shading shot stroke strokes style texture tone tones up view viewpoint wash washes"
)
_PRONOUNS = frozenset({"it", "them", "him", "himself", "itself", "themselves"})


def plan(prompt: str, lexicon: Lexicon) -> Scene:
    """Read `prompt`; never raises. What no drawing shows is listed in `unknown`, never replaced."""
    text, style = reading.take_style(in_words(prompt))
    builder = _Builder(lexicon)
    marks = [*reading.read(text, lexicon), Break(sentence=True)]
    for mark, following in pairwise(marks):
        builder.add(mark, following)
    return replace(builder.scene(), style=style)


class _Builder:
    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._things: list[Thing] = []
        self._relations: list[Relation] = []
        self._unknown: list[str] = []
        self._unknown_here: list[str] = []  # of this sentence
        self._things_before = 0  # this sentence
        self._claims: bool | None = None  # whether this sentence begins as a thing does: "a", "two"
        self._setting = phrases.Setting()
        self._place_words = ""
        self._group: list[int] = []  # the things the next relation speaks of
        self._link: RelationKind | None = None
        self._joined = False  # an "and" was just read
        self._preposed: tuple[RelationKind, int] | None = None  # "on the sofa, a cat": waits for the cat
        self._spot: Position | None = None  # "on the left a dog": waits for the dog
        self._skip = False
        self._fresh = True  # a clause has just begun

    def add(self, mark: Mark, following: Mark) -> None:
        match mark:
            case NounPhrase():
                self._noun_phrase(mark, following)
            case Link(kind):
                self._link = kind
            case Aside(word):
                self._noun_phrase(NounPhrase((word,)), following)
            case Spot(position):
                self._place_thing(position, following)
            case Doing(verb):
                self._describe_last(verb)
            case And():
                self._joined, self._link = True, None
            case Without():
                self._skip = True
            case Break(sentence):
                self._link, self._joined, self._fresh = None, False, True
                if sentence:
                    self._group, self._preposed = [], None
                    self._end_sentence()

    def _end_sentence(self) -> None:
        """A later sentence that names nothing to draw says how: light, view, mood. "A samovar" is missed."""
        drew = len(self._things) > self._things_before
        if self._things_before == 0 or drew:
            self._unknown += self._unknown_here
        elif self._claims:
            self._unknown += [phrase for phrase in self._unknown_here if not _is_manner(phrase)]
        self._unknown_here, self._claims, self._things_before = [], None, len(self._things)

    def scene(self) -> Scene:
        self._end_sentence()
        setting = self._setting
        kind = setting.place
        if kind is None and setting.season is not None and setting.background_colour is None:
            kind = _PLACE_OF_SEASON[setting.season]
        return Scene(
            things=tuple(self._things),
            relations=(*self._relations, *self._relations_of_positions()),
            place=Place(kind, self._place_words) if kind else None,
            time_of_day=setting.time_of_day,
            weather=setting.weather,
            season=setting.season,
            background_colour=setting.background_colour,
            unknown=tuple(dict.fromkeys(self._unknown)),
        )

    def _noun_phrase(self, mark: NounPhrase, following: Mark) -> None:
        link, joined, skip = self._link, self._joined, self._skip
        self._link, self._joined, self._skip, self._fresh = None, False, False, False
        if self._claims is None:
            self._claims = mark.words[0] in _COUNTING or mark.words[0].isdigit()
        if skip or (set(mark.words) & _PRONOUNS and len(mark.words) == 1):
            return
        described = phrases.describe(mark.words, self._lexicon)
        if not described.noun:
            self._colour_last(described)
            return
        in_background = following == Spot("background")
        setting = phrases.setting(described, link, in_background=in_background)
        if setting is not None and link != "wearing" and not self._is_long_name(described):
            self._merge_setting(setting, described.text)
            return
        if self._season_of_things(described):
            return
        found = phrases.noun(described, self._lexicon)
        if found is None:
            if not phrases.means_nothing(described):
                self._unknown_here.append(described.text)
            return
        self._setting_of_modifiers(found.modifiers)
        self._add_thing(found, described, link, joined=joined)

    def _is_long_name(self, described: phrases.Described) -> bool:
        """Whether it is a thing that ends in a place ("house with garden")."""
        return len(described.noun) == 1 and " " in described.text and described.text not in PLACE_OF_WORDS

    def _season_of_things(self, described: phrases.Described) -> bool:
        return all(word in {"scene", "landscape", "day"} for word in described.noun)

    def _add_thing(
        self, found: phrases.Noun, described: phrases.Described, link: RelationKind | None, *, joined: bool
    ) -> None:
        index = len(self._things)
        colours = described.colours
        self._things.append(
            Thing(
                name=found.name,
                phrase=found.phrase,
                count=described.count or self._plural_count(found),
                colour=colours[0] if colours else None,
                second_colour=colours[1] if len(colours) > 1 else None,
                size=described.size,
                position=self._spot,
                modifiers=found.modifiers,
            )
        )
        self._spot = None
        if link is not None and not self._group:
            self._preposed = (link, index)
            return
        if link is not None:
            self._relate(link, index)
            self._group = [index]
            return
        if self._preposed is not None and self._preposed[1] != index:
            kind, base = self._preposed
            self._relations.append(Relation(kind, index, base))
        if joined and (self._complete_between(index) or self._also_worn(index)):
            return
        self._group = [*self._group, index] if joined else [index]

    def _plural_count(self, found: phrases.Noun) -> int:
        return 2 if found.plural else 1

    def _relate(self, link: RelationKind, index: int) -> None:
        if link in {"with", "in"} and self._things[index].name in WEARABLES:
            link = "wearing"
        subjects = self._group if link in _SHARED else self._group[-1:]
        self._relations += [Relation(link, subject, index) for subject in subjects]

    def _complete_between(self, index: int) -> bool:
        if not self._relations:
            return False
        last = self._relations[-1]
        if (
            last.kind != "between"
            or last.c is not None
            or last.b != index - 1
            or self._things[last.b].count > 1
        ):
            return False
        self._relations[-1] = replace(last, c=index)
        return True

    def _also_worn(self, index: int) -> bool:
        """Who wears the scarf of "a scarf and a hat" wears the hat."""
        last = self._relations[-1] if self._relations else None
        if last is None or last.kind != "wearing" or last.b != index - 1:
            return False
        if self._things[index].name not in WEARABLES:
            return False
        self._relations.append(Relation("wearing", last.a, index))
        return True

    def _merge_setting(self, new: phrases.Setting, words: str) -> None:
        old = self._setting
        place = new.place
        if place is not None and not (place == "sky" and old.place is not None):
            self._place_words = words
        else:
            place = None
        self._setting = phrases.Setting(
            place=place or old.place,
            time_of_day=new.time_of_day or old.time_of_day,
            weather=new.weather or old.weather,
            season=new.season or old.season,
            background_colour=new.background_colour or old.background_colour,
        )

    def _setting_of_modifiers(self, modifiers: tuple[str, ...]) -> None:
        """Take the weather from "a rainy street"; for "a snowy owl" snow does no harm."""
        setting = phrases.setting_of(modifiers)
        if setting is not None:
            self._merge_setting(setting, "")

    def _place_thing(self, position: Position, following: Mark) -> None:
        before_phrase = isinstance(following, NounPhrase) and (self._joined or self._fresh)
        if before_phrase or not self._group:
            self._spot = position
            return
        last = self._group[-1]
        self._things[last] = replace(self._things[last], position=position)

    def _describe_last(self, verb: str) -> None:
        if self._group:
            last = self._group[-1]
            self._things[last] = replace(self._things[last], modifiers=(*self._things[last].modifiers, verb))

    def _colour_last(self, described: phrases.Described) -> None:
        if self._group and described.colours:
            last = self._group[-1]
            if self._things[last].colour is None:
                self._things[last] = replace(self._things[last], colour=described.colours[0])

    def _relations_of_positions(self) -> list[Relation]:
        at = {thing.position: i for i, thing in reversed(list(enumerate(self._things)))}
        relations: list[Relation] = []
        if len(self._things) == 2 and not self._relations:
            for position, other, kind in (("left", "right", "left_of"), ("top", "bottom", "above")):
                first, second = at.get(position), at.get(other)  # type: ignore[arg-type]
                if first is None and second is not None:
                    first = 1 - second
                if first is not None:
                    relations.append(Relation(kind, first, 1 - first))  # type: ignore[arg-type]
        return relations


def _is_manner(phrase: str) -> bool:
    """Whether it speaks of the picture, not of a thing in it ("a high viewpoint")."""
    return not _MANNER.isdisjoint(phrase.split())
