"""The seam of the assistant: five verbs, asked of a language model or of the pocket assistant."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal, Self, cast

from pydantic import ConfigDict, Field, field_validator, model_validator

from studiolo.chat import Finish, Usage
from studiolo.errors import InvalidRequestError, require_text
from studiolo.requests import (
    MAX_PROMPT_CHARACTERS,
    Frozen,
    ProgressCallback,
    SourceImage,
    ignore_progress,
)

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_SUGGESTION_CHARACTERS: Final = 500
MAX_QUESTION_CHARACTERS: Final = 4000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class Sampling(Frozen):
    """How a language model picks its words; ``None`` leaves it to the task, then to the model."""

    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, gt=0, le=1)
    top_k: int | None = Field(default=None, ge=1, le=1000)
    max_tokens: int | None = Field(default=None, ge=1, le=32_768)
    seed: int | None = Field(default=None, ge=0, le=2**32 - 1)


class SuggestionRequest(Frozen):
    """A wish for prompts. ``reference`` lends style, mood, palette and composition, never its subject."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    style: str = Field(default="", max_length=200, description="Mood or style.")
    keywords: tuple[str, ...] = Field(default=(), max_length=20, description="What is to be in the picture.")
    reference: SourceImage | None = Field(default=None, description="A picture whose style is kept.")
    n: int = Field(default=3, ge=1, le=10, description="How many prompts.")
    language: str | None = Field(default=None, description="Language of the prompts; English if not given.")
    sampling: Sampling = Sampling()

    @field_validator("keywords")
    @classmethod
    def _clean_keywords(cls, keywords: tuple[str, ...]) -> tuple[str, ...]:
        """Spaces, doubles and empty ones out."""
        cleaned = [" ".join(keyword.split()) for keyword in keywords]
        kept = distinct_texts(cleaned)
        long = next((keyword for keyword in kept if len(keyword) > 100), None)
        if long:
            raise InvalidRequestError(
                f"The keyword '{long[:30]}…' has {len(long)} characters; at most 100 are read.",
                hint="Separate keywords with commas.",
            )
        return kept

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not (self.style or self.keywords or self.reference):
            raise InvalidRequestError(
                "There is nothing to go by.", hint="Give a style, keywords or a reference picture."
            )
        _refuse_control_characters(self.style, *self.keywords)
        return self


@dataclass(frozen=True, kw_only=True)
class Suggestions:
    """Prompts, each at most 500 characters and ready to edit. ``cost`` is in US dollars."""

    prompts: tuple[str, ...]
    engine: str
    model: str = ""
    usage: Usage | None = None
    cost: float | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Translation:
    """A text in English. ``language`` is what it was in (BCP-47), ``language_name`` that in English.

    ``gloss`` says that words were looked up one by one; ``untranslated`` are those that were not found.
    An English text comes back as it was, and ``engine`` is empty: nothing was asked.
    """

    text: str
    original: str
    language: str
    language_name: str
    gloss: bool = False
    untranslated: tuple[str, ...] = ()
    engine: str = ""
    model: str = ""
    usage: Usage | None = None
    cost: float | None = None

    @property
    def note(self) -> str:
        """What became of the text, in a sentence for the user."""
        if self.text == self.original:
            return f"not translated from {self.language_name}" if self.language != "en" else ""
        how = "word by word " if self.gloss else ""
        lost = f"; not in the dictionary: {', '.join(self.untranslated)}" if self.untranslated else ""
        return f"translated {how}from {self.language_name}{lost}"


@dataclass(frozen=True, kw_only=True)
class Location:
    """Where in a picture something is: ``mask`` (L, of its size) is white there.

    ``confidence`` is how likely it is what was meant, 0 to 1; ``note`` says for the user how it was found.
    """

    mask: Image
    confidence: float
    note: str


