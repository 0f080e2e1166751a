"""The gallery over HTTP: look, filter, search, star, tag, move to the trash."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from studiolo.gallery import Picture
from studiolo.jobs.events import GalleryChangeKind
from studiolo.server.announcing import announce
from studiolo.server.context import Needs, StudioDep
from studiolo.server.documents import (
    Count,
    Hit,
    Hits,
    PictureDocument,
    PicturePage,
    Pictures,
    Removed,
    TagCount,
    TagCounts,
    Timeline,
    documents,
    page_json,
)
from studiolo.server.generation import MadeRequest
from studiolo.server.problems import responses
from studiolo.server.queries import MAX_PAGE, FilterQuery, PageQuery, SearchQuery

_MOVES: Final[dict[bool, GalleryChangeKind]] = {True: "trashed", False: "restored"}

router = APIRouter(
    prefix="/api", tags=["pictures"], dependencies=[Depends(Needs("read"))], responses=responses()
)


def find_picture(picture_id: str, studio: StudioDep) -> Picture:
    """The picture of a path's id, which may be abbreviated, or ``latest``."""
    return studio.gallery.get(picture_id)


PictureDep = Annotated[Picture, Depends(find_picture)]


@router.get("/pictures", response_model=PicturePage)
def list_pictures(query: Annotated[PageQuery, Query()], studio: StudioDep) -> Response:
    """A page of pictures, newest first."""
    page = studio.gallery.list(query.wanted(), limit=query.limit, before=query.before)
    return Response(page_json(page), media_type="application/json")


@router.get("/pictures/search")
def search_pictures(query: Annotated[SearchQuery, Query()], studio: StudioDep) -> Hits:
    """Pictures that answer `q` by words or meaning, best first, with the reason of each."""
    found = studio.gallery.search(query.q, query.wanted(), limit=query.limit)
    return Hits.model_construct(hits=tuple(Hit.of(hit) for hit in found))


@router.get("/pictures/count")
def count_pictures(query: Annotated[FilterQuery, Query()], studio: StudioDep) -> Count:
    """How many pictures pass the filter."""
    return Count(count=studio.gallery.count(query.wanted()))


@router.get("/pictures/timeline")
def show_timeline(query: Annotated[FilterQuery, Query()], studio: StudioDep) -> Timeline:
    """The months that have pictures which pass the filter, newest first."""
    return Timeline(months=studio.gallery.timeline(query.wanted()))


@router.get("/pictures/{picture_id}", responses=responses(404))
def get_picture(picture: PictureDep) -> PictureDocument:
    """One picture, also from the trash; its id may be abbreviated, or `latest`."""
    return PictureDocument.of(picture)


@router.get("/pictures/{picture_id}/request", responses=responses(404))
def get_request(picture: PictureDep, studio: StudioDep) -> MadeRequest:
    """What makes the picture again: ready to be changed, and sent to `POST /api/jobs`.

    `engine` is null where the picture was painted by one that is not here.
    """
    request = studio.gallery.request(picture)
    engine = f"{picture.engine}:{picture.model}" if picture.model else picture.engine
    is_here = picture.engine in studio.registry.names
    return MadeRequest.of(request, engine=engine if is_here else None)


class Changes(BaseModel):
    """What changes for some pictures; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    ids: list[str] = Field(min_length=1, max_length=MAX_PAGE, examples=[["1kqz8m4t2-7k3f"]])
    starred: bool | None = None
    add_tags: list[str] = Field(default_factory=list[str], max_length=100, examples=[["still life"]])
    remove_tags: list[str] = Field(default_factory=list[str], max_length=100)
    trashed: bool | None = Field(default=None, description="true: into the trash; false: back from it.")


@router.patch("/pictures", dependencies=[Depends(Needs("edit"))], responses=responses(404))
def change_pictures(changes: Changes, studio: StudioDep) -> Pictures:
    """Star, tag, move to the trash or back: all of the pictures, or none where one is not there."""
    gallery = studio.gallery
    ids = list(dict.fromkeys(gallery.get(picture_id).id for picture_id in changes.ids))
    if changes.add_tags or changes.remove_tags:  # first: only tags can be wrong
        gallery.tag(ids, add=changes.add_tags, remove=changes.remove_tags)
    if changes.starred is not None:
        gallery.star(ids, starred=changes.starred)
    if changes.trashed is not None:
        (gallery.delete if changes.trashed else gallery.restore)(ids)
    moved: GalleryChangeKind | None = None if changes.trashed is None else _MOVES[changes.trashed]
    announce(studio, moved or "changed", ids)
    return Pictures.model_construct(pictures=documents(gallery.get(picture_id) for picture_id in ids))


@router.delete("/trash", dependencies=[Depends(Needs("admin"))])
def empty_trash(studio: StudioDep) -> Removed:
    """Remove for good what lies in the trash."""
    removed = studio.gallery.purge()
    announce(studio, "removed")
    return Removed(removed=removed)


@router.get("/tags")
def list_tags(studio: StudioDep) -> TagCounts:
    """Every tag and how many pictures have it, most used first."""
    return TagCounts(tags=tuple(TagCount(tag=tag, count=n) for tag, n in studio.gallery.tags().items()))
