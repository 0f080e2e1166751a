"""Chosen words → sentences: the scene first and plainly, then how it is made, lit, arranged and felt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeVar

from studiolo.assistant.pocket.writer.english import enumeration, is_determined, known, sentence
from studiolo.assistant.pocket.writer.keywords import Reading
from studiolo.assistant.pocket.writer.styles import Manner

if TYPE_CHECKING:
    from numpy.random import Generator

T = TypeVar("T")
Slot = Literal["technique", "lens", "light", "air", "composition", "palette", "mood"]

# Slots by sentence. A composition begins its sentence, because what it says is said of the whole picture;
# a palette ends it, because what followed would seem to belong to its list.
ARRANGEMENTS: Final[tuple[tuple[tuple[Slot, ...], ...], ...]] = (
    (("technique", "light"), ("air",), ("composition", "lens", "palette"), ("mood",)),
    (("light", "air"), ("technique", "lens", "palette"), ("composition",), ("mood",)),
    (("composition", "light"), ("air",), ("technique", "lens", "palette"), ("mood",)),
    (("technique", "lens"), ("composition", "palette"), ("mood", "light", "air")),
    (("mood", "light", "air"), ("technique", "palette"), ("composition", "lens")),
)
# The first to go when there is no room.
DROPPED_FIRST: Final[tuple[Slot, ...]] = (
    "air",
    "lens",
    "mood",
    "technique",
    "composition",
    "palette",
    "light",
)
_JOINING: Final[Mapping[Slot, str]] = {
    "light": "lit by ",
    "lens": "shot with ",
    "palette": "in ",
    "air": "with ",
}
_SIMPLE: Final = 3  # words; longer keywords are phrases of their own and are not put beside others


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Which of the possible sentences are used."""

    arrangement: tuple[tuple[Slot, ...], ...]
    tail: int
    style_leads: bool


def shuffled(items: Sequence[T], generator: Generator) -> list[T]:
    """In any order."""
    order: list[int] = generator.permutation(len(items)).tolist()
    return [items[i] for i in order]


def scene(reading: Reading, subject: str, setting: str, generator: Generator) -> str:
    """The first clause: what is seen, doing what, where and when."""
    first, *others = reading.things or (subject,)
    others = shuffled(others, generator)
    doing = "".join(f" {doing}" for doing in reading.doings[:1])
    doing += "".join(f" and {doing}" for doing in reading.doings[1:])
    told = _joined(first + doing, others, generator)
    places = sorted(reading.places, key=lambda phrase: phrase.split(" ")[-1] in known("grammar", "weather"))
    where = "".join(f" {phrase}" for phrase in (*places, setting, *reading.times) if phrase)
    return told + where


def _joined(first: str, others: Sequence[str], generator: Generator) -> str:
    if not others:
        return first
    if max(len(thing.split()) for thing in (first, *others)) > _SIMPLE:
        return enumeration([first, *others])
    if len(others) == 1 and is_determined(first) and is_determined(others[0]) and generator.random() < 0.3:
        return f"{first} beside {others[0]}"
    return enumeration([first, *others])


def compose(scene: str, manner: Manner, slots: Mapping[Slot, str], layout: Layout) -> str:
    """The whole prompt."""
    lead = manner.work if layout.style_leads and "technique" in slots else ""
    first = scene if lead else scene + manner.tail[layout.tail % len(manner.tail)]
    sentences: list[list[Slot]] = [[slot for slot in group if slot in slots] for group in layout.arrangement]
    if lead:  # what says how it is made begins with what it is
        sentences.sort(key=lambda group: "technique" not in group)
        sentences[0].sort(key=lambda slot: slot != "technique")
    written = [sentence(_sentence(group, slots, lead)) for group in sentences if group]
    return " ".join([sentence(first), *written])


def _sentence(group: Sequence[Slot], slots: Mapping[Slot, str], lead: str) -> str:
    first, *others = group
    start = slots[first] if first in {"air", "palette"} else _JOINING.get(first, "") + slots[first]
    if first == "technique" and lead:
        start = f"{lead}{', ' if ' with ' in start else ' with '}{start}"
    return ", ".join([start, *(_JOINING.get(slot, "") + slots[slot] for slot in others)])
