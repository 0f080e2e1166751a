"""The curated words a prompt is made of: facets of entries, schools of style, and what they mean as vectors.

The words are TOML files in ``facets/``, to be read and added to by anyone; ``vectors.npz`` holds their
meanings and is written by ``python -m studiolo.assistant.pocket.writer.vectors``.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from studiolo.assistant.pocket.writer.axes import COLOURED, Settled, by_axis
from studiolo.assistant.pocket.writer.english import content_stems, is_colour

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

FOLDER: Final = Path(__file__).with_name("facets")
VECTORS: Final = Path(__file__).with_name("vectors.npz")

FacetName = Literal[
    "subject", "setting", "light", "air", "technique", "lens", "palette", "composition", "mood"
]
_NEUTRAL: Final = frozenset({"white", "black", "gray", "grey", "silver", "charcoal"})
FACETS: Final[tuple[FacetName, ...]] = get_args(FacetName)
Form = Literal["in", "a", "plain", "style"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Entry:
    """One way to say something of a facet.

    ``media`` empty means it goes with all of them; ``only`` that it needs something its cue names.
    """

    say: str
    tags: Settled
    media: frozenset[str]
    cue: str
    only: bool
    stems: frozenset[str]
    cue_stems: frozenset[str]

    @property
    def meaning(self) -> str:
        """The text its vector is made of."""
        return f"{self.say}. {self.cue}"


@dataclass(frozen=True, kw_only=True, eq=False)
class School:
    """A medium or manner; ``media`` holds the sets of which each prompt uses one."""

    key: str
    say: str
    form: Form
    media: tuple[frozenset[str], ...]
    tags: Settled
    names: frozenset[str]
    cue: str
    isolated: bool
    offered: bool

    @property
    def meaning(self) -> str:
        """The text its vector is made of."""
        return f"{self.say}. {self.cue}"


@dataclass(frozen=True)
class Facet:
    """All entries of one facet, and their unit vectors in the same order, (n, 384)."""

    entries: tuple[Entry, ...]
    vectors: Floats


@dataclass(frozen=True)
class Collection:
    """All that can be said."""

    facets: dict[FacetName, Facet]
    schools: tuple[School, ...]
    school_vectors: Floats


@cache
def collection() -> Collection:
    """Everything, with its vectors; read once."""
    import numpy as np

    with np.load(VECTORS) as kept:
        stored = {name: kept[name].astype(np.float32) / 127 for name in kept.files if name != "digest"}
    facets: dict[FacetName, Facet] = {name: Facet(read_entries(name), stored[name]) for name in FACETS}
    return Collection(facets, read_schools(), stored["schools"])


def read_entries(name: FacetName) -> tuple[Entry, ...]:
    """The entries of a facet, as its file has them."""
    rows: list[dict[str, Any]] = _read(f"{name}.toml")["entries"]
    return tuple(_entry(name, row) for row in rows)


def _entry(name: FacetName, row: dict[str, Any]) -> Entry:
    tags = by_axis(row.get("tags", "").split())
    if "colour" not in tags and (name == "palette" or _has_colour(row["say"])):
        tags["colour"] = COLOURED
    return Entry(
        say=row["say"],
        tags=tags,
        media=frozenset(row.get("media", "").split()),
        cue=row["cue"],
        only=row.get("only", False),
        stems=content_stems([row["say"]]),
        cue_stems=content_stems([row["cue"]]),
    )


def _has_colour(text: str) -> bool:
    words = {word.strip(",") for word in text.replace("-", " ").split()} - _NEUTRAL
    return any(is_colour(word) for word in words)


def read_schools() -> tuple[School, ...]:
    """The schools of style, as their file has them."""
    return tuple(_school(key, row) for key, row in _read("schools.toml").items())


def _school(key: str, row: dict[str, Any]) -> School:
    return School(
        key=key,
        say=row["say"],
        form="a" if row["form"] == "an" else row["form"],
        media=tuple(frozenset(option.split()) for option in row["media"].split("|")),
        tags=by_axis(row.get("tags", "").split()),
        names=frozenset(name.strip() for name in row["names"].split(",")),
        cue=row["cue"],
        isolated=row.get("isolated", False),
        offered=row.get("offered", True),
    )


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))
