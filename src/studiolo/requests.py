"""What is asked of an image engine and what it gives back: frozen, validated once."""

from __future__ import annotations

import hashlib
import io
import reprlib
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Self, cast

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    JsonValue,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema

from studiolo.errors import InvalidImageError, InvalidRequestError
from studiolo.imaging.decode import load_image
from studiolo.imaging.mask import read_mask
from studiolo.imaging.palette import parse_palette

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PROMPT_CHARACTERS: Final = 2000
MAX_COUNT: Final = 64
MAX_SIDE_PX: Final = 8192
MAX_SEED: Final = 2**32 - 1


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


def _strip(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


Prompt = Annotated[str, BeforeValidator(_strip)]


class Frozen(BaseModel):
    """What is asked of an engine: data that does not change, and knows every field by name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def parse(cls, fields: Mapping[str, Any]) -> Self:
        """Validate ``fields``.

        Raises:
            InvalidRequestError: a field is unknown, missing or out of range.
            InvalidImageError: a picture cannot be opened.
        """
        try:
            return cls.model_validate(dict(fields))
        except ValidationError as error:
            raise explain(error, cls) from error


class ImageRequest(BaseModel):
    """One wish for pictures, the same for every engine.

    ``None`` means "the engine's own default"; :func:`studiolo.engines.capabilities.resolve`
    fills these in, so that what is kept with a picture is complete. Build it with
    :meth:`parse` to get :class:`~studiolo.errors.InvalidRequestError` instead of pydantic's errors.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, strict=False)

    # Of the prompts' lengths our own words are told; a schema is told the bounds.
    prompt: Prompt = Field(
        description="What to paint.", json_schema_extra={"minLength": 1, "maxLength": MAX_PROMPT_CHARACTERS}
    )
    negative_prompt: Prompt = Field(
        default="",
        description="What to keep out of the picture.",
        json_schema_extra={"maxLength": MAX_PROMPT_CHARACTERS},
    )
    width: int | None = Field(default=None, ge=1, le=MAX_SIDE_PX, description="Pixels.")
    height: int | None = Field(default=None, ge=1, le=MAX_SIDE_PX, description="Pixels.")
    count: int = Field(
        default=1, ge=1, le=MAX_COUNT, description="How many pictures; each gets its own seed."
    )
    seed: int | None = Field(
        default=None, ge=0, le=MAX_SEED, description="Of the first picture; the n-th gets seed + n - 1."
    )
    steps: int | None = Field(default=None, ge=1, le=1000, description="Steps of the whole noise schedule.")
    guidance_scale: float | None = Field(
        default=None, ge=0, le=50, description="Classifier-free guidance: how closely to follow the prompt."
    )
    strength: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="How far to leave what the painting starts from (the init image, or the engine's "
        "own draft): 0 keeps it, 1 ignores it.",
    )
    scheduler: str | None = Field(default=None, description="Sampler, one of the engine's own list.")
    init_image: SourceImage | None = Field(default=None, description="Start from this picture.")
    mask: SourceImage | None = Field(
        default=None,
        description="White, or erased, where init_image is painted anew, black where it stays; of its size.",
    )
    palette: tuple[str, ...] = Field(
        default=(),
        description="Up to ten colours as #rrggbb to paint in; colours that the prompt names come first.",
    )
    options: Mapping[str, JsonValue] = Field(
        default_factory=dict[str, JsonValue], description="What only this engine knows."
    )

    @classmethod
    def parse(cls, fields: Mapping[str, Any], *, find_image: Callable[[str], Any] | None = None) -> Self:
        """Validate ``fields``; ``find_image`` turns a ``sha256:…`` reference into a picture.

        Raises:
            InvalidRequestError: a field is unknown, missing or out of range.
            InvalidImageError: a picture cannot be opened.
        """
        try:
            return cls.model_validate(dict(fields), context={"find_image": find_image})
        except ValidationError as error:
            raise explain(error, cls) from error

    @field_validator("prompt", "negative_prompt")
    @classmethod
    def _check_prompt(cls, value: str, info: ValidationInfo) -> str:
        name = (info.field_name or "prompt").replace("_", " ")
        if name == "prompt" and not value:
            raise InvalidRequestError(
                "The prompt is empty.", hint='Say what to paint, for example: "a red apple on a table"'
            )
        return check_words(value, name)

    @field_validator("palette")
    @classmethod
    def _read_palette(cls, palette: tuple[str, ...]) -> tuple[str, ...]:
        return parse_palette(palette)

    @field_validator("mask")
    @classmethod
    def _read_transparency(cls, mask: SourceImage | None) -> SourceImage | None:
        """Engines look at brightness alone."""
        return SourceImage(read_mask(mask.image)) if mask is not None and mask.image.mode == "RGBA" else mask

    @model_validator(mode="after")
    def _check_pictures(self) -> Self:
        if self.mask is not None and self.init_image is None:
            raise InvalidRequestError(
                "A mask says where to repaint a picture, but no picture was given.",
                hint="Give the picture as init_image (--init FILE).",
            )
        if self.mask is not None and self.init_image is not None and self.mask.size != self.init_image.size:
            mask, init = self.mask.size, self.init_image.size
            raise InvalidImageError(
                f"The mask is {mask[0]}x{mask[1]}, the picture {init[0]}x{init[1]}.",
                hint="Make the mask the picture's size: white where to repaint, black where to keep.",
            )
        return self

    def source_images(self) -> dict[str, SourceImage]:
        """The pictures this request was made from, by their reference."""
        return {image.reference: image for image in (self.init_image, self.mask) if image is not None}


