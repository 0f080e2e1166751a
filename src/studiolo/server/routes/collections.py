"""Collections: pictures put together under a name."""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import APIRouter, Depends, Path, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from studiolo.gallery.collections import Collection
from studiolo.server.announcing import announce
from studiolo.server.context import Needs, StudioDep
from studiolo.server.problems import responses
from studiolo.server.queries import MAX_PAGE

router = APIRouter(
    prefix="/api/collections",
    tags=["collections"],
    dependencies=[Depends(Needs("read"))],
    responses=responses(),
)
_EDIT = [Depends(Needs("edit"))]

PictureId = Annotated[str, Query(max_length=100, description="Id of a picture: only those that hold it.")]
CollectionId = Annotated[str, Path(max_length=100, description="Its id, or its name.")]


class CollectionDocument(BaseModel):
    """A collection; what lies in the trash is not counted."""

    id: str
    name: str = Field(examples=["Still lifes"])
    created: AwareDatetime
    count: int = Field(description="How many pictures are in it.")
    cover_url: str | None = Field(default=None, description="The thumbnail of its newest picture.")

    @classmethod
    def of(cls, collection: Collection) -> Self:
        """The document of ``collection``."""
        cover = collection.cover
        fields = collection.model_dump(exclude={"cover"})
        return cls(**fields, cover_url=f"/api/pictures/{cover}/thumbnail" if cover else None)


class CollectionList(BaseModel):
    """Every collection, by name."""

    collections: tuple[CollectionDocument, ...]


class Naming(BaseModel):
    """What a collection is to be called: no other may be called so, in whatever case."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=1000, examples=["Still lifes"])


class Moving(BaseModel):
    """Pictures to put in and to take out."""

    model_config = ConfigDict(extra="forbid")

    add: list[str] = Field(default_factory=list[str], max_length=MAX_PAGE, description="Ids of pictures.")
    remove: list[str] = Field(default_factory=list[str], max_length=MAX_PAGE, description="Ids of pictures.")


@router.get("", responses=responses(404))
def list_collections(studio: StudioDep, picture: PictureId = "") -> CollectionList:
    """Every collection, or every one that holds a picture, by name."""
    collections = studio.gallery.collections
    found = collections.of(studio.gallery.get(picture).id) if picture else collections.list()
    return CollectionList(collections=tuple(CollectionDocument.of(collection) for collection in found))


@router.post("", status_code=201, dependencies=_EDIT)
def create_collection(naming: Naming, studio: StudioDep) -> CollectionDocument:
    """A new, empty collection."""
    created = studio.gallery.collections.create(naming.name)
    announce(studio, "changed")
    return CollectionDocument.of(created)


@router.patch("/{collection_id}", dependencies=_EDIT, responses=responses(404))
def rename_collection(collection_id: CollectionId, naming: Naming, studio: StudioDep) -> CollectionDocument:
    """Give a collection another name."""
    renamed = studio.gallery.collections.rename(collection_id, naming.name)
    announce(studio, "changed")
    return CollectionDocument.of(renamed)


@router.delete("/{collection_id}", status_code=204, dependencies=_EDIT, responses=responses(404))
def remove_collection(collection_id: CollectionId, studio: StudioDep) -> None:
    """Remove a collection; its pictures stay in the gallery."""
    studio.gallery.collections.remove(collection_id)
    announce(studio, "changed")


@router.post("/{collection_id}/pictures", dependencies=_EDIT, responses=responses(404))
def move_pictures(collection_id: CollectionId, moving: Moving, studio: StudioDep) -> CollectionDocument:
    """Put pictures into a collection, and take others out of it."""
    collections = studio.gallery.collections
    # All or none; and whole ids are told, whatever the client called them.
    put, taken = ([studio.gallery.get(name).id for name in names] for names in (moving.add, moving.remove))
    collections.take(collection_id, taken)
    changed = collections.add(collection_id, put)
    announce(studio, "changed", [*put, *taken])
    return CollectionDocument.of(changed)
