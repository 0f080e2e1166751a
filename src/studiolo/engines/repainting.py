"""What a painting from a picture starts from, and what of the picture stays: the same for every engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studiolo.imaging.flattening import flattened
from studiolo.requests import ImageRequest

if TYPE_CHECKING:
    from PIL.Image import Image


def finished(painted: Image, request: ImageRequest) -> Image:
    """The picture with what was to stay as it was, joined at the seam."""
    if request.mask is None:
        return painted
    from studiolo.imaging.canvas import join

    return join(painted, init_picture(request), mask_of(request), request.seam or "precise")


def init_picture(request: ImageRequest) -> Image:
    """The picture to start from, at the size that is painted; what is transparent is white."""
    from PIL import Image as Pil

    if request.init_image is None:
        raise ValueError("a call from a picture needs one")
    return flattened(request.init_image.image).resize(size_of(request), Pil.Resampling.LANCZOS)


def mask_of(request: ImageRequest) -> Image:
    """White where it is painted anew, at the size that is painted."""
    if request.mask is None:
        raise ValueError("a call with a mask needs one")
    return request.mask.image.convert("L").resize(size_of(request))


def size_of(request: ImageRequest) -> tuple[int, int]:
    """Width and height in pixels that are painted."""
    return request.width or 0, request.height or 0
