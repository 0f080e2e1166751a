"""Latents as colours without the decoder: a linear map, good for previews and for leading colours.

Each latent stands for 16x16 px, the map (`python -m training.colour_map`) gives the mean sRGB of its four
quarters. It explains 99 % of their variance.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studiolo.engines.pocket.networks import ASSETS

if TYPE_CHECKING:
    from studiolo.engines.pocket.sampling import Latents

Floats = NDArray[np.float64]

QUARTER_PX = 8
"""The side of what one colour stands for."""


def colours(latents: Latents) -> Floats:
    """(16, h, w) latents as sRGB in about 0..1, (2h, 2w, 3)."""
    table = _table()
    height, width = latents.shape[1:]
    rgb = latents.reshape(len(latents), -1).T @ table[:-1] + table[-1]
    return rgb.reshape(height, width, 2, 2, 3).swapaxes(1, 2).reshape(2 * height, 2 * width, 3)


def latents_for(change: Floats) -> Latents:
    """The least change of latents, (16, h, w), that changes the colours by ``change``, (2h, 2w, 3)."""
    height, width = change.shape[0] // 2, change.shape[1] // 2
    return (beside(change) @ _inverse()).T.reshape(-1, height, width).astype(np.float32)


def beside(quartered: Floats) -> Floats:
    """(2h, 2w, 3) with each latent's four quarters beside one another, (h * w, 12)."""
    height, width = quartered.shape[0] // 2, quartered.shape[1] // 2
    return quartered.reshape(height, 2, width, 2, 3).swapaxes(1, 2).reshape(height * width, 12)


def quarters(pixels: Floats) -> Floats:
    """Means of (h, w, ...) over what each colour of the map stands for, 8x8 px."""
    height, width, *rest = pixels.shape
    blocks = (height // QUARTER_PX, QUARTER_PX, width // QUARTER_PX, QUARTER_PX)
    return pixels.astype(np.float64).reshape(*blocks, *rest).mean(axis=(1, 3))


def picture(latents: Latents) -> Image.Image:
    """What the latents will be, softly, at the size of the painting."""
    small = Image.fromarray((colours(latents).clip(0, 1) * 255 + 0.5).astype(np.uint8))
    return small.resize((QUARTER_PX * small.width, QUARTER_PX * small.height), Image.Resampling.BICUBIC)


@cache
def _table() -> Floats:
    """(17, 12): a row for each channel, and what is added."""
    return np.load(ASSETS / "colour_map.npy", allow_pickle=False).astype(np.float64)


@cache
def _inverse() -> Floats:
    """(12, 16): Moore and Penrose's, of the map without what is added."""
    return np.linalg.pinv(_table()[:-1]).astype(np.float64)
