"""What must not contradict itself within one picture: its hour, its place, its weather, its colours.

A tag is one value of one axis. An entry of a facet that lists several values of an axis goes with any of
them; one that lists none goes with all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

AXES: Final[Mapping[str, frozenset[str]]] = {
    "time": frozenset({"dawn", "day", "dusk", "night"}),
    "tone": frozenset({"dark", "bright"}),
    "heat": frozenset({"warm", "cool"}),
    "place": frozenset({"indoor", "outdoor", "underwater", "space"}),
    "weather": frozenset({"clear", "rain", "snow", "fog"}),
    "season": frozenset({"winter", "spring", "summer", "autumn"}),
    "colour": frozenset({"mono", "muted", "natural", "vivid"}),
    "edge": frozenset({"soft", "hard"}),
    "pace": frozenset({"calm", "lively"}),
    "feeling": frozenset({"gentle", "grim"}),
}
AXIS_OF: Final[Mapping[str, str]] = {tag: axis for axis, tags in AXES.items() for tag in tags}
COLOURED: Final = AXES["colour"] - {"mono"}

Settled = Mapping[str, frozenset[str]]
"""Of each axis that something was said about, the values still possible."""


def by_axis(tags: Iterable[str]) -> dict[str, frozenset[str]]:
    """Sort tags by their axis."""
    sorted_tags: dict[str, frozenset[str]] = {}
    for tag in tags:
        axis = AXIS_OF[tag]
        sorted_tags[axis] = sorted_tags.get(axis, frozenset()) | {tag}
    return sorted_tags


def agrees(settled: Settled, tags: Settled) -> bool:
    """Whether every axis keeps a possible value."""
    return all(values & settled.get(axis, values) for axis, values in tags.items())


def settle(settled: Settled, tags: Settled) -> dict[str, frozenset[str]]:
    """Narrow what is possible; on an axis where nothing would be left, what was settled first stays."""
    narrowed = dict(settled)
    for axis, values in tags.items():
        left = values & settled.get(axis, values)
        if left:
            narrowed[axis] = left
    return narrowed
