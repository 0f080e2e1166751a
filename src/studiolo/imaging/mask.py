"""Masks for inpainting: white where the picture is painted anew, black where it stays."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from studiolo.errors import InvalidImageError
from studiolo.imaging.decode import load_image

if TYPE_CHECKING:
    from PIL.Image import Image


def load_mask(source: Path | bytes | Image, size: tuple[int, int]) -> Image:
    """Open a mask of exactly ``size`` (width, height in pixels) as mode L: 255 = repaint.

    Grey values in between blend. Where a picture has transparency, its transparent part is
    repainted (what an eraser leaves behind, and the convention of OpenAI's edit API), unless
    all that is visible is white: that is a mask drawn on a transparent layer.

    Raises:
        InvalidImageError: no picture, or another size.
    """
    from PIL import ImageOps

    image = load_image(source)
    if image.size != size:
        given, wanted = (f"{w}x{h}" for w, h in (image.size, size))
        raise InvalidImageError(
            f"The mask is {given}, the picture {wanted}.",
            hint=f"Make the mask {wanted}: white where to repaint, black where to keep.",
        )
    if image.mode != "RGBA":
        return image.convert("L")
    alpha = image.getchannel("A")
    visible = alpha.point(lambda value: 255 if value else 0)
    colours = image.convert("L")
    colours.paste(255, mask=ImageOps.invert(visible))
    drawn_in_white = alpha.getbbox() is not None and not any(colours.histogram()[:250])
    return alpha if drawn_in_white else ImageOps.invert(alpha)
