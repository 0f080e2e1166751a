"""A question taken apart: its kind, the things it is about, and what else it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "what", "what_at", "describe", "colours", "colour_of", "is_colour", "background", "present", "count",
    "where", "beside", "compare", "extent", "text", "brightness", "contrast", "saturation", "temperature",
    "sharpness", "hour", "size", "orientation", "medium", "composition", "unknown",
]  # fmt: skip
Side = Literal["left of", "right of", "above", "below", "next to"]


@dataclass(frozen=True, kw_only=True)
class Thing:
    """What a noun phrase of a question names: ``noun`` as it stood, singular or plural, without colours.

    ``again`` marks a pronoun: the thing that was spoken of before.
    """

    noun: str = ""
    colours: tuple[str, ...] = ()
    count: int | None = None
    again: bool = False


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked.

    ``things`` in the order they were named; ``side``, ``colour``, ``word`` ("left", "bigger") where the kind
    has them.
    """

    kind: Kind
    things: tuple[Thing, ...] = ()
    side: Side | None = None
    colour: str | None = None
    word: str = ""
