"""What clients are told of engines: what each can do, whether it is ready, how a trial went."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, Field, JsonValue

from studiolo.engines.kinds import Kind
from studiolo.speech import Voice
from studiolo.studio.engines import EngineFacts
from studiolo.studio.trying import Trial


class PriceDocument(BaseModel):
    """What a picture costs."""

    usd: float | None = Field(description="US dollars; 0: free; null: nobody knows.", examples=[0.04])
    firm: bool = Field(description="Whether it is the vendor's price; otherwise it is a guess.")
    basis: str = Field(description="How it comes about, for a person.")


class EngineDocument(BaseModel):
    """One engine of one kind."""

    kind: Kind = Field(description="What it is for.")
    name: str = Field(
        description="What it is asked for by; a model stands behind a colon.", examples=["pocket"]
    )
    default: bool = Field(description="Whether it is used when none is named.")
    ready: bool = Field(description="Whether it can work here and now.")
    reason: str = Field(default="", description="If not, why.")
    hint: str = Field(default="", description="And what mends it, often a command.")
    models: tuple[str, ...] = Field(default=(), description="What its server on this machine has.")
    capabilities: Mapping[str, JsonValue] | None = Field(
        description="What it declares it can do, by which controls can be shaped; null if it is broken."
    )
    takes_key: bool = Field(description="Whether its service has a key: PUT /api/engines/{name}/key.")
    has_key: bool = Field(description="Whether one is set. The key itself is never told.")
    price: PriceDocument | None = Field(
        default=None,
        description="Of one picture from words, of the usual size; null: it paints none, or cannot say.",
    )

    @classmethod
    def of(cls, facts: EngineFacts) -> Self:
        """The document of ``facts``."""
        return cls.model_validate(facts.document())


class Engines(BaseModel):
    """Every engine that is installed or configured."""

    engines: tuple[EngineDocument, ...]


class TrialDocument(BaseModel):
    """How a trial went; also what did not work is told here, with `ok` false."""

    ok: bool
    seconds: float = Field(examples=[1.2])
    said: str = Field(description="What the engine said or did, or why it could not.", examples=["ready"])
    hint: str = Field(default="", description="If it could not: what to do.")
    cost: float | None = Field(
        default=None, description="US dollars; null where nothing is charged or known."
    )
    image: str | None = Field(default=None, description="What it painted, as a data URI.")

    @classmethod
    def of(cls, trial: Trial) -> Self:
        """The document of ``trial``."""
        image = None
        if trial.image is not None:
            buffer = io.BytesIO()
            trial.image.convert("RGB").save(buffer, "WEBP", quality=80)
            image = f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}"
        return cls(
            ok=trial.ok, seconds=trial.seconds, said=trial.said, hint=trial.hint, cost=trial.cost, image=image
        )


class VoiceDocument(BaseModel):
    """A voice of a speech engine."""

    name: str = Field(examples=["en-gb"])
    language: str = Field(description="BCP 47; empty: any.", examples=["en-GB"])
    description: str = ""

    @classmethod
    def of(cls, voice: Voice) -> Self:
        """The document of ``voice``."""
        return cls(name=voice.name, language=voice.language, description=voice.description)


class Voices(BaseModel):
    """The voices of a speech engine."""

    voices: tuple[VoiceDocument, ...]
