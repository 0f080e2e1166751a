"""What is asked of a speech engine and what it gives back: frozen, validated once."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pydantic import Field, field_validator

from studiolo.errors import InvalidRequestError
from studiolo.requests import Frozen

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_SPEECH_CHARACTERS: Final = 20_000


class SpeechRequest(Frozen):
    """Something to be said, the same for every engine."""

    text: str = Field(description="What to say.")
    language: str | None = Field(default=None, description="BCP-47, such as ko; None: the voice's own.")
    voice: str | None = Field(default=None, description="One of the engine's voices.")
    speed: float = Field(default=1.0, ge=0.25, le=4.0, description="1 is the voice's natural speed.")

    @field_validator("text")
    @classmethod
    def _check_text(cls, text: str) -> str:
        text = "".join(" " if unicodedata.category(c) in {"Cc", "Cs"} else c for c in text).strip()
        if not any(c.isalnum() for c in text):
            raise InvalidRequestError("There is nothing to say.", hint="Give some words.")
        if len(text) > MAX_SPEECH_CHARACTERS:
            raise InvalidRequestError(
                f"The text has {len(text):,} characters; at most {MAX_SPEECH_CHARACTERS:,} are spoken.",
                hint="Speak it in parts.",
            )
        return text


@dataclass(frozen=True, kw_only=True, eq=False)
class Clip:
    """A stretch of speech: mono samples, 16 bit, and the words that are said in it."""

    samples: NDArray[np.int16]
    rate_hz: int
    text: str = ""

    @property
    def seconds(self) -> float:
        """How long it plays."""
        return len(self.samples) / self.rate_hz


@dataclass(frozen=True, kw_only=True)
class Voice:
    """A voice of an engine; ``language`` is BCP-47."""

    name: str
    language: str
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class SpeechCapabilities:
    """What a speech engine can do: data, not code.

    ``languages`` are BCP-47; none: whatever its voice speaks.
    """

    description: str
    languages: tuple[str, ...] = ()
    max_characters: int = 3000
    speed: bool = True
    offline: bool = False
    licence: str = ""
