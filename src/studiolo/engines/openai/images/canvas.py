"""What is painted on, in a size that the service paints; and back to what was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studiolo.engines.capabilities import Sizes
from studiolo.imaging.flattening import flattened
from studiolo.requests import ImageRequest

if TYPE_CHECKING:
    from PIL.Image import Image

    from studiolo.imaging.canvas import Canvas


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What is sent of the picture to begin from.

    ``size`` is what is painted, ``picture`` (RGB) and ``mask`` (L, white where it is painted anew) are of
    that size. ``drawn`` is how much of it the picture takes up; the rest is padding to the right and below.
    ``whole`` is the picture in the size that was asked for, where parts of it are kept.
    """

    size: tuple[int, int]
    picture: Image | None = None
    mask: Image | None = None
    drawn: tuple[int, int] | None = None
    whole: Canvas | None = None

    @classmethod
    def of(cls, request: ImageRequest, sizes: Sizes) -> Ground:
        """Of a complete ``request`` to a service that paints ``sizes``."""
        from PIL import Image as Pil

        from studiolo.imaging.canvas import Canvas, grow

        size = request.width or 0, request.height or 0
        if request.init_image is None:
            return cls(size=size)
        picture = flattened(request.init_image.image)
        if request.outpaint is not None:
            return cls._grown(grow(picture, request.outpaint), sizes)
        picture = picture.resize(size, Pil.Resampling.LANCZOS)
        if request.mask is None:
            return cls(size=size, picture=picture)
        mask = request.mask.image.convert("L").resize(size)
        return cls(size=size, picture=picture, mask=mask, whole=Canvas(picture=picture, mask=mask))

    @staticmethod
    def size_of(request: ImageRequest, sizes: Sizes) -> tuple[int, int]:
        """The size that :meth:`of` has painted."""
        asked = request.width or 0, request.height or 0
        return asked if request.outpaint is None else sizes.fitting(*asked)

    @classmethod
    def _grown(cls, whole: Canvas, sizes: Sizes) -> Ground:
        """On the allowed size of the nearest shape, as large as fits there."""
        from PIL import Image as Pil

        from studiolo.imaging.canvas import Canvas

        width, height = whole.picture.size
        size = sizes.fitting(width, height)
        scale = min(size[0] / width, size[1] / height)
        drawn = min(size[0], round(width * scale)), min(size[1], round(height * scale))
        canvas = Canvas(
            picture=whole.picture.resize(drawn, Pil.Resampling.LANCZOS), mask=whole.mask.resize(drawn)
        ).padded(*size)
        return cls(size=size, picture=canvas.picture, mask=canvas.mask, drawn=drawn, whole=whole)

    def finish(self, painted: Image, request: ImageRequest) -> Image:
        """What was asked for, from what was ``painted``: of its size, with what the mask keeps kept."""
        from PIL import Image as Pil

        from studiolo.imaging.canvas import join

        if painted.size != self.size:
            painted = painted.resize(self.size, Pil.Resampling.LANCZOS)
        if self.whole is None:
            return painted
        if self.drawn is not None:
            painted = painted.crop((0, 0, *self.drawn))
        if painted.size != self.whole.picture.size:
            painted = painted.resize(self.whole.picture.size, Pil.Resampling.LANCZOS)
        return join(flattened(painted), self.whole.picture, self.whole.mask, request.seam or "precise")


def erased(mask: Image) -> Image:
    """``mask`` as OpenAI reads it: transparent where it is painted anew.

    It is white there, too, for servers that look at brightness alone (stable-diffusion.cpp, vLLM-Omni).
    """
    from PIL import ImageOps

    plain = mask.convert("L").point(lambda value: 255 if value > 127 else 0)  # pyright: ignore[reportUnknownMemberType, reportUnknownLambdaType, reportOperatorIssue]
    whole = plain.convert("RGBA")
    whole.putalpha(ImageOps.invert(plain))
    return whole
