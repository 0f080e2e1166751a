"""The assistant that a language model stands behind."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from studiolo import languages
from studiolo.assistant.base import (
    Answer,
    Assistant,
    Sampling,
    Streamed,
    SuggestionRequest,
    Suggestions,
    Tags,
    Translation,
    checked_question,
    checked_text,
)
from studiolo.assistant.chat import tasks
from studiolo.assistant.chat.reading import UnreadableError
from studiolo.chat import ChatRequest, Completion, Message, Usage
from studiolo.engines.base import ChatEngine
from studiolo.engines.checking import check_chat
from studiolo.errors import BadAnswerError
from studiolo.requests import ProgressCallback, SourceImage, ignore_progress

T = TypeVar("T")

_ANSWER_TOKENS = 1024  # LLaVA's own default for an answer, as is the temperature below
_LOOKING_TEMPERATURE = 0.2
_SHOWN = 300  # characters of a bad answer that its error shows


class ChatAssistant(Assistant):
    """Asks ``engine``; ``name`` is what the user called it (``ollama:llava``), for messages and records."""

    def __init__(self, engine: ChatEngine, *, name: str) -> None:
        self.engine = engine
        self.name = name

    def suggest(
        self, request: SuggestionRequest, progress: ProgressCallback = ignore_progress
    ) -> Suggestions:
        """Prompts by the model; with a reference, by a model that sees."""
        images = (request.reference,) if request.reference is not None else ()
        said = self._read(tasks.suggest(request), images, request.sampling, progress)
        return Suggestions(
            prompts=said.value, engine=self.name, model=said.model, usage=said.usage, cost=said.cost,
            notes=said.notes,
        )  # fmt: skip

    def translate(
        self, text: str, *, language: str | None = None, progress: ProgressCallback = ignore_progress
    ) -> Translation:
        """The model's translation; English passes without a call."""
        text = checked_text(text)
        code = languages.normalise(language) if language else None
        detected = None if code else languages.detect(text)
        code = code or (detected.code if detected else "en")  # nothing to tell from is nothing to translate
        if code == "en":
            return Translation(text=text, original=text, language="en", language_name="English")
        said = self._read(tasks.translate(text), (), Sampling(), progress)
        english, _ = said.value
        return Translation(
            text=english,
            original=text,
            language=code,
            language_name=languages.name_of(code),
            engine=self.name,
            model=said.model,
            usage=said.usage,
            cost=said.cost,
        )

    def tag(
        self,
        image: SourceImage,
        *,
        sampling: Sampling | None = None,
        progress: ProgressCallback = ignore_progress,
    ) -> Tags:
        """Tags by a model that sees."""
        said = self._read(tasks.tag(), (image,), sampling or Sampling(), progress)
        return Tags(
            tags=said.value, engine=self.name, model=said.model, usage=said.usage, cost=said.cost,
            notes=said.notes,
        )  # fmt: skip

    def describe(
        self,
        image: SourceImage,
        *,
        sampling: Sampling | None = None,
        progress: ProgressCallback = ignore_progress,
    ) -> Streamed:
        """A description by a model that sees."""
        turns = (Message(text=tasks.DESCRIBE, images=(image,)),)
        return self._answer(tasks.DESCRIBE, "description", turns, sampling, progress)

    def ask(
        self,
        image: SourceImage,
        question: str,
        *,
        before: Sequence[Answer] = (),
        sampling: Sampling | None = None,
        progress: ProgressCallback = ignore_progress,
    ) -> Streamed:
        """An answer by a model that sees, which has read the conversation so far."""
        question = checked_question(question)
        turns: list[Message] = []
        for earlier in before:
            if earlier.text.strip():
                turns += [
                    Message(text=earlier.question or tasks.DESCRIBE, images=() if turns else (image,)),
                    Message(role="assistant", text=earlier.text),
                ]
        turns.append(Message(text=question, images=() if turns else (image,)))
        return self._answer(question, "question", tuple(turns), sampling, progress)

    def _answer(
        self,
        question: str,
        kind: Literal["question", "description"],
        turns: tuple[Message, ...],
        sampling: Sampling | None,
        progress: ProgressCallback,
    ) -> Streamed:
        """Checked here, not at the first piece: what cannot be asked fails where it is asked."""
        request = self._request(
            tasks.LOOKING,
            turns,
            sampling or Sampling(),
            temperature=_LOOKING_TEMPERATURE,
            max_tokens=_ANSWER_TOKENS,
        )

        def stream() -> Streamed:
            text, completion = yield from _handed_on(self.engine.chat(request, progress))
            if not text and completion.finish == "complete":
                raise BadAnswerError(f"{self.name} answered nothing.", hint="Ask again, or another model.")
            return Answer(
                question=question,
                text=text,
                kind=kind,
                engine=self.name,
                model=completion.model,
                finish=completion.finish,
                usage=completion.usage,
                cost=completion.cost,
                notes=completion.notes,
                timings=completion.timings,
            )

        return stream()

    def _read(
        self,
        task: tasks.Task[T],
        images: tuple[SourceImage, ...],
        sampling: Sampling,
        progress: ProgressCallback,
    ) -> _Said[T]:
        """Ask in a form; what cannot be read is asked once more, with the reason.

        Raises:
            BadAnswerError: it could not be read either time; shows what was said.
        """
        turns: tuple[Message, ...] = (Message(text=task.question, images=images),)
        spent: list[Completion] = []
        for last in (False, True):
            request = self._request(
                task.system,
                turns,
                sampling,
                temperature=task.temperature,
                max_tokens=task.max_tokens,
                json_schema=task.json_schema if self.engine.capabilities.structured else None,
            )
            text, completion = _whole(self.engine.chat(request, progress))
            spent.append(completion)
            if completion.finish == "refused":
                raise BadAnswerError(
                    f"{self.name} declined: {_shown(text) or 'it gave no reason.'}",
                    hint="Word it differently, or ask another model: studiolo engines",
                    said=text,
                )
            try:
                return _said(task.read(text), spent)
            except UnreadableError as error:
                if last:
                    raise BadAnswerError(
                        f"{self.name} did not answer in the form asked for ({error}). "
                        f"It said: {_shown(text) or 'nothing.'}",
                        hint="Try again, or ask another model: studiolo engines",
                        said=text,
                    ) from error
                again = f"That cannot be used: {error}. Answer again, with the JSON alone."
                turns = (*turns, Message(role="assistant", text=text or "…"), Message(text=again))
        raise AssertionError  # the loop returns or raises

    def _request(
        self, system: str, turns: tuple[Message, ...], sampling: Sampling, **defaults: object
    ) -> ChatRequest:
        given = sampling.model_dump(exclude_none=True)
        request = ChatRequest.parse(
            {"messages": (Message(role="system", text=system), *turns), **defaults, **given}
        )
        check_chat(self.engine.capabilities, request, engine=self.name)
        return request


