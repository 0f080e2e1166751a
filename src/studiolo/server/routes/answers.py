"""Conversations about pictures over HTTP: asked, described, tagged; each answer is kept with its picture."""

from __future__ import annotations

import threading
from typing import Any, Final

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from studiolo.assistant.base import MAX_QUESTION_CHARACTERS, Sampling
from studiolo.assistant.stream import AnswerStream
from studiolo.gallery import Picture
from studiolo.requests import ProgressCallback
from studiolo.server.announcing import announce
from studiolo.server.answering import Begin, answer_in_pieces, answer_whole
from studiolo.server.context import Needs, StudioDep
from studiolo.server.documents import PictureDocument
from studiolo.server.event_stream import EVENT_SCHEMA, EVENT_STREAM
from studiolo.server.problems import responses
from studiolo.server.routes.pictures import PictureDep
from studiolo.server.routes.prompts import EngineField
from studiolo.server.waiting import in_thread
from studiolo.server.word_documents import AnswerDocument, AnswersDocument, TagsDocument
from studiolo.studio import Studio

router = APIRouter(prefix="/api", tags=["answers"], responses=responses(404))
asking = [Depends(Needs("read")), Depends(Needs("generate"))]
FAULTS: Final = responses(404, 502, 503, 504)
_STREAMED: Final[dict[int | str, dict[str, Any]]] = {
    **FAULTS,
    200: {
        "content": {EVENT_STREAM: EVENT_SCHEMA},
        "description": "The answer; with `Accept: text/event-stream` as events: `progress` {stage} at least "
        "once a second, `piece` {text} as the words come, `answer` when it has ended, however it did; "
        "`problem` last of all if something went wrong. Who hangs up ends the answer; what had come is kept.",
    },
}


class LookBody(Sampling):
    """Who is to look at the picture, and how it picks its words."""

    engine: EngineField = None


class QuestionBody(LookBody):
    """A question about a picture."""

    question: str = Field(
        min_length=1, max_length=MAX_QUESTION_CHARACTERS, examples=["how many apples are there?"]
    )
    follow_up: bool = Field(
        default=True, description="Take what was asked about this picture before as the conversation."
    )


@router.get("/pictures/{picture_id}/answers", dependencies=[Depends(Needs("read"))])
def list_answers(picture: PictureDep, studio: StudioDep) -> AnswersDocument:
    """What was asked about a picture and what was answered, oldest first."""
    kept = studio.gallery.answers.of(picture.id)
    return AnswersDocument.model_construct(answers=tuple(AnswerDocument.of(answer) for answer in kept))


@router.post(
    "/pictures/{picture_id}/answers",
    dependencies=asking,
    response_model=AnswerDocument,
    responses=_STREAMED,
)
async def ask(body: QuestionBody, picture: PictureDep, request: Request, studio: StudioDep) -> Any:
    """Ask about a picture; question and answer are kept with it."""
    given = body.model_dump(exclude_unset=True, exclude={"question", "follow_up"})

    def begin(progress: ProgressCallback, stopped: threading.Event) -> AnswerStream:
        return studio.ask(
            picture, body.question, follow_up=body.follow_up, progress=progress, cancel=stopped, **given
        )

    return await _answer(request, begin)


@router.post(
    "/pictures/{picture_id}/description",
    dependencies=asking,
    response_model=AnswerDocument,
    responses=_STREAMED,
)
async def describe(
    picture: PictureDep, request: Request, studio: StudioDep, body: LookBody | None = None
) -> Any:
    """Have a picture described; the description is kept with it."""
    given = body.model_dump(exclude_unset=True) if body is not None else {}

    def begin(progress: ProgressCallback, stopped: threading.Event) -> AnswerStream:
        return studio.describe(picture, **given, progress=progress, cancel=stopped)

    return await _answer(request, begin)


@router.post(
    "/pictures/{picture_id}/tags",
    dependencies=[*asking, Depends(Needs("edit"))],
    responses=FAULTS,
)
async def tag(
    picture: PictureDep, request: Request, studio: StudioDep, body: LookBody | None = None
) -> TagsDocument:
    """Have an assistant look at a picture and tag it with what it sees."""
    given = body.model_dump(exclude_unset=True) if body is not None else {}

    def look(stopped: threading.Event) -> TagsDocument:
        tags = studio.tag(picture, **given, cancel=stopped)
        announce(studio, "changed", [picture.id])
        return TagsDocument.tagged(tags, PictureDocument.of(_again(studio, picture)))

    return await in_thread(request, look)


@router.delete("/answers/{answer_id}", status_code=204, dependencies=[Depends(Needs("edit"))])
def remove_answer(answer_id: str, studio: StudioDep) -> None:
    """Forget a question, its answer, and how it sounds."""
    studio.gallery.answers.remove([answer_id])


async def _answer(request: Request, begin: Begin) -> Response | AnswerDocument:
    if EVENT_STREAM in request.headers.get("accept", ""):
        return await answer_in_pieces(request, begin)
    return await answer_whole(request, begin)


def _again(studio: Studio, picture: Picture) -> Picture:
    return studio.gallery.get(picture.id)
