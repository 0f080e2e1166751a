"""What clients are told of prompts, translations, tags and answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Final, Literal, Self

from pydantic import AwareDatetime, BaseModel, Field

from studiolo.assistant.base import Suggestions, Tags, Translation
from studiolo.chat import Finish
from studiolo.gallery import KeptAnswer, Speech
from studiolo.server.documents import PictureDocument

_ID: Final = "1kqz8m4t2-9f2c"


class UsageDocument(BaseModel):
    """Tokens read and written, as the engine counts them."""

    input_tokens: int
    output_tokens: int


class _Said(BaseModel):
    """Who said it, and what it took."""

    engine: str = Field(description="Who was asked.", examples=["pocket"])
    model: str = ""
    usage: UsageDocument | None = Field(default=None, description="Null where the engine does not count.")
    cost: float | None = Field(
        default=None, description="US dollars; null where nothing is charged or known."
    )


class SuggestionsDocument(_Said):
    """Prompts, ready to edit."""

    prompts: tuple[str, ...] = Field(examples=[["a red fox beneath a lantern, watercolour"]])
    notes: tuple[str, ...] = Field(default=(), description="Sentences for the user.")

    @classmethod
    def of(cls, suggestions: Suggestions) -> Self:
        """The document of ``suggestions``."""
        return cls.model_validate(asdict(suggestions))


class TranslationDocument(_Said):
    """A text in English."""

    text: str = Field(examples=["a fox in the snow"])
    original: str = Field(examples=["눈 속의 여우"])
    language: str = Field(description="Of the original, BCP 47.", examples=["ko"])
    language_name: str = Field(examples=["Korean"])
    gloss: bool = Field(default=False, description="Whether it was translated word by word.")
    untranslated: tuple[str, ...] = Field(default=(), description="Words no dictionary here has.")
    note: str = Field(description="What became of the text, in a sentence; empty if it was English.")
    changed: bool = Field(description="Whether the text is another than the original.")

    @classmethod
    def of(cls, translation: Translation) -> Self:
        """The document of ``translation``."""
        changed = translation.text != translation.original
        return cls.model_validate({**asdict(translation), "note": translation.note, "changed": changed})


class TagsDocument(_Said):
    """Words for what a picture shows, and the picture, which has them now."""

    tags: tuple[str, ...] = Field(examples=[["apple", "still life"]])
    notes: tuple[str, ...] = ()
    picture: PictureDocument

    @classmethod
    def tagged(cls, tags: Tags, picture: PictureDocument) -> Self:
        """The document of ``tags``, as ``picture`` has them."""
        return cls.model_validate({**asdict(tags), "picture": picture})


class AnswerDocument(BaseModel):
    """A question about a picture and its answer, as it is kept."""

    id: str = Field(description="Sorts by time.", examples=[_ID])
    picture_id: str
    created: AwareDatetime
    kind: Literal["question", "description"]
    question: str = Field(description="Empty for a description.", examples=["how many apples are there?"])
    text: str = Field(examples=["Two."])
    engine: str = Field(examples=["pocket"])
    model: str = ""
    finish: Finish = Field(description="`complete`, or what cut the answer short.")
    cost: float | None = Field(
        default=None, description="US dollars; null where nothing is charged or known."
    )
    evidence: tuple[str, ...] = Field(default=(), description="The findings an answer rests on.")
    notes: tuple[str, ...] = Field(default=(), description="Sentences for the user.")
    timings: Mapping[str, float] = Field(default_factory=dict[str, float], description="Seconds by stage.")
    input_tokens: int | None = None
    output_tokens: int | None = None
    speech: Speech | None = Field(default=None, description="How it was spoken; null if it was not yet.")
    speech_url: str | None = Field(
        default=None, description="The audio, if it was spoken.", examples=[f"/api/answers/{_ID}/speech"]
    )

    @classmethod
    def of(cls, answer: KeptAnswer) -> Self:
        """The document of ``answer``, which was validated when it was read."""
        url = f"/api/answers/{answer.id}/speech" if answer.speech_key is not None else None
        fields = {name: value for name, value in answer if name != "speech_key"}
        return cls.model_construct(**fields, speech_url=url)


class AnswersDocument(BaseModel):
    """What was asked about a picture, oldest first."""

    answers: tuple[AnswerDocument, ...]
