"""What a client asks of the gallery in an address: filters, pages, searches."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from studiolo.gallery import PictureFilter

MAX_PAGE: Final = 500
_MAX_PIXELS: Final = 1_000_000
_FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(3000, 1, 1, tzinfo=UTC)


def _within_reach(moment: datetime) -> datetime:
    """Ids count milliseconds from 1970, for some thousand years."""
    if not _FIRST <= moment <= _LAST:
        raise ValueError("a date lies between 1970 and 3000")
    return moment


_Moment = Annotated[AwareDatetime, AfterValidator(_within_reach)]
_Side = Annotated[int, Field(ge=1, le=_MAX_PIXELS)]
PictureId = Annotated[str, Field(pattern=r"^[0-9a-z]{9}-[0-9a-z]{4}$", examples=["1kqz8m4t2-7k3f"])]


class FilterQuery(BaseModel):
    """Which pictures; all that are given must be true."""

    model_config = ConfigDict(extra="forbid")

    engine: str | None = Field(default=None, max_length=100, description="Painted by this engine.")
    created_from: _Moment | None = Field(default=None, description="Made then or later.")
    created_to: _Moment | None = Field(default=None, description="Made then or before.")
    width: _Side | None = None
    height: _Side | None = None
    min_width: _Side | None = None
    max_width: _Side | None = None
    min_height: _Side | None = None
    max_height: _Side | None = None
    seed: int | None = Field(default=None, ge=0, lt=2**64)
    starred: bool | None = Field(default=None, description="true: only starred ones; false: only the others.")
    tag: list[str] = Field(
        default_factory=list[str], max_length=20, description="May be repeated; a picture has them all."
    )
    collection: str | None = Field(default=None, max_length=64, description="Id of a collection.")
    trash: bool = Field(default=False, description="Pictures in the trash instead of those kept.")

    def wanted(self) -> PictureFilter:
        """As the gallery takes it.

        Raises:
            InvalidRequestError: a tag is empty or too long.
        """
        fields = {name: getattr(self, name) for name in PictureFilter.model_fields if name != "tags"}
        return PictureFilter(tags=tuple(self.tag), **fields)


class PageQuery(FilterQuery):
    """A page of pictures."""

    limit: int = Field(default=60, ge=1, le=MAX_PAGE, description="Pictures of a page.")
    before: PictureId | None = Field(default=None, description="The last page's `next`.")


class SearchQuery(FilterQuery):
    """A search."""

    q: str = Field(max_length=500, description="Words, or what the picture means.", examples=["red fruit"])
    limit: int = Field(default=60, ge=1, le=MAX_PAGE, description="At most so many.")