def check_words(text: str, name: str) -> str:
    """``text``, if it is what a prompt may be; ``name`` is what it is called in the message.

    Raises:
        InvalidRequestError: it is too long, or no file can keep it.
    """
    unprintable = next((c for c in text if unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\r\t"), "")
    if unprintable:
        raise InvalidRequestError(
            f"The {name} has the control character U+{ord(unprintable):04X}, which no file can keep.",
            hint="Take it out.",
        )
    if len(text) > MAX_PROMPT_CHARACTERS:
        raise InvalidRequestError(
            f"The {name} has {len(text):,} characters; at most {MAX_PROMPT_CHARACTERS:,} are read.",
            hint="Shorten it: the first sentence counts most.",
        )
    return text


def explain(error: ValidationError, model: type[BaseModel]) -> InvalidRequestError:
    """One line a person can act on, from pydantic's first finding."""
    finding = error.errors(include_url=False)[0]
    name = ".".join(str(part) for part in finding["loc"]) or "request"
    given = finding.get("input")
    if finding["type"] == "extra_forbidden":
        return InvalidRequestError(
            f"There is no setting named '{name}'.", hint="Known: " + ", ".join(sorted(model.model_fields))
        )
    if finding["type"] == "missing":
        return InvalidRequestError(f"'{name}' is missing.", hint=f"Give a {name}.")
    said = finding["msg"].removeprefix("Input should be ")
    must = ", but must be " if said != finding["msg"] else ": "
    return InvalidRequestError(f"{name} is {reprlib.repr(given)}{must}{said}.", hint=f"Change {name}.")


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a painting is. ``index`` counts the pictures of a request from 0.

    ``preview()`` decodes what the picture looks like now (it costs time, so call it only
    to show it); None where the engine has no previews.
    """

    step: int
    total: int
    index: int = 0
    count: int = 1
    stage: str = "painting"
    preview: Callable[[], Image] | None = field(default=None, compare=False, repr=False)


ProgressCallback = Callable[[Progress], None]
"""Called after each step. Raise :class:`~studiolo.errors.Cancelled` in it to stop."""


def ignore_progress(progress: Progress) -> None:
    """Take no notice."""


@dataclass(frozen=True, kw_only=True)
class GeneratedImage:
    """One finished picture and everything needed to make it again.

    ``request`` is complete: count 1, and every default filled in. ``timings`` are seconds
    by stage. ``notes`` are sentences for the user ("painted without a draft: gramophone").
    ``cost`` is in US dollars, None where nothing is charged or the price is unknown.
    """

    image: Image
    request: ImageRequest
    engine: str
    model: str
    timings: Mapping[str, float] = field(default_factory=dict[str, float])
    notes: tuple[str, ...] = ()
    cost: float | None = None
    created: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def seed(self) -> int:
        """The seed this picture was painted with."""
        if self.request.seed is None:
            raise InvalidRequestError("An engine returned a picture without its seed.")
        return self.request.seed
