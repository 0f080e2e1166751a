"""What a client sends to have pictures made: OpenAI's fields, and ours beside them."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Final, Literal

from pydantic import ConfigDict, Field, model_validator

from studiolo.errors import InvalidRequestError, UnsupportedRequestError
from studiolo.server.dialects.openai.bodies import Body
from studiolo.server.engine_names import EngineName

Quality = Literal["auto", "low", "medium", "high", "xhigh", "max", "standard", "hd"]

_SIZE: Final = re.compile(r"(\d{1,5})x(\d{1,5})")
_OTHERWISE: Final = {"count": "n", "width": "size", "height": "size"}


class ImageBody(Body):
    """What all three ways to a picture share.

    Every further field is one of `ImageRequest`'s: `seed`, `steps`, `negative_prompt`, `guidance_scale`,
    `strength`, `scheduler`, `options` … (a client's `extra_body`).
    """

    model_config = ConfigDict(extra="allow", json_schema_extra={"additionalProperties": True})

    without_effect: ClassVar = frozenset(
        {"complexity", "input_fidelity", "moderation", "safety_identifier", "style", "user"}
    )
    refused: ClassVar = frozenset({"frame_count", "frame_duration_ms", "markup", "svg"})

    model: EngineName | None = Field(
        default=None,
        description="An engine that paints, such as `pocket`. OpenAI's own names, or none: the studio's.",
        examples=["pocket"],
    )
    n: int = Field(default=1, ge=1, description="How many pictures; the n-th has seed + n - 1.")
    size: str = Field(
        default="auto",
        description="`512x512`, or `auto`: the engine's own. Where the model is one of OpenAI's, a size that "
        "the engine does not paint becomes the nearest of that shape.",
    )
    quality: Quality = Field(
        default="auto",
        description="`low`: half the steps; `high`, `hd`: twice; `xhigh`: thrice; `max`: 4 times.",
    )
    background: Literal["auto", "opaque"] = Field(
        default="auto", description="No engine here paints transparency."
    )
    response_format: Literal["url", "b64_json"] | None = Field(
        default=None, description="`b64_json` if not given; `url` for `dall-e-2` and `dall-e-3`."
    )
    output_format: Literal["png", "jpeg", "webp"] = "png"
    output_compression: int | None = Field(default=None, ge=0, le=100, description="Of JPEG and WebP.")
    stream: bool = Field(default=False, description="Send each picture as an event as soon as it is there.")
    partial_images: int = Field(
        default=0,
        ge=0,
        le=3,
        description="Previews of each picture in the stream, if there is time for them.",
    )
    translate: bool = Field(
        default=True, description="Not OpenAI's: put a prompt into a language the engine reads."
    )

    @model_validator(mode="after")
    def _check(self) -> ImageBody:
        for name in self.ours:
            if name in _OTHERWISE:
                raise InvalidRequestError(
                    f"There is no field '{name}' here.", hint=f"Use {_OTHERWISE[name]}."
                )
        if self.as_url and self.output_format != "png":
            raise UnsupportedRequestError(
                "At its address a picture is the gallery's own file, a PNG.",
                hint=f"For {self.output_format}, ask for response_format b64_json.",
            )
        return self

    @property
    def ours(self) -> dict[str, Any]:
        """The fields that are none of OpenAI's."""
        return dict(self.model_extra or {})

    @property
    def as_url(self) -> bool:
        """Whether the client wants addresses, by OpenAI's own rule where it does not say."""
        if self.response_format is None:
            return not self.stream and (self.model or "").startswith("dall-e-")
        return self.response_format == "url"

    @property
    def pixels(self) -> tuple[int, int] | None:
        """Width and height; None where the engine is to choose.

        Raises:
            InvalidRequestError: it is neither ``auto`` nor two numbers.
        """
        if self.size == "auto":
            return None
        found = _SIZE.fullmatch(self.size)
        if found is None:
            raise InvalidRequestError(
                f"size is {self.size[:20]!r}, but must be WIDTHxHEIGHT or auto.", hint="Write 512x512."
            )
        return int(found[1]), int(found[2])


class GenerationBody(ImageBody):
    """Pictures from words."""

    prompt: str = Field(description="What to paint.", examples=["a red apple on a table"])


class EditBody(ImageBody):
    """A picture changed by words; the files `image` and `mask` stand beside."""

    prompt: str = Field(description="What to paint.", examples=["a red apple on a table"])


class VariationBody(ImageBody):
    """A picture like another one; the file `image` stands beside."""

    prompt: str = Field(
        default="",
        description="Not OpenAI's. If not given: the picture's own, if the gallery has it, else what the "
        "assistant says of it.",
    )
