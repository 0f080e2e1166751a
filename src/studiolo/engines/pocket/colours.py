"""OKLab and OKLCH (Björn Ottosson, 2020, "A perceptual color space for image processing"), vectorised."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_FROM_LMS = np.linalg.inv(_TO_LMS)
_FROM_LAB = np.linalg.inv(_TO_LAB)


def to_lch(rgb: Floats) -> Floats:
    """SRGB in 0..1, (..., 3) → lightness 0..1, chroma (about 0..0.33), hue in radians."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((np.maximum(rgb, 0) + 0.055) / 1.055) ** 2.4)
    lab = np.cbrt(linear @ _TO_LMS.T) @ _TO_LAB.T
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    return np.stack([lab[..., 0], chroma, np.arctan2(lab[..., 2], lab[..., 1])], axis=-1)


def from_lch(lch: Floats) -> Floats:
    """The inverse of `to_lch`; colours outside sRGB lose chroma until they fit."""
    rgb = _convert(lch)
    for _ in range(6):
        outside = ((rgb < -0.001) | (rgb > 1.001)).any(axis=-1)
        if not outside.any():
            break
        lch = lch.copy()
        lch[..., 1] = np.where(outside, lch[..., 1] * 0.82, lch[..., 1])
        rgb = _convert(lch)
    return np.clip(rgb, 0, 1)


def _convert(lch: Floats) -> Floats:
    lightness, chroma, hue = lch[..., 0], lch[..., 1], lch[..., 2]
    lab = np.stack([lightness, chroma * np.cos(hue), chroma * np.sin(hue)], axis=-1)
    linear = (lab @ _FROM_LAB.T) ** 3 @ _FROM_LMS.T
    bent = 1.055 * np.maximum(linear, 0.0031308) ** (1 / 2.4) - 0.055
    return np.where(linear <= 0.0031308, 12.92 * linear, bent)


def hex_to_rgb(text: str) -> Floats:
    """Read "#rgb" or "#rrggbb" as sRGB in 0..1. Raises ValueError for anything else."""
    digits = text.lstrip("#")
    if len(digits) == 3:
        digits = "".join(c * 2 for c in digits)
    return np.array([int(digits[i : i + 2], 16) for i in (0, 2, 4)], np.float64) / 255


def rgb_to_hex(rgb: Floats) -> str:
    """The inverse of `hex_to_rgb`."""
    return "#" + "".join(f"{round(float(v) * 255):02x}" for v in rgb)
