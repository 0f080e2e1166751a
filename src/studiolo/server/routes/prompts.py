"""Prompts over HTTP: suggested, translated, and drafted as a small picture."""

from __future__ import annotations

import io
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from studiolo.assistant.base import Sampling
from studiolo.requests import MAX_PROMPT_CHARACTERS
from studiolo.server.context import Needs, StudioDep
from studiolo.server.engine_names import EngineName
from studiolo.server.generation import RequestBody, image_request
from studiolo.server.problems import responses
from studiolo.server.sources import PictureReference, find_source
from studiolo.server.waiting import in_thread
from studiolo.server.word_documents import SuggestionsDocument, TranslationDocument

router = APIRouter(
    prefix="/api",
    tags=["prompts"],
    dependencies=[Depends(Needs("generate"))],
    responses=responses(404, 502, 503, 504),
)

EngineField = Annotated[
    EngineName | None,
    Field(
        min_length=1,
        max_length=500,
        description="An assistant such as `pocket` or `ollama:llava`; the settings' one if not given.",
        examples=["pocket"],
    ),
]
LanguageField = Annotated[
    str | None, Field(max_length=100, description="A code or an English name.", examples=["ko"])
]
_PNG: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"image/png": {}}, "description": "The draft."}
}


class SuggestionBody(Sampling):
    """A wish for prompts: a style, keywords, a reference picture, or several of these."""

    style: str = Field(default="", max_length=200, description="Mood or style.", examples=["watercolour"])
    keywords: tuple[str, ...] = Field(
        default=(), max_length=20, description="What is to be in the picture.", examples=[["fox", "lantern"]]
    )
    reference: PictureReference | None = Field(
        default=None, description="A picture whose style, mood, palette and composition are kept."
    )
    n: int = Field(default=3, ge=1, le=10, description="How many prompts.")
    language: LanguageField = None
    engine: EngineField = None


class TranslationBody(BaseModel):
    """A text to put into English."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=MAX_PROMPT_CHARACTERS, examples=["눈 속의 여우"])
    language: LanguageField = None
    engine: EngineField = None


@router.post("/suggestions")
async def suggest(body: SuggestionBody, request: Request, studio: StudioDep) -> SuggestionsDocument:
    """Write distinct prompts, each of at most 500 characters, ready to edit."""
    given = body.model_dump(exclude_unset=True, exclude={"reference"})
    suggested = await in_thread(
        request,
        lambda stopped: studio.suggest(
            **given, reference=find_source(studio, body.reference) if body.reference else None, cancel=stopped
        ),
    )
    return SuggestionsDocument.of(suggested)


@router.post("/translations")
async def translate(body: TranslationBody, request: Request, studio: StudioDep) -> TranslationDocument:
    """Put a text into English; one that is English comes back as it is, and nobody is asked."""
    given = body.model_dump(exclude_unset=True)
    translated = await in_thread(request, lambda stopped: studio.translate(**given, cancel=stopped))
    return TranslationDocument.of(translated)


@router.post("/drafts", response_class=Response, responses=_PNG)
async def draft(body: RequestBody, request: Request, studio: StudioDep) -> Response:
    """The pocket painter's draft of a request: what it plans where, in a moment. Nothing is kept."""

    def paint() -> bytes:
        buffer = io.BytesIO()
        studio.draft(image_request(studio, body)).image.save(buffer, "PNG", compress_level=1)
        return buffer.getvalue()

    content = await in_thread(request, lambda _: paint())
    return Response(content, media_type="image/png", headers={"Cache-Control": "no-store"})
