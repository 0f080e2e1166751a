"""From a request to what the painter's networks see: sizes, masks, and where the draft may be looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps

from studiolo.imaging.flattening import flattened
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
    image = image if image.mode == "L" else flattened(image)
    if image.size == (width, height):
        return image
    return ImageOps.fit(image, (width, height), Image.Resampling.LANCZOS)


def conditions(
    latents: Latents, free: Latents | None, strength: float, *, drafted: bool
) -> tuple[Latents, Latents | None]:
    """The denoiser's sight of what the painting starts from: latents, and 1 where it may look at them.

    The second, if any, is what it sees without. From a picture that is not ``drafted`` by the painter the
    strength guides the painting from one to the other: always shown the picture, it would copy it; never, it
    would lose it (SDEdit alone).
    """
    seen = np.ones((1, *latents.shape[1:]), np.float32)
    if strength >= 1:
        seen = np.zeros_like(seen) if free is None else 1 - free
    shown = np.concatenate([latents * seen, seen])
    between = not drafted and free is None and strength < 1
    return shown, np.zeros_like(shown) if between else None


def free_places(mask: Image.Image | None, latents: Latents) -> Latents | None:
    """The mask at the latents' size, (1, h, w): 1 wherever any of its pixels is white."""
    if mask is None:
        return None
    height, width = latents.shape[1:]
    small = mask.resize((width, height), Image.Resampling.BOX)
    return (np.asarray(small)[None] > _HOLE_FROM).astype(np.float32)


def mask_of(request: ImageRequest) -> Image.Image:
    """The mask at the painting's size: grey, white where it is painted anew."""
    if request.mask is None:
        return Image.new("L", size_of(request), 255)
    return cover(request.mask.image.convert("L"), *size_of(request))


def hole_of(mask: Image.Image) -> NDArray[np.bool_]:
    """Where the mask lets paint, (height, width)."""
    return np.asarray(mask) > _HOLE_FROM
