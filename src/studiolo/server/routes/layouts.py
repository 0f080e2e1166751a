"""What is made of a picture before one is painted from it: control maps, and masks found by words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from PIL.Image import Image
from pydantic import BaseModel, ConfigDict, Field

from studiolo.requests import MAX_PROMPT_CHARACTERS, Control, SourceImage
from studiolo.server.context import Needs, StudioDep
from studiolo.server.problems import responses
from studiolo.server.sources import PictureReference, find_source
from studiolo.server.waiting import in_thread

router = APIRouter(
    prefix="/api",
    tags=["pictures"],
    dependencies=[Depends(Needs("generate"))],
    responses=responses(404, 413, 502, 503),
)

_PNG: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"image/png": {}}, "description": "A PNG of the picture's size."}
}


class ControlMapRequest(BaseModel):
    """A picture whose layout is wanted."""

    model_config = ConfigDict(extra="forbid")

    image: PictureReference
    kind: Control = Field(default="canny", description="White edges on black, or flat regions.")


class MaskRequest(BaseModel):
    """A picture, and what in it is wanted."""

    model_config = ConfigDict(extra="forbid")

    image: PictureReference
    words: Annotated[
        str, Field(min_length=1, max_length=MAX_PROMPT_CHARACTERS, examples=["the dog on the left"])
    ]


@router.post("/control-map", response_class=Response, responses=_PNG)
async def make_control_map(wanted: ControlMapRequest, request: Request, studio: StudioDep) -> Response:
    """What a painting with this `control_image` follows. Nothing is kept.

    `POST /api/jobs` makes it by itself. Sent back as `control_image` with `control_prepared`, it is taken
    as it is.
    """
    return await _png(
        request, lambda: studio.control_map(find_source(studio, wanted.image), wanted.kind).image
    )


@router.post("/mask", response_class=Response, responses=_PNG)
async def find_mask(wanted: MaskRequest, request: Request, studio: StudioDep) -> Response:
    """A mask of what the words mean, white where it is: what `mask_prompt` would repaint. Nothing is kept."""
    return await _png(request, lambda: studio.find_mask(find_source(studio, wanted.image), wanted.words).mask)


async def _png(request: Request, make: Callable[[], Image]) -> Response:
    content = await in_thread(request, lambda _: SourceImage(make()).png)
    return Response(content, media_type="image/png", headers={"Cache-Control": "no-store"})