@dataclass(frozen=True, kw_only=True)
class _Said(Generic[T]):
    value: T
    model: str
    usage: Usage | None
    cost: float | None
    notes: tuple[str, ...]


def _said(value: T, spent: Sequence[Completion]) -> _Said[T]:
    """What was read, with what all the asking used and cost."""
    used = [completion.usage for completion in spent if completion.usage is not None]
    costs = [completion.cost for completion in spent if completion.cost is not None]
    usage = Usage(
        input_tokens=sum(each.input_tokens for each in used),
        output_tokens=sum(each.output_tokens for each in used),
    )
    return _Said(
        value=value,
        model=spent[-1].model,
        usage=usage if used else None,
        cost=sum(costs) if costs else None,
        notes=spent[-1].notes,
    )


def _handed_on(
    chat: Generator[str, None, Completion],
) -> Generator[str, None, tuple[str, Completion]]:
    """A chat's pieces as they come, and at the end all of them."""
    pieces: list[str] = []
    with closing(chat):
        while True:
            try:
                piece = next(chat)
            except StopIteration as end:
                return "".join(pieces).strip(), end.value
            pieces.append(piece)
            yield piece


def _whole(chat: Generator[str, None, Completion]) -> tuple[str, Completion]:
    """A chat to its end."""
    pieces: list[str] = []
    while True:
        try:
            pieces.append(next(chat))
        except StopIteration as end:
            return "".join(pieces).strip(), end.value


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[:_SHOWN] + "…"
