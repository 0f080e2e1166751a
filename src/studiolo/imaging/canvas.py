"""Pictures that grow, and the seam between what was there and what is painted anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image, ImageFilter

from studiolo.imaging.filling import fill
from studiolo.imaging.mask import widened

_FEATHER = 1 / 32  # of the picture's shorter side: how far a blended seam reaches into what was there


@dataclass(frozen=True, kw_only=True)
class Canvas:
    """A picture (RGB) and what of it is painted anew: ``mask`` (L) is white there."""

    picture: Image.Image
    mask: Image.Image

    def padded(self, width: int, height: int) -> Canvas:
        """With new ground to the right and below, up to a size that an engine paints."""
        left, top = self.picture.size
        return grow(self.picture, (0, 0, width - left, height - top), mask=self.mask)


def grow(
    image: Image.Image, margins: tuple[int, int, int, int], *, mask: Image.Image | None = None
) -> Canvas:
    """``image`` on a canvas that is larger by ``margins`` (left, top, right, bottom, in pixels).

    The new ground is filled smoothly from the picture's edges: something to paint from, not a picture yet.
    ``mask`` is what was to be painted anew before; nothing if it is not given.
    """
    left, top, right, bottom = margins
    size = image.width + left + right, image.height + top + bottom
    picture = Image.new("RGB", size)
    picture.paste(image.convert("RGB"), (left, top))
    grown = Image.new("L", size, 255)
    grown.paste(mask or Image.new("L", image.size, 0), (left, top))
    if not any(margins):
        return Canvas(picture=picture, mask=grown)
    new = Image.new("L", size, 255)
    new.paste(0, (left, top, left + image.width, top + image.height))
    filled = fill(np.asarray(picture), np.asarray(new) > 0)
    return Canvas(picture=Image.fromarray(filled), mask=grown)


def join(
    painted: Image.Image, original: Image.Image, mask: Image.Image, seam: Literal["default", "precise"]
) -> Image.Image:
    """``painted`` where ``mask`` is white and ``original`` where it is black; all of one size.

    ``precise`` keeps every pixel that the mask has black as it was. ``default`` lets the painting fade
    into the original over a narrow band outside the mask, so that no edge shows.
    """
    if seam == "default":
        reach = max(1, round(min(mask.size) * _FEATHER))
        # Opaque up to the mask's edge, from there fading outwards.
        mask = widened(mask, reach).filter(ImageFilter.GaussianBlur(reach / 2))
    return Image.composite(painted.convert("RGB"), original.convert("RGB"), mask)
