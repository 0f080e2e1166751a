"""The drawings that ship with the package, found by name or by meaning.

The archive is written by `training/drawings.py`; assets/CREDITS.md names its authors and licences.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ARCHIVE = Path(__file__).parent / "assets" / "drawings.zip"
# Below this a drawing is not what was meant: `python -m training.calibrate`, on training/calibration.json.
CUT_OFF = 0.86
KEYWORD_BONUS = 0.12  # for a name that lists the very phrase among its keywords; calibrated with the cut-off
KIND_BONUS = 0.48  # for what WordNet calls a kind of the named
_LOOKED_AT = 40  # names that are near enough to be judged word by word
STYLE_SETS: Mapping[str, str] = {
    "3d": "fluent-emoji",
    "flat": "fluent-emoji-flat",
    "emoji": "noto",
    "cartoon": "noto",
    "sticker": "twemoji",
    "blob": "noto-v1",
}


class Embedder(Protocol):
    """Anything that turns texts into unit vectors; `studiolo.embedding.TextEmbedder` is one."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit row vectors, (n, d)."""
        ...


@dataclass(frozen=True, slots=True)
class Drawing:
    """One drawing. `box` is where its opaque pixels lie, in shares of its view: left, top, right, bottom."""

    id: str
    set: str
    name: str
    style: str
    group: str
    box: tuple[float, float, float, float]
    colours: tuple[str, ...]
    fill: float


@dataclass(frozen=True, slots=True)
class Match:
    """A drawing found for a phrase, why, and how sure (1.0 is the very name)."""

    drawing: Drawing
    score: float
    reason: str


