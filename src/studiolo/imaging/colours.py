"""Colour spaces: sRGB to and from OKLab and OKLCH, to CIELAB; and the CIEDE2000 difference. Vectorised.

OKLab is Björn Ottosson's ("A perceptual color space for image processing", 2020): colours are clustered and
moved in it. CIELAB (CIE 15, D65) is there for CIEDE2000, in which differences are told.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
FROM_LMS = np.linalg.inv(TO_LMS)
FROM_LAB = np.linalg.inv(TO_LAB)
"""OKLab's matrices, for tensors of other libraries: from linear sRGB to cone responses, from these to Lab."""
# Linear sRGB to XYZ (IEC 61966-2-1), each row divided by the white it belongs to: D65.
_TO_XYZ = np.array(
    [
        [0.4124564 / 0.950470, 0.3575761 / 0.950470, 0.1804375 / 0.950470],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339 / 1.088829, 0.1191920 / 1.088829, 0.9503041 / 1.088829],
    ]
)
_LESS_CHROMA = np.array([1.0, 0.82, 0.82])


def linear(rgb: Floats) -> Floats:
    """SRGB in 0..1 without its transfer curve: proportional to light."""
    return np.where(rgb <= 0.04045, rgb / 12.92, ((np.maximum(rgb, 0) + 0.055) / 1.055) ** 2.4)


def to_oklab(rgb: Floats) -> Floats:
    """SRGB in 0..1, (..., 3) → OKLab: lightness 0..1, a and b about -0.3..0.3."""
    return np.cbrt(linear(rgb) @ TO_LMS.T) @ TO_LAB.T


def from_oklab(lab: Floats) -> Floats:
    """The inverse of `to_oklab`; colours outside sRGB lose chroma until they fit."""
    rgb = _convert(lab)
    for _ in range(6):
        outside = ((rgb < -0.001) | (rgb > 1.001)).any(axis=-1, keepdims=True)
        if not outside.any():
            break
        lab = np.where(outside, lab * _LESS_CHROMA, lab)
        rgb = _convert(lab)
    return np.clip(rgb, 0, 1)


def _convert(lab: Floats) -> Floats:
    light = (lab @ FROM_LAB.T) ** 3 @ FROM_LMS.T
    bent = 1.055 * np.maximum(light, 0.0031308) ** (1 / 2.4) - 0.055
    return np.where(light <= 0.0031308, 12.92 * light, bent)


def to_lch(rgb: Floats) -> Floats:
    """SRGB in 0..1, (..., 3) → OKLCH: lightness 0..1, chroma (about 0..0.33), hue in radians."""
    lab = to_oklab(rgb)
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    return np.stack([lab[..., 0], chroma, np.arctan2(lab[..., 2], lab[..., 1])], axis=-1)


def from_lch(lch: Floats) -> Floats:
    """The inverse of `to_lch`; colours outside sRGB lose chroma until they fit."""
    lightness, chroma, hue = lch[..., 0], lch[..., 1], lch[..., 2]
    return from_oklab(np.stack([lightness, chroma * np.cos(hue), chroma * np.sin(hue)], axis=-1))


def to_cielab(rgb: Floats) -> Floats:
    """SRGB in 0..1, (..., 3) → CIELAB under D65: L* 0..100, a* and b* about -100..100."""
    xyz = linear(rgb) @ _TO_XYZ.T
    bent = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    x, y, z = bent[..., 0], bent[..., 1], bent[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def ciede2000(one: Floats, other: Floats) -> Floats:
    """The colour difference between CIELAB colours, (..., 3) each, broadcast against one another.

    1 is about what can just be told apart, 5 plain at a glance. After Sharma, Wu and Dalal, "The CIEDE2000
    color-difference formula" (2005), with all weights 1.
    """
    lightness, other_lightness = one[..., 0], other[..., 0]
    middle = (np.hypot(one[..., 1], one[..., 2]) + np.hypot(other[..., 1], other[..., 2])) / 2
    stretch = 1.5 - 0.5 * np.sqrt(middle**7 / (middle**7 + 25.0**7))
    chroma, hue = _polar(one, stretch)
    other_chroma, other_hue = _polar(other, stretch)
    turn = np.mod(other_hue - hue + 180, 360) - 180
    # Where one of them is grey, its hue says nothing: no turn, and the other's hue is their mean.
    grey = chroma * other_chroma == 0
    turn = np.where(grey, 0, np.where(turn == -180, 180, turn))
    near = np.abs(hue - other_hue) <= 180
    total = hue + other_hue
    mean_hue = np.where(
        grey, total, np.where(near, total / 2, (total + np.where(total < 360, 360, -360)) / 2)
    )
    mean_chroma = (chroma + other_chroma) / 2
    uneven = (
        1
        - 0.17 * _cos(mean_hue - 30)
        + 0.24 * _cos(2 * mean_hue)
        + 0.32 * _cos(3 * mean_hue + 6)
        - 0.20 * _cos(4 * mean_hue - 63)
    )
    off_middle = ((lightness + other_lightness) / 2 - 50) ** 2
    by_lightness = (other_lightness - lightness) / (1 + 0.015 * off_middle / np.sqrt(20 + off_middle))
    by_chroma = (other_chroma - chroma) / (1 + 0.045 * mean_chroma)
    by_hue = 2 * np.sqrt(chroma * other_chroma) * np.sin(np.radians(turn / 2))
    by_hue = by_hue / (1 + 0.015 * mean_chroma * uneven)
    blue = 30 * np.exp(-(((mean_hue - 275) / 25) ** 2))
    rotation = -2 * np.sqrt(mean_chroma**7 / (mean_chroma**7 + 25.0**7)) * np.sin(np.radians(2 * blue))
    squares = by_lightness**2 + by_chroma**2 + by_hue**2 + rotation * by_chroma * by_hue
    return np.sqrt(np.maximum(squares, 0))


def _polar(lab: Floats, stretch: Floats) -> tuple[Floats, Floats]:
    """Chroma, and hue in degrees 0..360, after a* was stretched."""
    a, b = lab[..., 1] * stretch, lab[..., 2]
    return np.hypot(a, b), np.mod(np.degrees(np.arctan2(b, a)), 360)


def _cos(degrees: Floats) -> Floats:
    return np.cos(np.radians(degrees))


def hex_to_rgb(text: str) -> Floats:
    """Read "#rgb" or "#rrggbb" as sRGB in 0..1. Raises ValueError for anything else."""
    digits = text.lstrip("#")
    if len(digits) == 3:
        digits = "".join(c * 2 for c in digits)
    return np.array([int(digits[i : i + 2], 16) for i in (0, 2, 4)], np.float64) / 255


def rgb_to_hex(rgb: Floats) -> str:
    """The inverse of `hex_to_rgb`."""
    return "#" + "".join(f"{round(float(v) * 255):02x}" for v in rgb)
