"""Pictures that grow: outpainting is inpainting on a larger canvas, cut back to the size asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from studiolo.imaging.canvas import grow
from studiolo.imaging.flattening import flattened
from studiolo.requests import ImageRequest, SourceImage

if TYPE_CHECKING:
    from PIL.Image import Image

STRENGTH: Final = 0.9
"""At least: the ground is only filled from the edges, and less would leave it the haze that it is."""

_GRAIN: Final = 24.0  # of 255: without noise in it, smooth ground is taken for a wish for smoothness
_SEED: Final = 0  # the same for all pictures of a request: their own seeds make them differ


def as_inpainting(request: ImageRequest, *, multiple: int, least_px: int) -> ImageRequest:
    """The request to repaint the new ground of the grown canvas; any other request as it is.

    Args:
        request: complete: its size is that of the grown picture.
        multiple: of pixels, that the model's sides are multiples of; the canvas is padded to it.
        least_px: the shortest side that the model paints.
    """
    if request.outpaint is None or request.init_image is None:
        return request
    canvas = grow(flattened(request.init_image.image), request.outpaint)
    asked = canvas.picture.size
    width, height = (max(least_px, -(-side // multiple) * multiple) for side in asked)
    canvas = canvas.padded(width, height)
    changes: dict[str, object] = {
        "init_image": SourceImage(_grained(canvas.picture, canvas.mask)),
        "mask": SourceImage(canvas.mask),
        "outpaint": None,
        "width": width,
        "height": height,
        "strength": max(request.strength or STRENGTH, STRENGTH),
        "seam": request.seam or "default",
    }
    if request.control_image is not None and (width, height) != asked:
        changes["control_image"] = SourceImage(_padded_map(request, asked, (width, height)))
    return request.model_copy(update=changes)


def cut(picture: Image, request: ImageRequest) -> Image:
    """What was asked for of the painted canvas: all but its padding, which is right and below."""
    size = request.width or picture.width, request.height or picture.height
    return picture if request.outpaint is None else picture.crop((0, 0, *size))


def _grained(picture: Image, mask: Image) -> Image:
    """With noise where ``mask`` is white; elsewhere every pixel as it is."""
    from PIL import Image as Pil

    pixels = np.asarray(picture)
    grain = np.random.default_rng(_SEED).standard_normal(pixels.shape) * _GRAIN
    noisy = (pixels + grain).round().clip(0, 255).astype(np.uint8)
    return Pil.fromarray(np.where(np.asarray(mask)[..., None] > 0, noisy, pixels))


def _padded_map(request: ImageRequest, asked: tuple[int, int], padded: tuple[int, int]) -> Image:
    """The control map at the size it was made for, with nothing to follow in the padding."""
    from PIL import Image as Pil

    if request.control_image is None:
        raise ValueError("there is no control map to pad")
    how = Pil.Resampling.NEAREST if request.control == "segmentation" else Pil.Resampling.LANCZOS
    whole = Pil.new("RGB", padded)
    whole.paste(request.control_image.image.convert("RGB").resize(asked, how))
    return whole
