"""Masks for inpainting: white where the picture is painted anew, black where it stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image


def read_mask(image: Image) -> Image:
    """The mask that ``image`` (RGB or RGBA) means, as mode L: 255 = repaint; grey values in between blend.

    Where a picture has transparency, its transparent part is repainted (what an eraser leaves
    behind, and the convention of OpenAI's edit API), unless all that is visible is white: that
    is a mask drawn on a transparent layer.
    """
    from PIL import ImageOps

    if image.mode != "RGBA":
        return image.convert("L")
    alpha = image.getchannel("A")
    visible = alpha.point(lambda value: 255 if value else 0)
    colours = image.convert("L")
    colours.paste(255, mask=ImageOps.invert(visible))
    drawn_in_white = alpha.getbbox() is not None and not any(colours.histogram()[:250])
    return alpha if drawn_in_white else ImageOps.invert(alpha)
