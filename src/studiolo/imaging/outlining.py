"""The outline of a thing whose place is known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studiolo.imaging.opencv import load_opencv

_WORK_PX: Final = 480
_ITERATIONS: Final = 4
_ROOM: Final = 0.04  # of the box: a recogniser's boxes are often a little tight
_PART: Final = 0.2  # of the largest part
_LEAST: Final = 0.1  # of the box: an outline that holds less has lost the thing

Box = tuple[float, float, float, float]
"""Left, top, right and bottom in shares of the picture."""


def boxes_mask(size: tuple[int, int], boxes: Iterable[Box]) -> Image.Image:
    """White inside the boxes, black outside; L, of ``size`` (width, height)."""
    mask = Image.new("L", size, 0)
    for box in boxes:
        mask.paste(255, _pixels(box, size))
    return mask


def outline(image: Image.Image, box: Box) -> Image.Image:
    """The thing in ``box``, white on black: L, of the picture's size.

    GrabCut, begun from the box: what is outside is background, and tells what the background inside is like
    (Rother, Kolmogorov & Blake, "GrabCut: interactive foreground extraction using iterated graph cuts",
    2004). Where colours do not tell the thing from what is behind it, the box itself comes back.

    Raises:
        MissingExtraError: the extra ``editing`` is not installed.
    """
    cv2 = load_opencv(needed_for="Finding an outline")
    small = image.convert("RGB")
    small.thumbnail((_WORK_PX, _WORK_PX), Image.Resampling.LANCZOS)
    left, top, right, bottom = _pixels(_roomier(box), small.size)
    labels = np.full((small.height, small.width), cv2.GC_BGD, np.uint8)
    labels[top:bottom, left:right] = cv2.GC_PR_FGD
    whole = boxes_mask(image.size, [box])
    if (labels != cv2.GC_BGD).all() or right - left < 3 or bottom - top < 3:
        return whole  # nothing to learn the background from, or nothing to cut
    cv2.setRNGSeed(0)  # its mixtures of colours begin at random
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(np.asarray(small), labels, None, *models, _ITERATIONS, cv2.GC_INIT_WITH_MASK)
    found = _main_parts(cv2, labels == cv2.GC_PR_FGD)
    if found.sum() < _LEAST * (right - left) * (bottom - top):
        return whole
    drawn = Image.fromarray(found.astype(np.uint8) * 255).resize(image.size, Image.Resampling.BICUBIC)
    return drawn.point([0] * 128 + [255] * 128)


def _main_parts(cv2: Any, found: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Without what is small beside the largest part: something else of its colour that stands near."""
    _, names = cv2.connectedComponents(found.astype(np.uint8), connectivity=8)
    sizes = np.bincount(names.ravel())
    sizes[0] = 0
    return (sizes >= _PART * sizes.max())[names] & found


def _roomier(box: Box) -> Box:
    across, down = _ROOM * (box[2] - box[0]), _ROOM * (box[3] - box[1])
    return (
        max(0.0, box[0] - across),
        max(0.0, box[1] - down),
        min(1.0, box[2] + across),
        min(1.0, box[3] + down),
    )


def _pixels(box: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    width, height = size
    left, top = int(box[0] * width), int(box[1] * height)
    return left, top, max(left + 1, round(box[2] * width)), max(top + 1, round(box[3] * height))
