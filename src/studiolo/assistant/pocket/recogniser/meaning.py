"""Which names of drawings mean what was asked for: a poodle is a dog, and a dog an animal.

Kinds come from WordNet (`training/recogniser/kinds.py`), nearness from the drawings library.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from studiolo.engines.pocket.drawings import CUT_OFF, DrawingLibrary

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from studiolo.embedding import TextEmbedder

    Floats = NDArray[np.float32]

_SOFT = 0.12  # below the library's cut-off, over which a meaning fades


class Meaning:
    """Nouns to weights over the names. Safe to share between threads.

    Args:
        names: Of drawings.
        kinds: Word → the names that are one.
        embedder: The package's own if none is given.
    """

    def __init__(
        self,
        names: tuple[str, ...],
        kinds: Mapping[str, frozenset[str]],
        embedder: TextEmbedder | None = None,
    ) -> None:
        self._names = names
        self._kinds = kinds
        self._library = DrawingLibrary(embedder=embedder)
        self._lock = threading.Lock()
        self._known: dict[str, Floats] = {}

    def weights(self, noun: str) -> Floats:
        """How much each name means `noun`, (names,) from 0 to 1."""
        asked = " ".join(noun.lower().split())
        with self._lock:
            known = self._known.get(asked)
        if known is None:
            known = self._weigh(asked)
            with self._lock:
                self._known[asked] = known
        return known

    def _weigh(self, asked: str) -> Floats:
        if not asked:
            return np.zeros(len(self._names), np.float32)
        near = dict(self._library.scores(asked))
        return np.array([self._weight(asked, name, near.get(name, 0.0)) for name in self._names], np.float32)

    def _weight(self, asked: str, name: str, near: float) -> float:
        kinds = self._kinds.get(asked, frozenset())
        if asked == name or name in kinds or asked in self._library.aliases(name):
            return 1.0
        if name.split()[-1] == asked:
            # It says that it is one. A hot dog does too, but no dog is food.
            return float(not kinds or not self._food(name) or any(map(self._food, kinds)))
        return min(max((near - CUT_OFF) / _SOFT + 1, 0.0), 1.0)

    def _food(self, name: str) -> bool:
        return self._library.drawings(name)[0].group == "food-drink"