@dataclass(frozen=True, kw_only=True)
class Tags:
    """3 to 12 words that say what a picture shows, lower case, no doubles."""

    tags: tuple[str, ...]
    engine: str
    model: str = ""
    usage: Usage | None = None
    cost: float | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What was asked about a picture and what was answered.

    ``evidence`` are the findings an answer of the pocket assistant rests on. ``finish`` tells a whole
    answer from one that was cut, refused, or broke off. ``cost`` is in US dollars.
    """

    question: str
    text: str
    engine: str
    model: str = ""
    kind: Literal["question", "description"] = "question"
    finish: Finish = "complete"
    evidence: tuple[str, ...] = ()
    usage: Usage | None = None
    cost: float | None = None
    notes: tuple[str, ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict[str, float])
    created: datetime = field(default_factory=lambda: datetime.now(UTC))


Streamed = Generator[str, None, Answer]
"""An answer piece by piece as the words come; the generator's return value is the whole of it."""


class Assistant(ABC):
    """Helps to write prompts, and looks at pictures."""

    @abstractmethod
    def suggest(
        self, request: SuggestionRequest, progress: ProgressCallback = ignore_progress
    ) -> Suggestions:
        """Distinct prompts for a style, keywords, a reference picture.

        Raises:
            BadAnswerError: the model did not give prompts, twice.
            EngineError: as the engine's.
        """

    @abstractmethod
    def translate(
        self, text: str, *, language: str | None = None, progress: ProgressCallback = ignore_progress
    ) -> Translation:
        """The text in English; ``language`` is its own, detected if not given."""

    @abstractmethod
    def tag(
        self,
        image: SourceImage,
        *,
        sampling: Sampling | None = None,
        progress: ProgressCallback = ignore_progress,
    ) -> Tags:
        """Words for what the picture shows."""

    @abstractmethod
    def describe(
        self,
        image: SourceImage,
        *,
        sampling: Sampling | None = None,
        progress: ProgressCallback = ignore_progress,
    ) -> Streamed:
        """A few sentences about the picture."""

    @abstractmethod
    def ask(
        self,
        image: SourceImage,
        question: str,
        *,
        before: Sequence[Answer] = (),
        sampling: Sampling | None = None,
        progress: ProgressCallback = ignore_progress,
    ) -> Streamed:
        """An answer to a question about the picture; ``before`` are the earlier ones of this conversation."""


def distinct_texts(texts: Iterable[str]) -> tuple[str, ...]:
    """Texts that are not empty, each once in its first spelling; capitals make no difference."""
    kept: dict[str, str] = {}
    for text in texts:
        if text:
            kept.setdefault(text.casefold(), text)
    return tuple(kept.values())


def checked_question(question: str) -> str:
    """The question without spaces around it.

    Raises:
        InvalidRequestError: there is none, or it is too long or unprintable.
    """
    question = require_text(question, "question").strip()
    if not any(c.isalnum() for c in question):
        raise InvalidRequestError("There is no question.", hint='Ask one: "what colour is the car?"')
    if len(question) > MAX_QUESTION_CHARACTERS:
        raise InvalidRequestError(
            f"The question has {len(question):,} characters; at most {MAX_QUESTION_CHARACTERS:,} are read.",
            hint="Ask in fewer words.",
        )
    _refuse_control_characters(question)
    return question


def checked_conversation(before: object) -> tuple[Answer, ...]:
    """Earlier answers, oldest first.

    Raises:
        InvalidRequestError: they are something else.
    """
    answers = cast("Sequence[object]", before) if isinstance(before, Sequence) else (before,)
    if wrong := [answer for answer in answers if not isinstance(answer, Answer)]:
        raise InvalidRequestError(
            f"before is to hold answers, not {type(wrong[0]).__name__}.",
            hint="Give what .read() gave, as in before=[answer].",
        )
    return tuple(answer for answer in answers if isinstance(answer, Answer))


def checked_text(text: str) -> str:
    """A text to translate, without spaces around it.

    Raises:
        InvalidRequestError: there is none, or it is too long or unprintable.
    """
    text = require_text(text, "text").strip()
    if not text:
        raise InvalidRequestError("There is nothing to translate.", hint="Give a text.")
    if len(text) > MAX_PROMPT_CHARACTERS:
        raise InvalidRequestError(
            f"The text has {len(text):,} characters; at most {MAX_PROMPT_CHARACTERS:,} are read.",
            hint="Translate it in parts.",
        )
    _refuse_control_characters(text)
    return text


def _refuse_control_characters(*texts: str) -> None:
    for text in texts:
        if found := _CONTROL.search(text):
            raise InvalidRequestError(
                f"The text has the control character U+{ord(found[0]):04X}.", hint="Take it out."
            )
