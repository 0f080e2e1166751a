"""A picture made small enough to be measured: colours in OKLab, and which pixels are there at all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from studiolo.imaging.colours import to_cielab, to_oklab

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    Floats = NDArray[np.float64]

SIDE_PX: Final = 256
"""Colours, light and composition are measured on a copy of at most this side."""

_MAX_PIXELS = 200_000_000  # what a caller may hand over as a PIL image; files are checked when decoded
_SOLID = 128  # alpha from which a pixel counts as there

Box = tuple[float, float, float, float]
"""Left, top, right, bottom, in shares of the picture."""


@dataclass(frozen=True)
class Pixels:
    """A small copy: 8-bit sRGB (h, w, 3), and which pixels are not transparent (h, w)."""

    rgb: NDArray[np.uint8]
    solid: NDArray[np.bool_]

    @cached_property
    def lab(self) -> Floats:
        """OKLab, (h, w, 3)."""
        return to_oklab(self.rgb / 255.0)

    @cached_property
    def lightness(self) -> Floats:
        """CIE L*, 0 (black) to 100 (white), (h, w): equal steps look equally far apart."""
        return to_cielab(self.rgb / 255.0)[..., 0]

    def slices(self, box: Box) -> tuple[slice, slice]:
        """Rows and columns of a box, at least one pixel each."""
        height, width = self.solid.shape
        left, top, right, bottom = box
        x, y = min(int(left * width), width - 1), min(int(top * height), height - 1)
        return slice(y, max(y + 1, round(bottom * height))), slice(x, max(x + 1, round(right * width)))


def plain(image: Image) -> Image:
    """The picture as RGB or RGBA, whatever mode it came in.

    Raises:
        InvalidImageError: it cannot be converted.
    """
    if image.mode in {"RGB", "RGBA"}:
        return image
    from studiolo.imaging.decode import load_image

    return load_image(image, max_pixels=_MAX_PIXELS)


def shrink(image: Image, side: int = SIDE_PX) -> Image:
    """A copy of an RGB or RGBA picture whose longer side has at most ``side`` pixels."""
    from PIL import Image as PilImage

    scale = side / max(image.size)
    if scale >= 1:
        return image
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, PilImage.Resampling.BOX, reducing_gap=3.0)


def measure(image: Image, side: int = SIDE_PX) -> Pixels:
    """Shrink a picture and take it apart."""
    import numpy as np

    small = shrink(image, side)
    array = np.asarray(small)
    if small.mode == "RGB":
        return Pixels(array, np.ones(array.shape[:2], np.bool_))
    solid = array[..., 3] >= _SOLID
    return Pixels(np.ascontiguousarray(array[..., :3]), solid)
