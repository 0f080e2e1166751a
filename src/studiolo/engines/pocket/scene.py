"""What a prompt asks for, as data: things, how many, which colour, where they stand, and on what ground.

A `Scene` holds no pixels and no drawings; `planner.plan` writes one, `composer.compose` paints one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RelationKind = Literal[
    "left_of",
    "right_of",
    "above",
    "below",
    "on",
    "in",
    "under",
    "next_to",
    "between",
    "in_front_of",
    "behind",
    "with",
    "wearing",
]
Position = Literal["left", "right", "top", "bottom", "centre", "foreground", "background"]
Size = Literal["tiny", "small", "big", "huge"]
TimeOfDay = Literal["day", "night", "sunset", "sunrise"]
Weather = Literal["clear", "rain", "snow", "fog", "storm", "clouds"]
Season = Literal["winter", "spring", "summer", "autumn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """Something to draw, one or several times.

    `name` is the word of the prompt in the singular ("apple"), `phrase` what the drawings library is asked
    for ("apple", "cat face"). `colour` and `second_colour` are names of `vocabulary.COLOURS`, with an
    optional "light " or "dark " before them.
    """

    name: str
    phrase: str
    count: int = 1
    colour: str | None = None
    second_colour: str | None = None
    size: Size | None = None
    position: Position | None = None
    modifiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Relation:
    """(left_of, 0, 1) puts `things[0]` left of `things[1]`; `c` is the other side of "between"."""

    kind: RelationKind
    a: int
    b: int
    c: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where the picture plays: a kind of `vocabulary_places.PLACES`, and the words it was asked with."""

    kind: str
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """All that the planner understood, and in `unknown` the phrases for which there is no drawing."""

    things: tuple[Thing, ...] = ()
    relations: tuple[Relation, ...] = ()
    place: Place | None = None
    style: str | None = None
    time_of_day: TimeOfDay | None = None
    weather: Weather | None = None
    season: Season | None = None
    background_colour: str | None = None
    unknown: tuple[str, ...] = ()
