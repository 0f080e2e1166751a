"""Texts and answers aloud, over HTTP."""

from __future__ import annotations

import threading
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from studiolo.audio.encoding import MEDIA_TYPES, check_format
from studiolo.errors import NotFoundError
from studiolo.gallery import KeptAnswer
from studiolo.server.context import Needs, StudioDep
from studiolo.server.engine_names import EngineName
from studiolo.server.files import ASK_EACH_TIME, disposition
from studiolo.server.problems import responses
from studiolo.server.ranges import respond_in_part
from studiolo.server.waiting import in_thread
from studiolo.server.word_documents import AnswerDocument
from studiolo.speech import MAX_SPEECH_CHARACTERS
from studiolo.studio.sentences import Spoken

router = APIRouter(prefix="/api", tags=["speech"], responses=responses(404))
speaking = [Depends(Needs("generate"))]
FAULTS: Final = responses(404, 502, 503, 504)
_SOUND: Final = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in MEDIA_TYPES.values()}
# Opened on its own, a sound is no document of ours.
_SANDBOX: Final = {"Content-Security-Policy": "sandbox; default-src 'none'"}


class VoiceBody(BaseModel):
    """How something is to be said."""

    model_config = ConfigDict(extra="forbid")

    engine: EngineName | None = Field(
        default=None,
        min_length=1,
        max_length=500,
        description="Who speaks, such as `espeak`; the settings' one if not given.",
        examples=["espeak"],
    )
    format: str = Field(default="mp3", max_length=10, description="`mp3` or `wav`.", examples=["mp3"])
    language: str | None = Field(
        default=None, max_length=100, description="A code or an English name; detected if not given."
    )
    voice: str | None = Field(default=None, max_length=500, description="One of the engine's voices.")
    speed: float = Field(default=1.0, ge=0.25, le=4.0, description="1 is natural.")


class SpeechBody(VoiceBody):
    """Something to be said."""

    text: str = Field(min_length=1, max_length=MAX_SPEECH_CHARACTERS, examples=["Two red apples."])


def find_answer(answer_id: str, studio: StudioDep) -> KeptAnswer:
    """The answer of a path's id, which may be abbreviated, or ``latest``."""
    return studio.gallery.answers.get(answer_id)


AnswerDep = Annotated[KeptAnswer, Depends(find_answer)]


@router.post(
    "/speech",
    dependencies=speaking,
    response_class=Response,
    responses={**FAULTS, 200: {"content": _SOUND, "description": "The audio."}},
)
async def speak(body: SpeechBody, request: Request, studio: StudioDep) -> Response:
    """Say a text; nothing is kept."""
    how = _how(body)

    def say(stopped: threading.Event) -> Spoken:
        return studio.speak(body.text, **how, cancel=stopped)

    spoken = await in_thread(request, say)
    headers = {"Cache-Control": "no-store", **_SANDBOX}
    headers["Content-Disposition"] = disposition(f"speech.{spoken.format}", download=False)
    return Response(spoken.audio, media_type=MEDIA_TYPES[check_format(spoken.format)], headers=headers)


@router.post(
    "/answers/{answer_id}/speech", dependencies=[Depends(Needs("read")), *speaking], responses=FAULTS
)
async def speak_answer(
    answer: AnswerDep, request: Request, studio: StudioDep, body: VoiceBody | None = None
) -> AnswerDocument:
    """Say an answer; its audio is kept with it, in place of what was there."""
    how = _how(body or VoiceBody())

    def say(stopped: threading.Event) -> Spoken:
        return studio.speak(answer, **how, cancel=stopped)

    spoken = await in_thread(request, say)
    return AnswerDocument.of(spoken.kept or answer)


@router.get(
    "/answers/{answer_id}/speech",
    dependencies=[Depends(Needs("read"))],
    response_class=Response,
    responses={
        200: {"content": _SOUND, "description": "The audio."},
        206: {"content": _SOUND, "description": "The range of it that was asked for."},
        304: {"description": "The client has it."},
        **responses(404, 416),
    },
)
def get_speech(answer: AnswerDep, request: Request, studio: StudioDep) -> Response:
    """How an answer sounds, if it was spoken: `POST` here first."""
    if answer.speech is None:
        raise NotFoundError(
            f"The answer '{answer.id}' has not been spoken yet.",
            hint=f"POST to /api/answers/{answer.id}/speech, then ask again.",
        )
    kind = answer.speech.format
    headers = {
        "Cache-Control": ASK_EACH_TIME,
        "Content-Disposition": disposition(f"answer-{answer.id}.{kind}", download=False),
        **_SANDBOX,
    }
    audio = studio.gallery.answers.audio(answer)
    return respond_in_part(request, audio, media_type=MEDIA_TYPES[kind], headers=headers)


def _how(body: VoiceBody) -> dict[str, Any]:
    return body.model_dump(exclude={"text"})
