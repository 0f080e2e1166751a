"""From a rough outline to a picture with soft edges and without the background's colours in them."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.float32]

_RADIUS_PX: Final = 2
_SMOOTH: Final = 1e-3  # variance of colours (0 to 1) below which the filter takes them for one
_BAND_PX: Final = 3  # to either side of the outline, where opacity may lie between all and nothing
_CERTAIN: Final = 0.1  # what the filter leaves below this, or above one minus it, is noise
_BLUR_PX: Final = 9


def refine(opencv: Any, small: NDArray[np.uint8], cut: NDArray[np.bool_], full: NDArray[np.uint8]) -> Floats:
    """Opacity for the whole picture from an outline made on a reduced one.

    The guided filter (He, Sun and Tang, "Guided Image Filtering", PAMI 2013): opacity is a linear function of
    the colours around, fitted on the reduced picture and applied to the whole one ("Fast Guided Filter",
    arXiv 1505.00996), so that it follows edges that the reduced picture does not show.

    Args:
        opencv: the module.
        small: (h, w, 3) RGB, the picture that was cut.
        cut: (h, w), True in the foreground.
        full: (H, W, 3) RGB, the picture itself.

    Returns:
        (H, W), 0 to 1.
    """
    slopes, offset = _fit(opencv, small.astype(np.float32) / np.float32(255), cut.astype(np.float32))
    size = full.shape[1], full.shape[0]
    opacity: Floats = opencv.resize(offset, size, interpolation=opencv.INTER_LINEAR)
    for channel in range(3):
        slope = opencv.resize(slopes[..., channel], size, interpolation=opencv.INTER_LINEAR)
        opacity += slope * (full[..., channel].astype(np.float32) / 255)
    opacity = np.clip((opacity - _CERTAIN) / (1 - 2 * _CERTAIN), 0, 1).astype(np.float32)
    band = np.ones((2 * _BAND_PX + 1,) * 2, np.uint8)
    inside = opencv.resize(opencv.erode(cut.astype(np.uint8), band, borderValue=1), size)
    around = opencv.resize(opencv.dilate(cut.astype(np.uint8), band), size)
    return np.where(inside > 0, np.float32(1), np.where(around > 0, opacity, np.float32(0)))


def _fit(opencv: Any, guide: Floats, target: Floats) -> tuple[Floats, Floats]:
    """Slopes (h, w, 3) and offset (h, w) of ``target`` as a linear function of the guide's colours."""

    def mean(values: Floats) -> Floats:
        side = 2 * _RADIUS_PX + 1
        return opencv.boxFilter(values, -1, (side, side), borderType=opencv.BORDER_REFLECT)

    colours, level = mean(guide), mean(target)
    spread = np.empty((*target.shape, 3, 3), np.float32)
    for row in range(3):
        for column in range(row, 3):
            both = mean(guide[..., row] * guide[..., column])
            spread[..., row, column] = both - colours[..., row] * colours[..., column]
            spread[..., column, row] = spread[..., row, column]
    spread += np.eye(3, dtype=np.float32) * np.float32(_SMOOTH)
    together = mean(guide * target[..., None]) - colours * level[..., None]
    slopes = np.linalg.solve(spread, together[..., None])[..., 0].astype(np.float32)
    offset = level - (slopes * colours).sum(axis=-1)
    return mean(slopes), mean(offset)


def compose(opencv: Any, picture: Image.Image, opacity: Floats) -> Image.Image:
    """RGBA of ``picture``'s size. Opaque pixels keep their colours; those at the edge lose the background's.

    The foreground is estimated as Forte ("Approximate Fast Foreground Colour Estimation", ICIP 2021) does:
    the means of foreground and background around a pixel, weighted by opacity, corrected by what their
    mixture lacks to the pixel itself.

    Args:
        opencv: the module.
        picture: RGB, or RGBA: what is transparent stays so.
        opacity: (h, w), 0 to 1.
    """
    if picture.mode == "RGBA":
        opacity = np.multiply(opacity, np.asarray(picture.getchannel("A"), np.float32) / np.float32(255))
    alpha = (opacity * 255 + 0.5).astype(np.uint8)
    weight = alpha.astype(np.float32) / np.float32(255)
    planes = [
        Image.fromarray(_foreground(opencv, np.asarray(plane), weight, alpha))
        for plane in picture.convert("RGB").split()
    ]
    return Image.merge("RGBA", (*planes, Image.fromarray(alpha)))


def _foreground(
    opencv: Any, plane: NDArray[np.uint8], weight: Floats, alpha: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """One channel of the foreground; nothing where none of it is near."""

    def mean(values: Floats) -> Floats:
        return opencv.blur(values, (_BLUR_PX, _BLUR_PX))

    values = plane.astype(np.float32)
    share = mean(weight)
    here = mean(values * weight) / np.maximum(share, 1e-4)
    behind = mean(values * (1 - weight)) / np.maximum(1 - share, 1e-4)
    estimate = here + weight * (values - weight * here - (1 - weight) * behind)
    kept = np.where(alpha == 255, values, np.where(share > 1e-4, estimate, 0))
    return (kept + 0.5).clip(0, 255).astype(np.uint8)
