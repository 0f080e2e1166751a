"""What is asked of a chat engine and what it gives back: frozen, validated once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from pydantic import Field, JsonValue, field_validator

from studiolo.errors import InvalidRequestError
from studiolo.requests import Frozen, SourceImage

MAX_TEXT_CHARACTERS: Final = 100_000
MAX_IMAGES: Final = 16

Role = Literal["system", "user", "assistant"]
Finish = Literal["complete", "length", "refused", "interrupted", "cancelled"]
"""How an answer ended: the model was done; it reached ``max_tokens``; it (or its service) declined; the
connection broke and what had come is kept; the reader stopped it."""


class Message(Frozen):
    """One turn of a conversation; ``images`` stand before the text."""

    role: Role = "user"
    text: str = Field(default="", max_length=MAX_TEXT_CHARACTERS)
    images: tuple[SourceImage, ...] = Field(default=(), max_length=MAX_IMAGES)


class ChatRequest(Frozen):
    """One call of a language model, the same for every engine.

    ``None`` leaves a knob to the model. ``json_schema`` asks for an answer of that form; an engine that
    cannot promise it says so in its capabilities and leaves it to the prompt.
    """

    messages: tuple[Message, ...] = Field(min_length=1, description="The conversation, oldest first.")
    temperature: float | None = Field(default=None, ge=0, le=2, description="Spread of the sampling.")
    top_p: float | None = Field(default=None, gt=0, le=1, description="Nucleus sampling.")
    top_k: int | None = Field(default=None, ge=1, le=1000, description="Sample among the k likeliest tokens.")
    max_tokens: int = Field(default=1024, ge=1, le=32_768, description="Longest answer.")
    stop: tuple[str, ...] = Field(default=(), max_length=4, description="Texts that end the answer.")
    seed: int | None = Field(default=None, ge=0, le=2**32 - 1)
    json_schema: Mapping[str, JsonValue] | None = Field(default=None, description="Form of the answer.")

    @field_validator("messages")
    @classmethod
    def _check_turns(cls, messages: tuple[Message, ...]) -> tuple[Message, ...]:
        last = messages[-1]
        if last.role != "user" or not (last.text.strip() or last.images):
            raise InvalidRequestError("There is no question.", hint="Ask something, in the user's turn.")
        if any(message.role == "system" for message in messages[1:]):
            raise InvalidRequestError("Only the first message may be the system's.", hint="Move it there.")
        return messages

    @property
    def images(self) -> tuple[SourceImage, ...]:
        """All pictures of the conversation, oldest first."""
        return tuple(image for message in self.messages for image in message.images)


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Tokens read and written, as the engine counts them."""

    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, kw_only=True)
class Completion:
    """How a chat ended; the text itself came in pieces before.

    ``model`` is what answered, by the engine's own word. ``cost`` is in US dollars, None where nothing is
    charged or the price is unknown. ``timings`` are seconds: ``first_token``, ``total``. ``notes`` are
    sentences for the user ("the picture was scaled to 1568 px before it was sent").
    """

    engine: str
    model: str
    finish: Finish = "complete"
    usage: Usage | None = None
    cost: float | None = None
    timings: Mapping[str, float] = field(default_factory=dict[str, float])
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ChatCapabilities:
    """What a chat engine can do with the model it was built for: data, not code.

    ``vision`` is None where only the service knows whether its model sees. ``structured`` says that
    ``json_schema`` is enforced, not only asked for.
    """

    description: str
    vision: bool | None
    max_images: int = 1
    structured: bool = False
    top_k: bool = True
    seed: bool = True
    offline: bool = False
    licence: str = ""


def conversation(
    question: str, *, system: str = "", images: Sequence[SourceImage] = (), before: Sequence[Message] = ()
) -> tuple[Message, ...]:
    """The messages of a question: what the model is, what was said before, and the question itself."""
    first = (Message(role="system", text=system),) if system else ()
    return (*first, *before, Message(role="user", text=question, images=tuple(images)))
