"""What comes back: chunks of a stream, or an answer in one piece from servers that do not stream."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ValidationError

from studiolo.chat import Finish, Usage
from studiolo.engines.http import Reply, Service
from studiolo.engines.http.replies import fault_in
from studiolo.engines.openai.thinking import Thinking
from studiolo.errors import BrokenStreamError, StudioloError

if TYPE_CHECKING:
    import httpx2

_FINISHES: Final[dict[str, Finish]] = {
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",  # Mistral's, where the context is full
    "content_filter": "refused",
    "refusal": "refused",
    "safety": "refused",
}


class _Part(BaseModel):
    type: str = ""
    text: str = ""


class _Delta(BaseModel):
    content: str | list[_Part] | None = None  # a list where Mistral's models think
    refusal: str | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return "".join(part.text for part in self.content if part.type == "text")
        return self.content or ""


class _Choice(BaseModel):
    delta: _Delta | None = None
    message: _Delta | None = None
    finish_reason: str | None = None


class _Usage(BaseModel):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cost: float | None = None  # OpenRouter's, in US dollars


class _Chunk(BaseModel):
    model: str | None = None
    choices: list[_Choice] | None = None
    usage: _Usage | None = None
    error: Any = None


class Answer:
    """Reads an answer; when its pieces are over, says how it ended."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._thinking = Thinking()
        self.model = ""
        self.usage: Usage | None = None
        self.cost: float | None = None
        self.ended = False
        self._finish: Finish = "complete"
        self._spoken = False

    @property
    def finish(self) -> Finish:
        """How it ended, once ``ended``."""
        return self._finish

    @property
    def silent(self) -> bool:
        """Whether nothing was said."""
        return not self._spoken

    def pieces(self, reply: Reply) -> Generator[str]:
        """The words as they come, empty where something else came.

        Raises:
            BrokenStreamError: it broke off after some words.
            EngineError: there was an error before the first, or it cannot be read.
        """
        try:
            for content in _contents(reply):
                piece = self._read(content)
                self._spoken = self._spoken or bool(piece)
                yield piece
        except BrokenStreamError:
            if not self.ended:
                raise
        rest = self._thinking.rest()
        self._spoken = self._spoken or bool(rest)
        yield rest
        if not self.ended:
            raise self._fault("it stopped without its end")

    def _read(self, content: str | bytes) -> str:
        if content == "[DONE]":
            self.ended = True
            return ""
        try:
            chunk = _Chunk.model_validate_json(content)
        except ValidationError as error:
            raise self._fault("no JSON of a chat completion") from error
        if chunk.error is not None:
            fault = self._service.without_key(fault_in({"error": chunk.error}))
            raise self._broken(fault.message) if self._spoken else self._service.error(fault)
        self._note(chunk)
        return "".join(self._words(choice) for choice in chunk.choices or ())

    def _note(self, chunk: _Chunk) -> None:
        self.model = chunk.model or self.model
        usage = chunk.usage
        if usage is not None and usage.prompt_tokens is not None:
            self.usage = Usage(input_tokens=usage.prompt_tokens, output_tokens=usage.completion_tokens or 0)
            self.cost = usage.cost

    def _words(self, choice: _Choice) -> str:
        delta = choice.delta or choice.message or _Delta()
        if delta.refusal:
            self._finish = "refused"
        if choice.finish_reason == "error":
            raise self._broken("the model failed")
        if choice.finish_reason:
            self.ended = True
            if self._finish != "refused":
                self._finish = _FINISHES.get(choice.finish_reason.lower(), "complete")
        return self._thinking.push(delta.text) + (delta.refusal or "")

    def _fault(self, what: str) -> StudioloError:
        return self._broken(what) if self._spoken else self._service.unreadable(what)

    def _broken(self, what: str) -> BrokenStreamError:
        title = self._service.host.title
        return BrokenStreamError(
            f"The answer of {title} broke off: {what}.", hint="What came is kept. Ask again."
        )


def _contents(reply: Reply) -> Iterator[str | bytes]:
    if not reply.is_stream:
        yield b"".join(reply.items)
        return
    event: httpx2.ServerSentEvent
    for event in reply.items:
        if event.data:
            yield event.data
