"""Pictures without transparency."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image


def flattened(image: Image, ground: str = "white") -> Image:
    """``image`` as RGB; where it is transparent, ``ground`` shows through, a colour as Pillow names it."""
    from PIL import Image as Pil

    if not image.has_transparency_data:
        return image.convert("RGB")
    pixels = image.convert("RGBA")
    return Pil.alpha_composite(Pil.new("RGBA", pixels.size, ground), pixels).convert("RGB")
