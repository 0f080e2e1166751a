"""Pictures looked up at other places than their pixels: bent, enlarged, continued beyond their edges."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def sampled(picture: NDArray[np.uint8], rows: Floats, columns: Floats) -> NDArray[np.uint8]:
    """The picture at these places, bilinearly; what lies outside is mirrored in."""
    height, width = picture.shape[:2]
    rows, columns = _mirrored(rows, height - 1), _mirrored(columns, width - 1)
    top, left = np.floor(rows).astype(np.intp), np.floor(columns).astype(np.intp)
    below, beside = np.minimum(top + 1, height - 1), np.minimum(left + 1, width - 1)
    down, across = (rows - top)[..., None], (columns - left)[..., None]
    upper = picture[top, left] * (1 - across) + picture[top, beside] * across
    lower = picture[below, left] * (1 - across) + picture[below, beside] * across
    return (upper * (1 - down) + lower * down + 0.5).astype(np.uint8)


def _mirrored(places: Floats, last: int) -> Floats:
    return last - np.abs(last - np.abs(places) % (2 * last))
