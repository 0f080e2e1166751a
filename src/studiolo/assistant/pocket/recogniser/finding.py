"""Where things are: pictures brought to the finder's size, and boxes read out of its map."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from studiolo.imaging.flattening import flattened

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

_MAX_PIXELS = 200_000_000  # what a caller may hand over as a PIL image; files are checked when decoded
_LONGEST_PX = 1024  # what is larger is looked at in this size
_SIDE = 256  # px of a square picture; others get as many pixels
_MULTIPLE = 32
_LONGEST = 4.0  # times the shorter side; what is longer is squeezed
_STRIDE = 4  # px between the cells of the finder's map
_LEAST = 0.08  # of being a centre
_MOST = 48  # things that are looked at
_SAME = 0.55  # overlap above which two boxes are one thing


def plain(image: Image.Image) -> Image.Image:
    """The picture in RGB and not larger than needed; what is transparent becomes white.

    Raises:
        InvalidImageError: Its mode cannot be converted.
    """
    if image.mode not in {"RGB", "RGBA"}:
        from studiolo.imaging.decode import load_image

        image = load_image(image, max_pixels=_MAX_PIXELS)
    longest = max(image.size)
    if longest > _LONGEST_PX:
        size = [max(1, round(side * _LONGEST_PX / longest)) for side in image.size]
        image = image.resize((size[0], size[1]), Image.Resampling.BILINEAR, reducing_gap=2.0)
    return flattened(image)


def to_finder(picture: Image.Image) -> NDArray[np.uint8]:
    """The picture at about the finder's size, its sides multiples of 32, its shape nearly kept."""
    ratio = min(max(picture.width / picture.height, 1 / _LONGEST), _LONGEST)
    width, height = _SIDE * math.sqrt(ratio), _SIDE / math.sqrt(ratio)
    size = (round(width / _MULTIPLE) * _MULTIPLE, round(height / _MULTIPLE) * _MULTIPLE)
    return np.asarray(picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0))


def boxes(told: Floats) -> tuple[Floats, Floats]:
    """The finder's map → boxes (n, 4) in shares of the picture, and how sure it is of each, surest first."""
    sure, reach = 1 / (1 + np.exp(-told[0])), told[1:]
    peaks = (sure >= _around(sure)) & (sure > _LEAST)
    rows, columns = np.nonzero(peaks)
    order = np.argsort(-sure[rows, columns], kind="stable")[: 2 * _MOST]
    rows, columns = rows[order], columns[order]
    x, y = (columns + 0.5) * _STRIDE, (rows + 0.5) * _STRIDE
    left, top, right, bottom = reach[:, rows, columns]
    height, width = (side * _STRIDE for side in sure.shape)
    corners = np.stack([x - left, y - top, x + right, y + bottom], axis=1)
    corners = (corners / [width, height, width, height]).clip(0, 1).astype(np.float32)
    kept = _apart(corners)[:_MOST]
    return corners[kept], sure[rows, columns][kept].astype(np.float32)


def _around(sure: Floats) -> Floats:
    """The largest of each cell and its eight neighbours."""
    padded = np.pad(sure, 1)
    return np.lib.stride_tricks.sliding_window_view(padded, (3, 3)).max(axis=(2, 3))


def _apart(corners: Floats) -> list[int]:
    """Which boxes to keep: of those that are nearly the same, the first."""
    kept: list[int] = []
    for i in range(len(corners)):
        if all(overlap(corners[i], corners[j]) < _SAME for j in kept):
            kept.append(i)
    return kept


def overlap(a: Floats, b: Floats) -> float:
    """Intersection over union of two boxes."""
    across = min(a[2], b[2]) - max(a[0], b[0])
    down = min(a[3], b[3]) - max(a[1], b[1])
    both = max(float(across), 0.0) * max(float(down), 0.0)
    areas = sum(float((box[2] - box[0]) * (box[3] - box[1])) for box in (a, b))
    return both / max(areas - both, 1e-9)
