"""POST /v1/audio/speech: texts as audio."""

from __future__ import annotations

import threading
from functools import partial
from typing import ClassVar, Final, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from studiolo.audio.encoding import MEDIA_TYPES, check_format
from studiolo.engines.kinds import Kind
from studiolo.server.context import Needs, StudioDep
from studiolo.server.dialects.openai.bodies import Body
from studiolo.server.dialects.openai.faults import answers
from studiolo.server.dialects.openai.names import choose
from studiolo.server.engine_names import EngineName
from studiolo.server.waiting import in_thread
from studiolo.studio import Studio
from studiolo.studio.sentences import Spoken

router = APIRouter(tags=["OpenAI"], dependencies=[Depends(Needs("generate"))])

_VOICES: Final = frozenset(
    {
        "alloy", "ash", "ballad", "cedar", "coral", "echo", "fable", "marin", "nova", "onyx", "sage",
        "shimmer", "verse",
    }
)  # fmt: skip
"""OpenAI's voices: every client names one, as it must. An engine without it speaks with its own."""


class VoiceId(BaseModel):
    """A voice by its id."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str


class SpeechBody(Body):
    """Something to be said."""

    without_effect: ClassVar = frozenset({"instructions"})

    model: EngineName = Field(
        min_length=1,
        description="An engine that speaks, such as `espeak`. OpenAI's own names mean the studio's.",
        examples=["espeak"],
    )
    input: str = Field(description="What to say.")
    voice: str | VoiceId = Field(
        default="", description="One of the engine's voices; it has its own in place of OpenAI's."
    )
    response_format: str = Field(default="mp3", description="`mp3` or `wav`.")
    speed: float = Field(default=1.0, ge=0.25, le=4.0)
    stream_format: Literal["audio"] = Field(default="audio", description="The audio itself, whole.")
    language: str | None = Field(
        default=None, description="Not OpenAI's: BCP 47; detected if not given. Through `extra_body`."
    )


@router.post(
    "/v1/audio/speech",
    response_class=Response,
    responses=answers(media_types=tuple(MEDIA_TYPES.values())),
)
async def create_speech(body: SpeechBody, request: Request, studio: StudioDep) -> Response:
    """Say a text, as OpenAI's API does it; `docs/openai-api.md` says what differs."""
    kind = check_format(body.response_format)
    spec = choose(studio, Kind.SPEECH, body.model).spec
    spoken = await in_thread(request, partial(_speak, studio, spec, body))
    return Response(spoken.audio, media_type=MEDIA_TYPES[kind])


def _speak(studio: Studio, spec: str, body: SpeechBody, stopped: threading.Event) -> Spoken:
    wanted = body.voice.id if isinstance(body.voice, VoiceId) else body.voice
    say = partial(studio.speak, body.input, engine=spec, format=body.response_format, speed=body.speed)
    return say(voice=_voice(studio, spec, wanted), language=body.language, cancel=stopped)


def _voice(studio: Studio, spec: str, wanted: str) -> str | None:
    if wanted in _VOICES and all(voice.name != wanted for voice in studio.voices(spec)):
        return None
    return wanted or None
