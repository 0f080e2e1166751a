"""A picture that is given to an engine."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from studiolo.errors import InvalidImageError
from studiolo.imaging.decode import load_image

if TYPE_CHECKING:
    from PIL.Image import Image


class SourceImage:
    """A picture given to an engine, decoded safely and known by its content.

    Accepts a path, the bytes of a file, a PIL image or another ``SourceImage``.
    Two of the same pixels are equal. In JSON it stands as ``"sha256:<hex>"``; the
    gallery keeps the pixels under that name, so that a request can be made again.

    Raises:
        InvalidImageError: the source is no picture, or not one that is safe to open.
    """

    __slots__ = ("image", "png", "sha256")

    def __init__(self, source: SourceImage | Image | Path | str | bytes) -> None:
        if isinstance(source, SourceImage):
            self.image, self.png, self.sha256 = source.image, source.png, source.sha256
            return
        _check_source(source)
        self.image: Image = load_image(Path(source) if isinstance(source, str) else source)
        buffer = io.BytesIO()
        self.image.save(buffer, "PNG", compress_level=1)
        self.png: bytes = buffer.getvalue()
        digest = hashlib.sha256(f"{self.image.mode} {self.image.size}".encode() + self.image.tobytes())
        self.sha256: str = digest.hexdigest()

    @property
    def reference(self) -> str:
        """The name of this picture in JSON: ``sha256:<hex>``."""
        return f"sha256:{self.sha256}"

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.image.size

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SourceImage) and other.sha256 == self.sha256

    def __hash__(self) -> int:
        return hash(self.sha256)

    def __repr__(self) -> str:
        return f"SourceImage({self.size[0]}x{self.size[1]}, {self.reference[:15]}…)"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(
            cls._validate,
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda value: value.reference, when_used="json"
            ),
        )

    @classmethod
    def _validate(cls, value: Any, info: core_schema.ValidationInfo) -> SourceImage:
        if isinstance(value, str) and value.startswith("sha256:"):
            # A request read back from JSON: whoever reads it says where pictures are kept.
            context = cast("Mapping[str, Any]", info.context or {})
            find: Callable[[str], Any] | None = context.get("find_image")
            if find is None:
                raise InvalidImageError(
                    f"The request refers to the picture {value[:15]}…, which is not at hand.",
                    hint="Give the picture's file instead.",
                )
            value = find(value)
        return cls(value)


def _check_source(source: object) -> None:
    from PIL.Image import Image as PilImage

    if not isinstance(source, PilImage | Path | str | bytes):
        raise InvalidImageError(
            f"A picture cannot be read from {type(source).__name__}.",
            hint="Give a path, the bytes of a file, or a PIL image.",
        )
