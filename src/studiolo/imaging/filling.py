"""Holes in pictures, filled smoothly from around them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.floating[Any]]


def fill(picture: NDArray[np.uint8], hole: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """The picture with its hole filled smoothly from around it.

    Pull and push (Gortler et al., "The Lumigraph", 1996): averages of what is known are pulled down a pyramid
    until nothing is missing, and pushed back up into the gaps.
    """
    known = (~hole).astype(np.float32)[..., None]
    filled = _pull_and_push(picture.astype(np.float32) * known, known)
    return np.where(hole[..., None], (filled + 0.5).clip(0, 255).astype(np.uint8), picture)


def _pull_and_push(weighted: Floats, known: Floats) -> Floats:
    height, width = known.shape[:2]
    values = weighted / np.maximum(known, 1e-6)
    if (height == 1 and width == 1) or bool((known > 0).all()):
        return values
    coarse = _pull_and_push(_halve(weighted), _halve(known))
    rising = np.stack(
        [_double(coarse[..., plane], height, width) for plane in range(coarse.shape[2])], axis=-1
    )
    confidence = np.minimum(known, 1.0)
    return confidence * values + (1 - confidence) * rising


def _halve(values: Floats) -> Floats:
    height, width = values.shape[:2]
    even = np.pad(values, ((0, height % 2), (0, width % 2), (0, 0)))
    return even[0::2, 0::2] + even[1::2, 0::2] + even[0::2, 1::2] + even[1::2, 1::2]


def _double(plane: Floats, height: int, width: int) -> Floats:
    size = (2 * plane.shape[1], 2 * plane.shape[0])
    rising = Image.fromarray(plane.astype(np.float32)).resize(size, Image.Resampling.BILINEAR)
    return np.asarray(rising)[:height, :width]
