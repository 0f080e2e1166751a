"""Pictures as the models take them: how large and how small, and masks in black and white alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from studiolo.engines.pictures import as_base64
from studiolo.errors import InvalidImageError
from studiolo.imaging.flattening import flattened
from studiolo.requests import SourceImage

if TYPE_CHECKING:
    from PIL.Image import Image

_HALF: Final = 128


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Of a picture that is sent, in pixels; ``ratio`` is of the longer side to the shorter."""

    least_px: int
    most_px: int
    max_pixels: int
    min_pixels: int = 1
    ratio: float | None = None

    def check(self, image: SourceImage, what: str, title: str) -> None:
        """Refuse what cannot be mended by resizing, or should not be.

        Raises:
            InvalidImageError: it is too long and narrow.
        """
        if self.ratio is not None and max(image.size) > self.ratio * min(image.size):
            width, height = image.size
            raise InvalidImageError(
                f"{what} is {width}x{height}; {title} takes none over {self.ratio:g} times as long as wide.",
                hint="Crop it first.",
            )

    def allow(self, size: tuple[int, int]) -> bool:
        """Whether a picture of ``size`` is taken as it is."""
        sides = all(self.least_px <= side <= self.most_px for side in size)
        return sides and self.min_pixels <= size[0] * size[1] <= self.max_pixels

    def fitted(self, image: Image) -> Image:
        """``image``, as RGB, brought within the limits; its shape stays."""
        from PIL.Image import Resampling

        if self.allow(image.size):
            return flattened(image)
        longer, shorter = max(image.size), min(image.size)
        pixels = longer * shorter
        most = min(self.most_px / longer, (self.max_pixels / pixels) ** 0.5)
        least = max(self.least_px / shorter, (self.min_pixels / pixels) ** 0.5)
        scale = min(most, max(least, 1.0))
        sides = tuple(min(max(int(side * scale), self.least_px), self.most_px) for side in image.size)
        return flattened(image).resize((sides[0], sides[1]), Resampling.LANCZOS)


def sized(image: SourceImage, width: int, height: int) -> Image:
    """As RGB of exactly that size."""
    from PIL.Image import Resampling

    plain = flattened(image.image)
    return plain if plain.size == (width, height) else plain.resize((width, height), Resampling.LANCZOS)


def mask_of(mask: SourceImage, width: int, height: int) -> Image:
    """The mask (L) of that size; white is painted anew."""
    from PIL.Image import Resampling

    plain = mask.image.convert("L")
    return plain if plain.size == (width, height) else plain.resize((width, height), Resampling.BILINEAR)


def in_black_and_white(mask: Image, *, inverted: bool = False) -> Image:
    """``mask`` as RGB of these two colours alone, swapped if ``inverted``."""
    white, black = (0, 255) if inverted else (255, 0)
    return mask.point([white if value >= _HALF else black for value in range(256)]).convert("RGB")


def sent(image: Image) -> str:
    """As a PNG in base64, which is how all models take pictures."""
    return as_base64(image)
