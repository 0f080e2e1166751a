"""Links to single pictures, for people who have no token."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Self

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from studiolo.errors import NotFoundError
from studiolo.gallery.shares import Share
from studiolo.server.context import CallerDep, Needs, StudioDep
from studiolo.server.files import ASK_EACH_TIME, picture_file, respond
from studiolo.server.problems import responses
from studiolo.server.routes.images import IMAGE
from studiolo.server.routes.pictures import PictureDep
from studiolo.server.share_page import gone_page, picture_page

_YEAR_S = 366 * 24 * 3600

router = APIRouter(prefix="/api", tags=["shares"], responses=responses())
public = APIRouter(prefix="/share", tags=["shares"])
"""What needs no token: the address is the secret."""


class ShareRequest(BaseModel):
    """How a picture is shared."""

    model_config = ConfigDict(extra="forbid")

    expires_in_s: int | None = Field(
        default=None,
        ge=1,
        le=10 * _YEAR_S,
        description="Seconds until it ends; null: never.",
        examples=[86_400],
    )
    metadata: bool = Field(
        default=False, description="Tell prompt and settings, too, on the page and in the file."
    )


class ShareDocument(BaseModel):
    """A link to a picture."""

    id: str
    created: AwareDatetime
    expires: AwareDatetime | None = Field(default=None, description="null: never.")
    metadata: bool = Field(description="Whether it tells prompt and settings.")

    @classmethod
    def of(cls, share: Share, **more: Any) -> Self:
        """The document of ``share``."""
        return cls(**share.model_dump(include={"id", "created", "expires", "metadata"}), **more)


class NewShare(ShareDocument):
    """A link that was just made."""

    url: str = Field(
        description="Its path on this server. Only a hash of it is kept: no one can tell it again.",
        examples=["/share/9GqjT0b3Wm2uQ0m7c1hQ8g8h7b0sKq0yq3oXo2v1kKk"],
    )


class ShareList(BaseModel):
    """The links to a picture that still work, newest first."""

    shares: tuple[ShareDocument, ...]


@router.post(
    "/pictures/{picture_id}/shares",
    status_code=201,
    dependencies=[Depends(Needs("edit"))],
    responses=responses(404),
)
def share_picture(
    wanted: ShareRequest, picture: PictureDep, studio: StudioDep, caller: CallerDep
) -> NewShare:
    """Make a link to the picture, which whoever has it can open."""
    expires = None
    if wanted.expires_in_s is not None:
        expires = datetime.now(UTC) + timedelta(seconds=wanted.expires_in_s)
    share, secret = studio.gallery.shares.create(
        picture.id, expires=expires, metadata=wanted.metadata, owner=caller.id
    )
    return NewShare.of(share, url=f"/share/{secret}")


@router.get("/pictures/{picture_id}/shares", dependencies=[Depends(Needs("edit"))], responses=responses(404))
def list_shares(picture: PictureDep, studio: StudioDep) -> ShareList:
    """The links to the picture that still work, without their addresses."""
    found = studio.gallery.shares.of(picture.id)
    return ShareList(shares=tuple(ShareDocument.of(share) for share in found))


@router.delete(
    "/shares/{share_id}", status_code=204, dependencies=[Depends(Needs("edit"))], responses=responses(404)
)
def remove_share(share_id: Annotated[str, Path(max_length=100)], studio: StudioDep) -> None:
    """End a link."""
    studio.gallery.shares.remove(share_id)


Secret = Annotated[str, Path(max_length=200)]


@public.get("/{secret}", response_class=HTMLResponse, responses={404: {"description": "It has ended."}})
def show_share(secret: Secret, studio: StudioDep) -> HTMLResponse:
    """The page of a link."""
    share = studio.gallery.shares.find(secret)
    if share is None:
        return HTMLResponse(gone_page(), status_code=404)
    picture = studio.gallery.get(share.picture_id)
    return HTMLResponse(picture_page(picture, image_url=f"/share/{secret}/image", metadata=share.metadata))


@public.get("/{secret}/image", response_class=Response, responses={**IMAGE, **responses(404)})
def show_shared_image(request: Request, secret: Secret, studio: StudioDep) -> Response:
    """The picture of a link: without its metadata, unless the link tells it."""
    share = studio.gallery.shares.find(secret)
    if share is None:
        raise NotFoundError("This link has ended, or never was.", hint="Ask whoever sent it for a new one.")
    picture = studio.gallery.get(share.picture_id)
    strip = not share.metadata
    return respond(
        request,
        lambda: picture_file(studio.gallery, picture, strip=strip),
        etag=f"{picture.sha256}{'-plain' if strip else ''}",
        cache=ASK_EACH_TIME,  # a link ends when its owner says so
    )
