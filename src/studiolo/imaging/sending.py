"""A picture as a service takes it: small enough, opaque, and in a format all of them know."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_SIDE_PX: Final = 1568
"""What vision models look at; they scale larger pictures down themselves."""

MAX_BYTES: Final = 4_000_000
SMALLEST_MAX_BYTES: Final = 4096

_FEW_COLOURS: Final = 4096  # a drawing, also with soft edges; a photograph of any size has more
_QUALITIES: Final = (90, 80, 65, 50)


@dataclass(frozen=True, kw_only=True)
class Sendable:
    """An encoded picture; ``size`` are its pixels, ``original_size`` those it had."""

    data: bytes
    media_type: Literal["image/jpeg", "image/png"]
    size: tuple[int, int]
    original_size: tuple[int, int]

    @property
    def scaled(self) -> bool:
        """Whether it was made smaller."""
        return self.size != self.original_size

    @property
    def note(self) -> str:
        """A sentence for the user if the picture was made smaller, else nothing."""
        if not self.scaled:
            return ""
        (width, height), (was_width, was_height) = self.size, self.original_size
        return f"The picture was scaled from {was_width}x{was_height} to {width}x{height} before it was sent."


def for_sending(image: Image, *, max_side_px: int = MAX_SIDE_PX, max_bytes: int = MAX_BYTES) -> Sendable:
    """``image`` with its longest side at most ``max_side_px``, in at most ``max_bytes`` bytes.

    Drawings become PNG, as JPEG blurs their edges; pictures with many colours become JPEG, as fine as
    fits. What is transparent becomes white.

    Raises:
        ValueError: a limit that no picture fits.
    """
    if max_side_px < 1 or max_bytes < SMALLEST_MAX_BYTES:
        raise ValueError(f"a picture needs at least 1 px and {SMALLEST_MAX_BYTES} bytes")
    fitted = _fitted(_opaque(image), max_side_px)
    while True:
        for data, media_type in _encodings(fitted):
            if len(data) <= max_bytes:
                return Sendable(data=data, media_type=media_type, size=fitted.size, original_size=image.size)
        fitted = _fitted(fitted, max(fitted.size) * 3 // 4)


def _encodings(image: Image) -> Iterator[tuple[bytes, Literal["image/jpeg", "image/png"]]]:
    """From the best to the smallest, each made only when the one before was too large."""
    if image.getcolors(_FEW_COLOURS) is not None:
        yield _encoded(image, "PNG", optimize=False), "image/png"
    for quality in _QUALITIES:
        yield _encoded(image, "JPEG", quality=quality), "image/jpeg"


def _encoded(image: Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _opaque(image: Image) -> Image:
    from PIL import Image

    if not image.has_transparency_data:
        return image.convert("RGB")
    pixels = image.convert("RGBA")
    paper = Image.new("RGB", pixels.size, "white")
    paper.paste(pixels, mask=pixels.getchannel("A"))
    return paper


def _fitted(image: Image, side_px: int) -> Image:
    from PIL import Image

    if max(image.size) <= side_px:
        return image
    fitted = image.copy()
    fitted.info = {}
    fitted.thumbnail((side_px, side_px), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return fitted
