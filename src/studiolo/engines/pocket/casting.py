"""Which drawing plays which thing, in one style for the whole picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from studiolo.engines.pocket import facts
from studiolo.engines.pocket.drawings import STYLE_SETS, Drawing, DrawingLibrary
from studiolo.engines.pocket.scene import Scene, Thing

# The looks a picture may have when none is asked for, and how often.
_LOOKS = ("fluent-emoji", "noto", "fluent-emoji-flat")
_ODDS = (0.4, 0.34, 0.26)
# Where to look for a thing that the chosen set does not draw.
_NEXT_BEST = (
    "studiolo",
    "noto",
    "fluent-emoji-flat",
    "fluent-emoji",
    "twemoji",
    "noto-v1",
    "flat-color-icons",
)


@dataclass(frozen=True, slots=True)
class Role:
    """A thing's drawing in this picture, and the colours it still has to be given."""

    drawing: Drawing
    colour: str | None
    second_colour: str | None
    choices: tuple[Drawing, ...]


def cast(
    scene: Scene, library: DrawingLibrary, rng: np.random.Generator, look: str | None = None
) -> list[Role | None]:
    """One role per thing; None where the library has no drawing. `look` names a set of drawings."""
    wears = {r.a for r in scene.relations if r.kind == "wearing"}
    holds = {r.b for r in scene.relations if r.kind == "in"}
    found = [
        _choices(thing, library, wears=i in wears, holds=i in holds) for i, thing in enumerate(scene.things)
    ]
    related = {i for r in scene.relations for i in (r.a, r.b)}
    look = look or STYLE_SETS.get(scene.style or "") or _common_look(found, rng)
    return [
        _role(thing, options, look, whole=i not in wears and (scene.place is not None or i in related))
        for i, (thing, options) in enumerate(zip(scene.things, found, strict=True))
    ]


def _choices(
    thing: Thing, library: DrawingLibrary, *, wears: bool, holds: bool
) -> tuple[Sequence[Drawing], bool]:
    """The drawings of a thing, and whether they already have its colour."""
    for phrase in (thing.phrase, thing.name):
        coloured = f"{thing.colour} {phrase}"
        if thing.colour and not thing.second_colour and library.has_name(coloured):
            return [m.drawing for m in library.find(coloured)], True
    described = f"{' '.join(thing.modifiers)} {thing.phrase}"
    phrases = [described] if thing.modifiers and library.has_name(described) else []
    if wears:  # a hat sits well on a head that is all we see
        phrases.append(f"{thing.phrase} face")
    elif not thing.modifiers:  # all of a person rather than head and shoulders
        phrases.append(f"{thing.phrase} standing")
    if holds:
        phrases.append(f"open {thing.phrase}")
    for phrase in phrases:
        if library.has_name(phrase):
            return [m.drawing for m in library.find(phrase)], False
    return [m.drawing for m in library.find(thing.phrase)], False


def _common_look(found: Sequence[tuple[Sequence[Drawing], bool]], rng: np.random.Generator) -> str:
    """One of the looks, at the odds, among those that draw the most of these things."""
    covered = [sum(any(d.set == look for d in options) for options, _ in found) for look in _LOOKS]
    odds = np.array(_ODDS) * (np.array(covered) == max(covered))
    return _LOOKS[int(rng.choice(len(_LOOKS), p=odds / odds.sum()))]


def _role(thing: Thing, found: tuple[Sequence[Drawing], bool], look: str, *, whole: bool) -> Role | None:
    options, coloured = found
    if not options:
        return None
    # Of some animals the sets draw faces only; where one stands somewhere, ours show all of it.
    faces_only = whole and any(d.set == "studiolo" for d in options) and not thing.phrase.endswith("face")
    order = ["studiolo", look, *_NEXT_BEST] if faces_only else [look, *_NEXT_BEST]
    ranked = sorted(options, key=lambda d: order.index(d.set) if d.set in order else len(order))
    return Role(
        drawing=ranked[0],
        colour=None if coloured else thing.colour,
        second_colour=None if coloured else thing.second_colour,
        choices=tuple(options),
    )


def natural_size(role: Role, thing: Thing) -> tuple[float, float]:
    """Width and height of one copy, in units where a person's area is 1."""
    left, top, right, bottom = role.drawing.box
    aspect = min(max((right - left) / (bottom - top), 0.3), 3.2)
    extent = facts.relative_size(role.drawing.name, role.drawing.group)
    extent *= facts.ASKED_SIZE[thing.size] if thing.size else 1.0
    return extent * aspect**0.5, extent / aspect**0.5
