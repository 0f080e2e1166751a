"""Pictures to begin from: brought by a client, or fetched for it, and named by their content."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.exceptions import HTTPException

from studiolo.errors import TooLargeError
from studiolo.requests import SourceImage
from studiolo.server.context import CallerDep, Needs, StudioDep
from studiolo.server.files import PNG, WEBP, PictureFile, respond
from studiolo.server.forms import BINARY, MULTIPART, form_schema, media_type, sent_files
from studiolo.server.limits import MEGABYTE
from studiolo.server.problems import responses
from studiolo.server.routes.images import IMAGE
from studiolo.server.sources import find_source
from studiolo.server.waiting import apart
from studiolo.studio import Studio

router = APIRouter(prefix="/api", tags=["sources"], responses=responses())

_SHA256: Final = "[0-9a-f]{64}"


class Address(BaseModel):
    """Where on the web a picture is."""

    model_config = ConfigDict(extra="forbid")

    address: str = Field(
        pattern="^[Hh][Tt][Tt][Pp][Ss]?://",
        max_length=4096,
        description="Of the picture itself, on a public host.",
        examples=["https://example.org/apple.png"],
    )


class Source(BaseModel):
    """A picture that requests may begin from, under a name that is its content."""

    reference: str = Field(
        description="What stands for it in a request, as `init_image`, `mask` …",
        pattern=f"^sha256:{_SHA256}$",
        examples=["sha256:" + "9f86d081884c7d65" * 4],
    )
    width: int = Field(description="Pixels.", examples=[512])
    height: int = Field(description="Pixels.", examples=[512])
    url: str = Field(description="The picture as PNG; add `?side=256` for a small WebP.")


_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "image/*": {"schema": BINARY},
            "application/octet-stream": {"schema": BINARY},
            MULTIPART: {"schema": form_schema(BINARY)},
            "application/json": {"schema": Address.model_json_schema()},
        },
    }
}


@router.post(
    "/uploads",
    status_code=201,
    dependencies=[Depends(Needs("generate"))],
    responses=responses(413, 415, 503, 507),
    openapi_extra=_BODY,
)
async def bring_picture(request: Request, studio: StudioDep, caller: CallerDep) -> Source:
    """Bring a picture, or name one on the web, to begin from: as the body itself, in a form, or by address.

    It is decoded and kept as PNG, for seven days, or as long as something that was made from it.
    """
    content_type = media_type(request)
    if content_type.startswith("image/") or content_type == "application/octet-stream":
        given = await request.body()
    elif content_type == MULTIPART:
        given = await _read_form(request)
    elif content_type == "application/json":
        given = _read_address(await request.body())
    else:
        raise HTTPException(415, "Send the picture as image/…, in a form, or its address as JSON")
    return await apart(partial(_keep, studio, given, owner=caller.id))


async def _read_form(request: Request) -> bytes:
    async with sent_files(request, most=1) as (file,):
        return await file.read()


def _read_address(body: bytes) -> str:
    try:
        return Address.model_validate_json(body).address
    except ValidationError as error:
        findings = error.errors(include_url=False, include_context=False, include_input=False)
        raise RequestValidationError([{**one, "loc": ("body", *one["loc"])} for one in findings]) from error


def _keep(studio: Studio, given: bytes | str, *, owner: str) -> Source:
    max_bytes = studio.settings.upload_mb * MEGABYTE
    if isinstance(given, bytes) and len(given) > max_bytes:
        raise TooLargeError(
            f"The picture has {len(given) / MEGABYTE:.0f} MB; at most {max_bytes / MEGABYTE:.0f} are taken.",
            hint="Make it smaller, or raise STUDIOLO_UPLOAD_MB.",
        )
    image = SourceImage(given) if isinstance(given, bytes) else find_source(studio, given)
    studio.gallery.uploads.tidy()
    reference = studio.gallery.uploads.keep(image, owner=owner)
    width, height = image.size
    return Source(reference=reference, width=width, height=height, url=f"/api/sources/{image.sha256}")


@router.get(
    "/sources/{sha256}",
    dependencies=[Depends(Needs("read"))],
    response_class=Response,
    responses={**IMAGE, **responses(404)},
)
def get_source(
    request: Request,
    sha256: Annotated[str, Path(pattern=f"^{_SHA256}$")],
    studio: StudioDep,
    side: Annotated[
        int | None, Query(ge=16, le=1024, description="A WebP of at most so many pixels.")
    ] = None,
) -> Response:
    """A picture that requests began from, or may: as PNG, or small."""

    def read() -> PictureFile:
        content = studio.gallery.source_image(f"sha256:{sha256}")
        if side is None:
            return PictureFile(content=content, media_type=PNG, name=f"{sha256[:12]}.png")
        return PictureFile(content=_small(content, side), media_type=WEBP, name=f"{sha256[:12]}-{side}.webp")

    return respond(request, read, etag=sha256 if side is None else f"{sha256}-{side}")


def _small(content: bytes, side_px: int) -> bytes:
    from studiolo.imaging.decode import load_image
    from studiolo.imaging.thumbnails import thumbnail

    return thumbnail(load_image(content), side_px=side_px)
