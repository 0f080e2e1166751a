"""What the gallery shows: pictures, the questions one can ask for them, and pages of answers."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, field_validator

from studiolo.errors import InvalidRequestError
from studiolo.imaging.palette import parse_palette

MAX_TAG_CHARACTERS: Final = 64
_Pixels = Annotated[int, Field(ge=1)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Picture(_Frozen):
    """One kept picture. ``request`` makes it again: see :meth:`studiolo.gallery.Gallery.request`.

    ``id`` sorts by time. ``original_prompt`` is what the user typed where ``prompt`` was improved
    from it. ``timings`` are seconds by stage, ``cost`` US dollars. Keys name files in the gallery's
    store. ``deleted`` is set while the picture lies in the trash.
    """

    id: str
    created: AwareDatetime
    prompt: str
    negative_prompt: str = ""
    original_prompt: str = ""
    engine: str
    model: str = ""
    seed: int | None = None
    width: int
    height: int
    steps: int | None = None
    guidance_scale: float | None = None
    strength: float | None = None
    cost: float | None = None
    request: Mapping[str, JsonValue] = Field(default_factory=dict[str, JsonValue])
    notes: tuple[str, ...] = ()
    timings: Mapping[str, float] = Field(default_factory=dict[str, float])
    tags: tuple[str, ...] = ()
    starred: bool = False
    image_key: str
    thumbnail_key: str
    sha256: str
    size_bytes: int
    deleted: AwareDatetime | None = None

    @property
    def task(self) -> str:
        """What was asked for, as engines declare their tasks; empty where another program painted it."""
        if not self.request:
            return ""
        tasks = {
            "upscale": "upscaling",
            "remove_background": "background-removal",
            "outpaint": "outpainting",
            "mask": "inpainting",
            "mask_prompt": "inpainting",
            "init_image": "image-to-image",
            "references": "variation",
        }
        return next((task for field, task in tasks.items() if self.request.get(field)), "text-to-image")

    @property
    def palette(self) -> tuple[str, ...]:
        """The colours its request asked for; what an imported file holds there instead counts as none."""
        given = self.request.get("palette")
        if not isinstance(given, list):
            return ()
        try:
            return parse_palette([colour if isinstance(colour, str) else "" for colour in given])
        except InvalidRequestError:
            return ()


class PictureFilter(_Frozen):
    """Which pictures; ``None`` means any. Dates are inclusive, sizes in pixels, ``tags`` must all be there.

    ``collection`` is a collection's id; one that is not there holds nothing. ``trash`` asks for
    deleted pictures instead of kept ones.
    """

    engine: str | None = None
    created_from: AwareDatetime | None = None
    created_to: AwareDatetime | None = None
    width: _Pixels | None = None
    height: _Pixels | None = None
    min_width: _Pixels | None = None
    max_width: _Pixels | None = None
    min_height: _Pixels | None = None
    max_height: _Pixels | None = None
    seed: int | None = None
    starred: bool | None = None
    tags: tuple[str, ...] = ()
    collection: str | None = None
    trash: bool = False

    @field_validator("tags")
    @classmethod
    def _as_kept(cls, tags: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(clean_tags(tags))


class Page(_Frozen):
    """Some pictures, newest first; ``next`` is the cursor for those that follow, None at the end."""

    pictures: tuple[Picture, ...]
    next: str | None = None


class Month(_Frozen):
    """How many pictures of one month, UTC; ``month`` is such as ``2026-11``.

    Listed ``before`` that cursor, a page starts at the month's newest picture, also if newer ones come.
    """

    month: str
    count: int
    before: str


class SearchHit(_Frozen):
    """A picture found, best first.

    ``reason`` says why in words ("words: red, apple; meaning 0.62"); ``words`` are those of the
    query that were found, ``meaning`` the cosine of prompt and query, None if words alone found it.
    """

    picture: Picture
    score: float
    reason: str
    words: tuple[str, ...] = ()
    meaning: float | None = None


class ImportReport(_Frozen):
    """What an import did: ids added, how many were there already, and what could not be read."""

    added: tuple[str, ...] = ()
    already_here: int = 0
    failed: tuple[tuple[str, str], ...] = Field(default=(), description="(name, why)")


class CheckReport(_Frozen):
    """What :meth:`studiolo.gallery.Gallery.check` found, and whether it mended what can be mended.

    ``orphans`` are files that no row knows: pictures are taken in again, the rest removed.
    ``missing`` and ``damaged`` are ids whose file is gone or has changed; these need a backup.
    """

    pictures: int
    orphans: tuple[str, ...] = ()
    missing_thumbnails: tuple[str, ...] = ()
    unindexed: int = Field(default=0, description="Pictures not yet findable by meaning.")
    missing: tuple[str, ...] = ()
    damaged: tuple[str, ...] = Field(default=(), description="Looked for only by a deep check.")
    mended: bool = False

    @property
    def healthy(self) -> bool:
        """Whether nothing is lost."""
        return not self.missing and not self.damaged


def parse_time(microseconds: int) -> datetime:
    """Microseconds since 1970 as an aware UTC datetime."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)


def to_microseconds(moment: datetime) -> int:
    """An aware datetime as microseconds since 1970, exactly (floats would round)."""
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def clean_tags(tags: Sequence[str]) -> list[str]:
    """Tags as they are kept: lower case, single spaces, each once.

    Raises:
        InvalidRequestError: a tag is empty or too long.
    """
    cleaned = [" ".join(tag.lower().split()) for tag in tags]
    for tag in cleaned:
        if not 0 < len(tag) <= MAX_TAG_CHARACTERS:
            raise InvalidRequestError(
                f"A tag has 1 to {MAX_TAG_CHARACTERS} characters; this one has {len(tag)}.",
                hint="Shorten it." if tag else "Give a word.",
            )
        if any(unicodedata.category(character) == "Cs" for character in tag):
            raise InvalidRequestError("A tag has half a character in it.", hint="Give it as UTF-8.")
    return list(dict.fromkeys(cleaned))
