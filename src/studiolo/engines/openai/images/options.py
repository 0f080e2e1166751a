"""What may be said in the settings, and with a request."""

from __future__ import annotations

import json
import re
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from studiolo.engines.http import HostedImageOptions
from studiolo.engines.openai.account import Options
from studiolo.engines.openai.images.dialects import DialectName

_OURS: Final = {
    "model", "prompt", "n", "size", "width", "height", "quality", "seed", "stream", "partial_images",
}  # fmt: skip
"""What decides how many pictures are painted, which, and for how much: estimates would not know of it."""

Quality = Literal["low", "medium", "high", "xhigh", "max", "auto"]


class ImageOptions(Options, HostedImageOptions):
    """What ``[engines.openai]`` and the tables of its like may say of pictures, beside account and chat."""

    # A picture comes all at once, after up to two minutes by OpenAI's guide.
    timeout_s: float = Field(default=300, gt=0, description="Longest silence.")
    image_model: str = ""
    image_quality: Quality | None = Field(default=None, description="Where a request says none.")
    image_dialect: DialectName | None = Field(
        default=None, description="Whose words a server at `base_url` understands beyond OpenAI's."
    )
    image_size: str = Field(default="", description="Where a request says none, such as `512x512`.")
    image_extra: dict[str, Any] = Field(default_factory=dict[str, Any], description="A JSON object.")

    @field_validator("image_extra", mode="before")
    @classmethod
    def _read_extra(cls, value: Any) -> Any:
        return json.loads(value) if isinstance(value, str) else value  # an environment has only text

    @field_validator("image_extra")
    @classmethod
    def _check_extra(cls, value: dict[str, Any]) -> dict[str, Any]:
        taken = next((name for name in value if name in _OURS), None)
        if taken is not None:
            raise ValueError(f"further fields alone: {taken} is said in its own place")
        return value

    @field_validator("image_size")
    @classmethod
    def _check_size(cls, value: str) -> str:
        if value and not re.fullmatch(r"[1-9]\d{1,3}x[1-9]\d{1,3}", value):
            raise ValueError("a size such as 512x512")
        return value

    @property
    def size(self) -> tuple[int, int] | None:
        """The usual size in pixels, where one is set."""
        width, _, height = self.image_size.partition("x")
        return (int(width), int(height)) if height else None


class Wishes(BaseModel):
    """``options`` of a request: OpenAI's fields by their own names."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    quality: Quality | None = None
    background: Literal["transparent", "opaque", "auto"] | None = None
    complexity: Literal["low", "medium", "high"] | None = None
    input_fidelity: Literal["low", "high"] | None = None
    moderation: Literal["low", "auto"] | None = None
    output_format: Literal["png", "jpeg", "webp"] | None = None
    output_compression: int | None = Field(default=None, ge=0, le=100, strict=True)
    partial_images: int = Field(default=0, ge=0, le=3, strict=True)

    @property
    def fields(self) -> dict[str, str | int]:
        """What of them goes into the body as it is."""
        return self.model_dump(exclude_none=True, exclude={"partial_images"})
