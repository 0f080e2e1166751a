"""The pictures themselves: files, thumbnails, palettes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from studiolo.imaging.palette import MAX_COLOURS
from studiolo.imaging.palette import Swatch as Colour
from studiolo.server.context import Needs, StudioDep
from studiolo.server.files import WEBP, PictureFile, picture_file, respond
from studiolo.server.problems import responses
from studiolo.server.routes.pictures import PictureDep
from studiolo.server.sources import PictureReference, find_source
from studiolo.server.waiting import apart

Metadata = Literal["keep", "strip"]
Colours = Annotated[int, Field(ge=1, le=MAX_COLOURS, description="How many, at most.")]

IMAGE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The picture.", "content": {"image/*": {"schema": {"type": "string"}}}},
    304: {"description": "The client has it: `If-None-Match` names it."},
}
"""What routes declare that answer with a picture."""

router = APIRouter(
    prefix="/api", tags=["pictures"], dependencies=[Depends(Needs("read"))], responses=responses()
)


@router.get("/pictures/{picture_id}/image", response_class=Response, responses={**IMAGE, **responses(404)})
def get_image(
    request: Request,
    picture: PictureDep,
    studio: StudioDep,
    metadata: Annotated[
        Metadata,
        Query(description="`strip`: a copy that tells neither prompt nor settings; its pixels are the same."),
    ] = "keep",
    download: Annotated[bool, Query(description="Have browsers save it rather than show it.")] = False,
) -> Response:
    """The picture's file. It never changes, and may be cached for good."""
    strip = metadata == "strip"
    return respond(
        request,
        lambda: picture_file(studio.gallery, picture, strip=strip),
        etag=f"{picture.sha256}{'-plain' if strip else ''}",
        download=download,
    )


@router.get(
    "/pictures/{picture_id}/thumbnail", response_class=Response, responses={**IMAGE, **responses(404)}
)
def get_thumbnail(request: Request, picture: PictureDep, studio: StudioDep) -> Response:
    """A WebP of at most 384 pixels, without metadata."""

    def read() -> PictureFile:
        content = studio.gallery.blobs.get(picture.thumbnail_key)
        return PictureFile(content=content, media_type=WEBP, name=f"thumbnail-{picture.id}.webp")

    return respond(request, read, etag=f"{picture.sha256}-thumbnail")


class Swatch(BaseModel):
    """A colour, and how much of the picture it stands for."""

    hex: str = Field(examples=["#264653"])
    share: float = Field(ge=0, le=1, description="Share of the pixels that are nearest to it.")


class Fidelity(BaseModel):
    """How well a picture keeps to the colours that were asked of it."""

    coverage: float = Field(ge=0, le=1, description="Share of the pixels near one of the asked colours.")
    mean_delta_e: float = Field(description="CIEDE2000, both ways: pixels to colours, colours to pixels.")
    presence: tuple[float, ...] = Field(description="The coverage by asked colour.")


class Palette(BaseModel):
    """The colours a picture comes to, the largest share first."""

    colours: tuple[Swatch, ...]


class PicturePalette(Palette):
    """The colours a kept picture comes to, and those that were asked of it."""

    asked: tuple[str, ...] = Field(default=(), description="The palette of its request.")
    fidelity: Fidelity | None = Field(default=None, description="null where no palette was asked.")


@router.get("/pictures/{picture_id}/palette", responses=responses(404))
def get_palette(
    picture: PictureDep, studio: StudioDep, colours: Annotated[Colours, Query()] = 6
) -> PicturePalette:
    """The picture's colours; where a palette was asked of it, how well it keeps to that."""
    from studiolo.imaging import palette

    image = studio.gallery.image(picture)
    asked = picture.palette
    return PicturePalette(
        colours=_swatches(palette.extract(image, colours)),
        asked=asked,
        fidelity=Fidelity(**asdict(palette.fidelity(image, asked))) if asked else None,
    )


class PaletteRequest(BaseModel):
    """A picture whose colours are wanted."""

    model_config = ConfigDict(extra="forbid")

    image: PictureReference
    colours: Colours = 5


@router.post("/palettes", dependencies=[Depends(Needs("generate"))], responses=responses(404, 413, 503))
async def make_palette(wanted: PaletteRequest, studio: StudioDep) -> Palette:
    """The colours of any picture: to paint another in them."""
    from studiolo.imaging import palette

    def extract() -> Palette:
        image = find_source(studio, wanted.image).image
        return Palette(colours=_swatches(palette.extract(image, wanted.colours)))

    return await apart(extract)


def _swatches(found: Iterable[Colour]) -> tuple[Swatch, ...]:
    return tuple(Swatch(hex=colour.hex, share=colour.share) for colour in found)
