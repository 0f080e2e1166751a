"""What clients are told of pictures: the rows, without what only the gallery needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Self

from pydantic import AwareDatetime, BaseModel, Field, JsonValue
from pydantic_core import to_json

from studiolo.gallery import Page, Picture, SearchHit
from studiolo.gallery.picture import Month
from studiolo.gallery.places import bare, without_places

_ID: Final = "1kqz8m4t2-7k3f"
_KEYS: Final = frozenset({"image_key", "thumbnail_key"})


class PictureDocument(BaseModel):
    """One picture of the gallery."""

    id: str = Field(description="Sorts by time.", examples=[_ID])
    created: AwareDatetime = Field(examples=["2026-11-21T09:30:00.123000Z"])
    prompt: str = Field(description="What was painted.", examples=["a red apple on a table"])
    negative_prompt: str = ""
    original_prompt: str = Field(
        default="", description="What was typed, where `prompt` was translated or improved from it."
    )
    engine: str = Field(examples=["pocket"])
    model: str = Field(default="", examples=["v1"])
    seed: int | None = Field(default=None, examples=[7])
    width: int = Field(description="Pixels.", examples=[512])
    height: int = Field(description="Pixels.", examples=[512])
    steps: int | None = None
    guidance_scale: float | None = None
    strength: float | None = None
    cost: float | None = Field(default=None, description="US dollars; null where nothing is charged.")
    request: Mapping[str, JsonValue] = Field(
        default_factory=dict[str, JsonValue],
        description="The request as it was painted; `GET /api/pictures/{id}/request` makes it ready to send.",
    )
    notes: tuple[str, ...] = Field(default=(), description="Sentences of the engine for the user.")
    timings: Mapping[str, float] = Field(
        default_factory=dict[str, float], description="Seconds by stage.", examples=[{"painting": 0.8}]
    )
    tags: tuple[str, ...] = Field(default=(), examples=[["still life"]])
    starred: bool = False
    sha256: str = Field(description="Of the file.", examples=["9f86d081884c7d65" * 4])
    size_bytes: int = Field(examples=[104_857])
    deleted: AwareDatetime | None = Field(default=None, description="Since when it lies in the trash.")
    image_url: str = Field(description="The file.", examples=[f"/api/pictures/{_ID}/image"])
    thumbnail_url: str = Field(
        description="A WebP of at most 384 pixels.", examples=[f"/api/pictures/{_ID}/thumbnail"]
    )

    @classmethod
    def of(cls, picture: Picture) -> Self:
        """The document of ``picture``, which was validated when it was written."""
        return cls.model_construct(**_fields(picture))


def _fields(picture: Picture) -> dict[str, Any]:
    fields = {name: value for name, value in vars(picture).items() if name not in _KEYS}
    url = f"/api/pictures/{picture.id}"
    fields |= {"model": bare(picture.model), "request": without_places(picture.request)}
    return {**fields, "image_url": f"{url}/image", "thumbnail_url": f"{url}/thumbnail"}


def page_json(page: Page) -> bytes:
    """``page`` as :class:`PicturePage` says it, in JSON.

    No document is made of each picture on the way: a page is asked for more often than all else, and is
    written in a quarter of the time without.
    """
    return to_json({"pictures": [_fields(picture) for picture in page.pictures], "next": page.next})


def documents(pictures: Iterable[Picture]) -> tuple[PictureDocument, ...]:
    """The documents of ``pictures``, in their order."""
    return tuple(PictureDocument.of(picture) for picture in pictures)


class PicturePage(BaseModel):
    """Some pictures, newest first."""

    pictures: tuple[PictureDocument, ...]
    next: str | None = Field(
        default=None, description="Give it as `before` to get the pictures that follow; null at the end."
    )


class Pictures(BaseModel):
    """Pictures as they are now."""

    pictures: tuple[PictureDocument, ...]


class Hit(BaseModel):
    """A picture found, and why."""

    picture: PictureDocument
    score: float = Field(description="Higher is better; comparable within one answer only.")
    reason: str = Field(description="In words.", examples=["words: red, apple; meaning 0.62"])
    words: tuple[str, ...] = Field(default=(), description="The words of the query that were found.")
    meaning: float | None = Field(default=None, description="Cosine of prompt and query; null: words alone.")

    @classmethod
    def of(cls, hit: SearchHit) -> Self:
        """The document of ``hit``."""
        picture = PictureDocument.of(hit.picture)
        return cls(picture=picture, score=hit.score, reason=hit.reason, words=hit.words, meaning=hit.meaning)


class Hits(BaseModel):
    """What a search found, best first."""

    hits: tuple[Hit, ...]


class Count(BaseModel):
    """How many."""

    count: int


class Removed(BaseModel):
    """How many pictures are gone for good."""

    removed: int


class TagCount(BaseModel):
    """A tag and how many pictures have it."""

    tag: str
    count: int


class TagCounts(BaseModel):
    """Every tag, most used first."""

    tags: tuple[TagCount, ...]


class Timeline(BaseModel):
    """Months in UTC, newest first; those without pictures are left out."""

    months: tuple[Month, ...]
