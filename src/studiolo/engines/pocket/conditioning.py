"""From a request to what the painter's networks see: sizes, masks, and where the draft may be looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps

from studiolo.requests import ImageRequest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from studiolo.engines.pocket.sampling import Latents

DEFAULT_SIZE = (512, 512)
_HOLE_FROM = 4  # of 255: fainter grey in a mask is a trace of its making


def size_of(request: ImageRequest) -> tuple[int, int]:
    """Width and height in pixels."""
    return request.width or DEFAULT_SIZE[0], request.height or DEFAULT_SIZE[1]


def cover(image: Image.Image, width: int, height: int) -> Image.Image:
    """``image`` scaled to cover the size and cut to it around its centre; transparency becomes white."""
    if image.mode == "RGBA":
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    image = image if image.mode == "L" else image.convert("RGB")
    if image.size == (width, height):
        return image
    return ImageOps.fit(image, (width, height), Image.Resampling.LANCZOS)


def conditions(
    latents: Latents, free: Latents | None, strength: float, request: ImageRequest
) -> tuple[Latents, Latents | None]:
    """The denoiser's sight of what the painting starts from: latents, and 1 where it may look at them.

    The second, if any, is what it sees without. For image to image the strength guides the painting from one
    to the other: always shown the picture, it would copy it; never, it would lose it (SDEdit alone).
    """
    seen = np.ones((1, *latents.shape[1:]), np.float32)
    if strength >= 1:
        seen = np.zeros_like(seen) if free is None else 1 - free
    shown = np.concatenate([latents * seen, seen])
    between = request.init_image is not None and free is None and strength < 1
    return shown, np.zeros_like(shown) if between else None


def free_places(request: ImageRequest, latents: Latents) -> Latents | None:
    """The mask at the latents' size, (1, h, w): 1 wherever any of its pixels is white."""
    if request.mask is None:
        return None
    height, width = latents.shape[1:]
    small = mask_of(request).resize((width, height), Image.Resampling.BOX)
    return (np.asarray(small)[None] > _HOLE_FROM).astype(np.float32)


def mask_of(request: ImageRequest) -> Image.Image:
    """The mask at the painting's size: grey, white where it is painted anew."""
    if request.mask is None:
        return Image.new("L", size_of(request), 255)
    return cover(request.mask.image.convert("L"), *size_of(request))


def hole_of(request: ImageRequest) -> NDArray[np.bool_]:
    """Where the mask lets paint, (height, width)."""
    return np.asarray(mask_of(request)) > _HOLE_FROM


def composite(
    picture: NDArray[np.uint8], original: NDArray[np.uint8], mask: Image.Image
) -> NDArray[np.uint8]:
    """The painting where the mask is white, the original's own pixels where it is black."""
    return np.asarray(Image.composite(Image.fromarray(picture), Image.fromarray(original), mask))
