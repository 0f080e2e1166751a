"""The space both words and drawings are vectors in: the text embedder's, its directions made equally long.

The embedder's vectors of nouns all lean one way and crowd in a few directions; whitened, the names
stand apart, which is what a softmax over cosines needs. The transformation is fixed: any text can be brought
into it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studiolo.embedding import TextEmbedder
from studiolo.engines.pocket.drawings import DrawingLibrary
from training.recogniser import WORK

_SHRINK = 0.15  # of the mean variance is added to every direction


@dataclass(frozen=True)
class Space:
    """`names` (n, 384) are unit vectors: ((text - mean) @ matrix), normalised."""

    mean: NDArray[np.float32]
    matrix: NDArray[np.float32]
    names: NDArray[np.float32]

    def of(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Embedded texts in this space."""
        turned = (vectors - self.mean) @ self.matrix
        return turned / np.linalg.norm(turned, axis=1, keepdims=True)


def make() -> Space:
    """Fit the space to the names of the drawings."""
    vectors = TextEmbedder().embed(DrawingLibrary().names)
    mean = vectors.mean(0)
    values, directions = np.linalg.eigh(np.cov(vectors - mean, rowvar=False))
    matrix = (directions / np.sqrt(values + _SHRINK * values.mean())) @ directions.T
    space = Space(mean, matrix.astype(np.float32), vectors)
    return Space(mean, space.matrix, space.of(vectors))


def load() -> Space:
    """The space, made once."""
    path = WORK / "space.npz"
    if not path.exists():
        space = make()
        np.savez(path, mean=space.mean, matrix=space.matrix, names=space.names)
    with np.load(path) as kept:
        return Space(kept["mean"], kept["matrix"], kept["names"])