class DrawingLibrary:
    """Reads the archive when first asked. Safe to share between threads.

    Args:
        archive: A file as `training/drawings.py` writes it.
        embedder: Finds drawings by meaning; the package's own if none is given.
    """

    def __init__(self, archive: Path = ARCHIVE, embedder: Embedder | None = None) -> None:
        self._path = archive
        self._given_embedder = embedder
        self._lock = Lock()
        self._made: dict[str, tuple[Drawing, ...]] = {}
        self._nearest: dict[str, tuple[str, float, str] | None] = {}

    @cached_property
    def _zip(self) -> zipfile.ZipFile:
        return zipfile.ZipFile(self._path)

    @cached_property
    def _index(self) -> dict[str, Any]:
        return json.loads(self._read("index.json"))

    @cached_property
    def _concepts(self) -> dict[str, dict[str, Any]]:
        return {concept["name"]: concept for concept in self._index["concepts"]}

    @cached_property
    def _by_word(self) -> dict[str, str]:
        """Name or alias, also without its spaces, → name. Names win over aliases."""
        words: dict[str, str] = {}
        for name, concept in self._concepts.items():
            for alias in concept["aliases"]:
                words[alias] = name
        words |= {name: name for name in self._concepts}
        return {word.replace(" ", ""): name for word, name in words.items() if len(word) > 5} | words

    @cached_property
    def _lacking(self) -> frozenset[str]:
        return frozenset(self._index["lacks"])

    @cached_property
    def _kinds(self) -> dict[str, tuple[str, int]]:
        """Word → the name it is a kind of, and over how many steps."""
        return self._index["kinds"]

    @cached_property
    def _vectors(self) -> NDArray[np.float32]:
        """(2, names, d): each name alone, and with its keywords."""
        import io

        import numpy as np

        both = [np.load(io.BytesIO(self._read(f"{part}.npy"))) for part in ("names", "descriptions")]
        return np.stack(both).astype(np.float32) / np.float32(127)

    @cached_property
    def _embedder(self) -> Embedder:
        if self._given_embedder is not None:
            return self._given_embedder
        from studiolo.embedding import TextEmbedder

        return TextEmbedder()

    def _read(self, name: str) -> bytes:
        with self._lock:
            return self._zip.read(name)

    @property
    def names(self) -> list[str]:
        """All names, sorted."""
        return list(self._concepts)

    def svg(self, drawing: Drawing) -> str:
        """The drawing's source, a complete document."""
        prefix, key = drawing.id.split(":", 1)
        return self._read(f"{prefix}/{key}.svg").decode()

    def has_name(self, phrase: str) -> bool:
        """Whether a drawing goes by exactly this name or alias."""
        return self._name_of(phrase) is not None

    def depicts(self, phrase: str) -> bool:
        """Whether any drawing shows this, by name or near enough in meaning."""
        return self.has_name(phrase) or self._nearest_concept(phrase) is not None

    def drawings(self, name: str) -> tuple[Drawing, ...]:
        """All drawings of one of `names`, in the archive's order of sets. Raises KeyError for other names."""
        known = self._made.get(name)
        if known is None:
            known = self._made[name] = _drawings(self._concepts[name], self._index["sets"])
        return known

    def aliases(self, name: str) -> tuple[str, ...]:
        """Other words for one of `names`. Raises KeyError for other names."""
        return tuple(self._concepts[name]["aliases"])

    def keywords(self, name: str) -> frozenset[str]:
        """What CLDR files one of `names` under ("animal", "pet"). Raises KeyError for other names."""
        return frozenset(self._concepts[name]["keywords"])

    def find(self, phrase: str, style: str | None = None, limit: int = 8) -> list[Match]:
        """Drawings of what `phrase` means, those in `style` first; empty when nothing is near enough."""
        name = self._name_of(phrase)
        if name is not None:
            score, reason = 1.0, "name" if name == phrase else f"another word for {name}"
        else:
            near = self._nearest_concept(phrase)
            if near is None:
                return []
            name, score, reason = near
        wanted = STYLE_SETS.get(style or "")
        drawings = sorted(self.drawings(name), key=lambda d: d.set != wanted)
        return [Match(drawing, score, reason) for drawing in drawings[:limit]]

    def lacks(self, phrase: str) -> bool:
        """Whether nothing shows this, as is known, though its last word has a drawing ("golf ball")."""
        return phrase in self._lacking and not self.has_name(phrase)

    def scores(self, phrase: str) -> list[tuple[str, float]]:
        """How near every name is to `phrase`, the nearest first, without a cut-off."""
        import numpy as np

        query = self._embedder.embed([phrase])[0]
        by_name, by_description = self._vectors @ query
        concepts, names = list(self._concepts.values()), self.names
        score = np.maximum(by_name, 0.5 * (by_name + by_description))
        score = score + KEYWORD_BONUS * np.array([phrase in c["keywords"] for c in concepts], np.float32)
        kind, _ = self._kinds.get(phrase) or self._kinds.get(_stem(phrase)) or ("", 0)
        score = score + np.array([KIND_BONUS if name == kind else 0.0 for name in names], np.float32)
        # Between equals the plain one: "cat" before "cat with wry smile".
        score = score - 0.004 * np.array([name.count(" ") for name in names], np.float32)
        likely: list[int] = np.argsort(-score)[:_LOOKED_AT].tolist()
        for i in likely:
            score[i] -= 0.0 if names[i] == kind else mistaken(phrase, names[i])
        order: list[int] = np.argsort(-score, kind="stable").tolist()
        return [(names[i], float(score[i])) for i in order]

    def _name_of(self, phrase: str) -> str | None:
        plain = re.sub(r"[\s_-]+", " ", phrase.lower()).strip()
        return self._by_word.get(plain)

    def _nearest_concept(self, phrase: str) -> tuple[str, float, str] | None:
        if self.lacks(phrase):
            return None
        if phrase not in self._nearest:
            name, score = self.scores(phrase)[0]
            near = score >= CUT_OFF
            self._nearest[phrase] = (name, min(score, 0.99), f"near in meaning to {name}") if near else None
        return self._nearest[phrase]


def _drawings(entry: dict[str, Any], sets: dict[str, dict[str, str]]) -> tuple[Drawing, ...]:
    return tuple(
        Drawing(
            id=f"{prefix}:{key}",
            set=prefix,
            name=entry["name"],
            style=sets[prefix]["style"],
            group=entry["group"],
            box=(box[0], box[1], box[2], box[3]),
            colours=tuple(colours),
            fill=fill,
        )
        for prefix, key, box, colours, fill in entry["drawings"]
    )


def mistaken(phrase: str, name: str) -> float:
    """How much of a score to take back because words look alike without meaning alike.

    The embedder reads pieces of words: to it a dragonfly is much of a dragon and an earring mostly ear.
    """
    asked, named = [_stem(w) for w in phrase.split()], [_stem(w) for w in name.split()]
    if set(asked) & set(named):
        # "coral reef" is no coral: what is named must be the last word, of which the others are a kind.
        return 0.0 if asked[-1] in named else 0.3
    pairs = ((a, n) for a in asked for n in named)
    return (
        0.3
        if any(a[:3] == n[:3] or (len(min(a, n, key=len)) > 2 and (a in n or n in a)) for a, n in pairs)
        else 0.0
    )


def _stem(word: str) -> str:
    return word.removesuffix("'s").removesuffix("es" if word.endswith(("shes", "ches", "xes")) else "s")
