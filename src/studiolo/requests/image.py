"""What is asked of an image engine: one frozen request for every task."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from studiolo.errors import InvalidRequestError
from studiolo.imaging.mask import read_mask
from studiolo.imaging.palette import parse_palette
from studiolo.requests.frozen import MAX_PROMPT_CHARACTERS, Frozen, check_words, explain
from studiolo.requests.pictures import check_pictures
from studiolo.requests.source import SourceImage

MAX_COUNT: Final = 64
MAX_SIDE_PX: Final = 8192
MAX_SEED: Final = 2**32 - 1
MAX_REFERENCES: Final = 5
MAX_LORAS: Final = 8

Control = Literal["canny", "segmentation"]
"""What a control map shows: edges, or which regions belong to one thing."""

Refiner = Literal["none", "ensemble", "image"]
"""Second stage: none; the end of the noise schedule; or SDEdit of the finished image (arXiv 2108.01073)."""

Seam = Literal["default", "precise"]
"""At the edge of what is painted anew: blended, or with every pixel outside it as it was."""


def _strip(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


Prompt = Annotated[str, BeforeValidator(_strip)]


class Lora(Frozen):
    """A LoRA by its name (in the models folder, or on the hub) or its file, and how much of it."""

    name: str = Field(min_length=1, max_length=1000)
    weight: float = Field(default=1.0, ge=-4, le=4)


class ImageRequest(BaseModel):
    """One wish for pictures, the same for every engine.

    ``None`` means "the engine's own default"; :func:`studiolo.engines.resolving.resolve`
    fills these in, so that what is kept with a picture is complete. Build it with
    :meth:`parse` to get :class:`~studiolo.errors.InvalidRequestError` instead of pydantic's errors.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, strict=False)

    # Of the prompts' lengths our own words are told; a schema is told the bounds.
    prompt: Prompt = Field(
        default="",
        description="What to paint. May be empty where pictures say enough: a mask, margins to grow by, "
        "references, upscaling, removing the background.",
        json_schema_extra={"maxLength": MAX_PROMPT_CHARACTERS},
    )
    negative_prompt: Prompt = Field(
        default="",
        description="What to keep out of the picture.",
        json_schema_extra={"maxLength": MAX_PROMPT_CHARACTERS},
    )
    width: int | None = Field(default=None, ge=1, le=MAX_SIDE_PX, description="Pixels.")
    height: int | None = Field(default=None, ge=1, le=MAX_SIDE_PX, description="Pixels.")
    round_size: bool = Field(
        default=False, description="Take the nearest size that the engine paints, instead of refusing."
    )
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
    refiner: Refiner | None = Field(
        default=None,
        description="Second stage: `ensemble` takes over the noise schedule at `handover`, `image` refines "
        "the finished picture, `none` leaves it.",
    )
    handover: float | None = Field(
        default=None,
        gt=0,
        lt=1,
        description="Share of the noise schedule after which the ensemble's refiner takes over.",
    )
    refiner_strength: float | None = Field(
        default=None, gt=0, le=1, description="How far the refiner `image` leaves the finished picture."
    )
    init_image: SourceImage | None = Field(default=None, description="Start from this picture.")
    mask: SourceImage | None = Field(
        default=None,
        description="White, or erased, where init_image is painted anew, black where it stays; of its size.",
    )
    mask_prompt: Prompt = Field(
        default="",
        description="In words, what of init_image is painted anew; the mask is made from it.",
        json_schema_extra={"maxLength": MAX_PROMPT_CHARACTERS},
    )
    outpaint: tuple[int, int, int, int] | None = Field(
        default=None,
        description="Grow init_image by so many pixels: left, top, right, bottom.",
    )
    seam: Seam | None = Field(
        default=None,
        description="At the edge of what is painted anew: `default` blends, `precise` keeps every pixel "
        "outside it.",
    )
    control_image: SourceImage | None = Field(
        default=None, description="A picture whose layout the painting follows."
    )
    control: Control | None = Field(default=None, description="What of control_image is followed.")
    control_strength: float | None = Field(
        default=None, ge=0, le=1, description="How closely control_image is followed: 0 not at all."
    )
    control_prepared: bool = Field(
        default=False, description="control_image is the control map itself, white edges or flat regions."
    )
    references: tuple[SourceImage, ...] = Field(
        default=(), max_length=MAX_REFERENCES, description="One to five pictures to make a variation of."
    )
    similarity: float | None = Field(
        default=None, ge=0.2, le=1, description="How near a variation stays to its references."
    )
    loras: tuple[Lora, ...] = Field(
        default=(), max_length=MAX_LORAS, description="LoRAs that change the model, each with a weight."
    )
    palette: tuple[str, ...] = Field(
        default=(),
        description="Up to ten colours as #rrggbb to paint in; colours that the prompt names come first.",
    )
    upscale: Literal[2, 4] | None = Field(
        default=None, description="Only enlarge init_image, so many times each side."
    )
    remove_background: bool = Field(
        default=False, description="Only cut init_image out of its background, which becomes transparent."
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

    @field_validator("prompt", "negative_prompt", "mask_prompt")
    @classmethod
    def _check_prompt(cls, value: str, info: ValidationInfo) -> str:
        return check_words(value, (info.field_name or "prompt").replace("_", " "))

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
        check_pictures(self)
        if not self.prompt and not self.speaks_without_words:
            raise InvalidRequestError(
                "The prompt is empty.", hint='Say what to paint, for example: "a red apple on a table"'
            )
        return self

    @property
    def edits_only(self) -> bool:
        """Whether nothing is painted: the picture is enlarged, or cut out."""
        return self.upscale is not None or self.remove_background

    @property
    def speaks_without_words(self) -> bool:
        """Whether its pictures alone say what to do."""
        pictures = self.mask, self.outpaint, self.references or None, self.mask_prompt or None
        return self.edits_only or any(picture is not None for picture in pictures)

    def source_images(self) -> dict[str, SourceImage]:
        """The pictures this request was made from, by their reference."""
        return {image.reference: image for image in self._pictures()}

    def _pictures(self) -> Iterator[SourceImage]:
        single = self.init_image, self.mask, self.control_image
        yield from (image for image in single if image is not None)
        yield from self.references
