"""What a client sends to talk: messages of texts and pictures, and how the words are to be picked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue

from studiolo.server.dialects.openai.bodies import Body
from studiolo.server.engine_names import EngineName


class ImageAddress(BaseModel):
    """Where a picture is. ``detail`` is taken; engines here always look at all they can."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(
        description="`data:image/png;base64,…`, a public `https://…` address, `picture:<id>` of the gallery, "
        "`sha256:<hex>` of an upload, or the address of a picture that this server answered.",
    )
    detail: str | None = None


class TextPart(BaseModel):
    """Words."""

    type: Literal["text"]
    text: str


class ImagePart(BaseModel):
    """A picture to look at."""

    type: Literal["image_url"]
    image_url: ImageAddress


class RefusalPart(BaseModel):
    """What an assistant said when it declined."""

    type: Literal["refusal"]
    refusal: str


Part = Annotated[TextPart | ImagePart | RefusalPart, Field(discriminator="type")]


def _as_parts(content: Any) -> Any:
    """A bare text is one part; null, which an assistant's turn may have, is none."""
    if content is None:
        return []
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


Content = Annotated[list[Part], BeforeValidator(_as_parts, json_schema_input_type=str | list[Part] | None)]


class MessageBody(Body):
    """One turn. A developer's messages are the system's under a newer name."""

    without_effect: ClassVar = frozenset({"name"})
    refused: ClassVar = frozenset({"audio", "function_call", "tool_call_id", "tool_calls"})

    role: Literal["system", "developer", "user", "assistant"]
    content: Content = Field(default=[], validate_default=True)
    refusal: str = ""

    @property
    def text(self) -> str:
        """All its words."""
        said = [part.text for part in self.content if isinstance(part, TextPart)]
        declined = [part.refusal for part in self.content if isinstance(part, RefusalPart)]
        return "\n".join(filter(None, (*said, *declined, self.refusal)))

    @property
    def addresses(self) -> tuple[str, ...]:
        """Of the pictures it shows."""
        return tuple(part.image_url.url for part in self.content if isinstance(part, ImagePart))


class AnswerForm(BaseModel):
    """A JSON Schema that the answer must have."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    name: str = ""
    description: str = ""
    strict: bool | None = None
    form: Mapping[str, JsonValue] = Field(alias="schema", description="The JSON Schema.")


class ResponseFormat(BaseModel):
    """Text as it comes, any JSON object, or JSON of one form."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["text", "json_object", "json_schema"] = "text"
    json_schema: AnswerForm | None = None


class StreamOptions(BaseModel):
    """What a stream has beside the words. Chunks are never padded: ``include_obfuscation`` has no effect."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    include_usage: bool = Field(default=False, description="Say at the end how many tokens it took.")
    include_obfuscation: bool | None = None


class ChatBody(Body):
    """A conversation to be continued."""

    without_effect: ClassVar = frozenset(
        {
            "metadata", "moderation", "parallel_tool_calls", "prediction", "prompt_cache_key",
            "prompt_cache_options", "prompt_cache_retention", "reasoning_effort", "safety_identifier",
            "service_tier", "store", "user", "verbosity",
        }
    )  # fmt: skip
    refused: ClassVar = frozenset(
        {
            "audio", "frequency_penalty", "functions", "logit_bias", "logprobs", "presence_penalty",
            "tools", "top_logprobs", "web_search_options",
        }
    )  # fmt: skip

    model: EngineName = Field(
        min_length=1,
        description="An engine that talks, such as `pocket` or `ollama:llava`. OpenAI's own names mean the "
        "studio's assistant.",
        examples=["pocket"],
    )
    messages: list[MessageBody] = Field(min_length=1)
    stream: bool = False
    stream_options: StreamOptions = StreamOptions()
    n: Literal[1] = Field(default=1, description="One answer at a time.")
    modalities: list[Literal["text"]] = Field(default=["text"], description="Speech has its own address.")
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, ge=0, le=1)
    top_k: int | None = Field(default=None, ge=1, le=1000, description="Not OpenAI's: through `extra_body`.")
    max_completion_tokens: int | None = Field(default=None, ge=1)
    max_tokens: int | None = Field(default=None, ge=1)
    stop: str | list[str] = Field(default=[], description="At most four texts that end the answer.")
    seed: int | None = Field(default=None)
    response_format: ResponseFormat = ResponseFormat()
    tool_choice: Literal["none", "auto"] = Field(default="none", description="There are no tools to choose.")
    function_call: Literal["none", "auto"] = "none"
