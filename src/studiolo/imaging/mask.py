"""Masks for inpainting: white where the picture is painted anew, black where it stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
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


def widened(mask: Image, reach: int) -> Image:
    """``mask`` (L) with its white reaching ``reach`` pixels further: of each square, the highest.

    What Pillow's MaxFilter gives, whose time grows with the square's area; this one's with the logarithm of
    its side, so that the masks of large pictures are widened in a blink as well.
    """
    import numpy as np
    from PIL import Image as Pil

    tall = _highest_in_columns(np.asarray(mask.convert("L")), reach)
    return Pil.fromarray(np.ascontiguousarray(_highest_in_columns(tall.T, reach).T))


def _highest_in_columns(pixels: NDArray[np.uint8], reach: int) -> NDArray[np.uint8]:
    """Of each pixel and ``reach`` above and below it: windows twice as long are the higher of two."""
    import numpy as np

    highest = np.pad(pixels, ((reach, reach), (0, 0)))
    length, covered = 2 * reach + 1, 1
    while covered < length:
        shift = min(covered, length - covered)
        highest = np.maximum(highest[:-shift], highest[shift:])
        covered += shift
    return highest
