"""The gallery's front door."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from studiolo.errors import GalleryError, InvalidImageError, PictureNotFoundError
from studiolo.gallery.blobs import BlobStore
from studiolo.gallery.catalog import SqliteCatalog
from studiolo.gallery.collections import Collections
from studiolo.gallery.describing import describe_painting, source_key
from studiolo.gallery.finding import find_ids, find_picture
from studiolo.gallery.keeping import Keeper, Within
from studiolo.gallery.picture import (
    CheckReport,
    ImportReport,
    Month,
    Page,
    Picture,
    PictureFilter,
    SearchHit,
    clean_tags,
)
from studiolo.gallery.shares import Shares
from studiolo.gallery.spending import Spent, spent
from studiolo.gallery.timeline import months
from studiolo.gallery.tokens import Tokens
from studiolo.gallery.vectors import Embedder

if TYPE_CHECKING:
    from PIL.Image import Image

    from studiolo.requests import GeneratedImage, ImageRequest

CATALOG_FILE: Final = "catalog.db"

# Inside the class, `list` is the method.
_Hits = list[SearchHit]
_Ids = list[str]


class Gallery:
    """Pictures with all that makes them again: kept, listed, found, exported.

    ``answers`` are the questions that were asked about them, ``collections`` the pictures put together,
    ``uploads`` what clients brought to begin from, ``tokens`` who may come in from elsewhere, and ``shares``
    the links to single pictures.

    Safe for several threads, and for several processes on one folder. Ids may be abbreviated
    by their beginning or end wherever that is clear; ``latest`` is the newest picture.
    """

    def __init__(self, blobs: BlobStore, catalog: SqliteCatalog, *, embedder: Embedder | None = None) -> None:
        from studiolo.gallery.search import Searcher

        self.blobs = blobs
        self.catalog = catalog
        self._keeper = Keeper(blobs, catalog, embedder)
        self.journal = self._keeper.journal
        self.answers = self._keeper.answers
        self.uploads = self._keeper.uploads
        self.collections = Collections(catalog.database, self._resolve)
        self.tokens = Tokens(catalog.database)
        self.shares = Shares(catalog.database)
        self._searcher = Searcher(catalog, embedder)
        if not catalog.database.read_only:
            self._keeper.journal.clean_up(blobs)

    @classmethod
    def open(cls, folder: Path, *, embedder: Embedder | None = None) -> Self:
        """The gallery in ``folder``, made if there is none. Without an embedder, search is by words only.

        A folder that cannot be written is opened for looking.

        Raises:
            GalleryReadOnlyError: there is none, and it cannot be made.
            GalleryCorruptError: its catalog is damaged.
            GalleryTooNewError: a newer studiolo wrote it.
        """
        blobs = BlobStore.at(folder)
        catalog = SqliteCatalog(folder / CATALOG_FILE)
        try:
            return cls(blobs, catalog, embedder=embedder)
        except GalleryError:
            catalog.close()
            raise

    @property
    def read_only(self) -> bool:
        """Whether pictures can only be looked at."""
        return self.catalog.database.read_only

    def add(
        self,
        generated: GeneratedImage,
        *,
        original_prompt: str = "",
        tags: Sequence[str] = (),
        within: Within | None = None,
    ) -> Picture:
        """Keep a finished picture, with the pictures it was made from.

        ``within`` is called in the transaction that keeps it: what it writes is kept with the picture or
        not at all, and what it raises keeps nothing.

        Raises:
            DiskFullError, GalleryReadOnlyError, GalleryError: nothing was kept.
        """
        from studiolo.imaging.thumbnails import thumbnail

        picture, content = describe_painting(
            generated, original_prompt=original_prompt, tags=tuple(clean_tags(tags))
        )
        references = generated.request.source_images()
        sources = {key: image.png for name, image in references.items() if (key := source_key(name))}
        self._keeper.keep(picture, content, thumbnail(generated.image), sources, within=within)
        return picture

    def get(self, picture_id: str) -> Picture:
        """The picture of that id, its unique beginning or end, or the ``latest``; also from the trash.

        Raises:
            PictureNotFoundError: none, or several.
        """
        return find_picture(self.catalog, picture_id)

    def image(self, picture: Picture | str) -> Image:
        """The picture's pixels.

        Raises:
            GalleryError: its file is missing or damaged.
        """
        from studiolo.imaging.decode import load_image

        picture = self._picture(picture)
        try:
            return load_image(self.blobs.get(picture.image_key))
        except InvalidImageError as error:
            raise GalleryError(
                f"The file of picture {picture.id} is damaged.", hint="Run: studiolo gallery check --deep"
            ) from error

    def thumbnail(self, picture: Picture | str) -> bytes:
        """The picture's thumbnail, as WebP."""
        return self.blobs.get(self._picture(picture).thumbnail_key)

    def path(self, picture: Picture | str) -> Path:
        """The picture's file.

        Raises:
            GalleryError: the gallery's files are not on this machine.
        """
        return self.blobs.path(self._picture(picture).image_key)

    def request(self, picture: Picture | str) -> ImageRequest:
        """The request that makes the picture again.

        Raises:
            InvalidRequestError: another program made it, and did not say enough.
        """
        from studiolo.requests import ImageRequest

        picture = self._picture(picture)
        fields = picture.request or {
            name: value
            for name in ("prompt", "negative_prompt", "width", "height", "seed", "steps", "guidance_scale")
            if (value := getattr(picture, name)) is not None
        }
        return ImageRequest.parse(fields, find_image=self.source_image)

    def source_image(self, reference: str) -> bytes:
        """The PNG of a picture that some request began from, by its ``sha256:…``.

        Raises:
            PictureNotFoundError: the gallery has no such picture.
        """
        key = source_key(reference)
        if key is None or not self.blobs.exists(key):
            raise PictureNotFoundError(
                f"The gallery does not have the picture {reference[:20]}…",
                hint="Give the picture's file instead.",
            )
        return self.blobs.get(key)

    def by_content(self, content: bytes) -> Picture | None:
        """The picture whose file is exactly these bytes; None if there is none."""
        found = self.catalog.by_sha256(hashlib.sha256(content).hexdigest())
        return self.catalog.get(found) if found is not None else None

    def list(
        self, wanted: PictureFilter | None = None, *, limit: int = 50, before: str | None = None
    ) -> Page:
        """A page of pictures, newest first; ``before`` is the last page's ``next``."""
        pictures = self.catalog.page(wanted or PictureFilter(), max(1, limit) + 1, before)
        more = len(pictures) > limit
        shown = tuple(pictures[:limit])
        return Page(pictures=shown, next=shown[-1].id if more else None)

    def search(self, query: str, wanted: PictureFilter | None = None, *, limit: int = 50) -> _Hits:
        """Pictures that answer ``query`` by words or meaning, best first; none if nothing does."""
        return self._searcher.search(query, wanted or PictureFilter(), max(1, limit))

    def count(self, wanted: PictureFilter | None = None) -> int:
        """How many pictures pass the filter."""
        return self.catalog.count(wanted or PictureFilter())

    def timeline(self, wanted: PictureFilter | None = None) -> tuple[Month, ...]:
        """The months that have pictures which pass the filter, newest first."""
        return tuple(months(self.catalog.database, wanted or PictureFilter()))

    def spent(self, since: datetime | None = None) -> tuple[Spent, ...]:
        """What engines were paid for pictures and answers that are kept or in the trash, by month."""
        return tuple(spent(self.catalog.database, since))

    def version(self) -> int:
        """A number that grows when others change pictures or collections: processes, or other galleries.

        What is changed through this gallery does not count: whoever changed it knows. Quick enough to be
        asked every second.
        """
        return self.catalog.database.changes_elsewhere()

    def star(self, ids: Iterable[str], *, starred: bool = True) -> None:
        """Star pictures, or take their stars.

        Raises:
            PictureNotFoundError: one of them is not there; nothing was changed.
        """
        self.catalog.set_starred(self._resolve(ids), starred)

    def tag(self, ids: Iterable[str], *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
        """Add and remove tags; they are kept in lower case.

        Raises:
            PictureNotFoundError: a picture is not there; nothing was changed.
            InvalidRequestError: a tag is empty or too long.
        """
        self.catalog.set_tags(self._resolve(ids), add=clean_tags(add), remove=clean_tags(remove))

    def tags(self) -> dict[str, int]:
        """Every tag and how many pictures have it, most used first."""
        return self.catalog.tags()

    def delete(self, ids: Iterable[str]) -> None:
        """Move pictures into the trash; :meth:`restore` brings them back, :meth:`purge` empties it.

        Raises:
            PictureNotFoundError: one of them is not there; nothing was changed.
        """
        self.catalog.set_deleted(self._resolve(ids), datetime.now(UTC))

    def restore(self, ids: Iterable[str]) -> None:
        """Bring pictures back from the trash."""
        self.catalog.set_deleted(self._resolve(ids), None)

    def purge(self, *, older_than: timedelta = timedelta(0)) -> int:
        """Remove for good what has been in the trash for longer; gives how many pictures."""
        return self._keeper.purge(datetime.now(UTC) - older_than)

    def export(self, destination: Path, wanted: PictureFilter | None = None) -> int:
        """Write pictures, their sources and ``pictures.jsonl`` to a new folder, or to a ``.zip``.

        Raises:
            InvalidRequestError: the destination exists.
            DiskFullError, GalleryError: it cannot be written; nothing is left of it.
        """
        from studiolo.gallery.archive import export

        return export(self, destination, wanted or PictureFilter())

    def import_(self, *sources: Path) -> ImportReport:
        """Take in exports, folders or zips of pictures, or files; what is here already is left alone.

        Pictures of other programs keep what they say about themselves.

        Raises:
            InvalidImageError: there is nothing at one of ``sources``; nothing was imported.
        """
        from studiolo.gallery.archive import import_from

        return import_from(self._keeper, sources)

    def check(self, *, deep: bool = False, mend: bool = True) -> CheckReport:
        """Compare files and rows; ``deep`` reads every file. Mends what can be mended.

        Raises:
            GalleryCorruptError: the catalog is damaged.
        """
        from studiolo.gallery.checking import check

        return check(self._keeper, deep=deep, mend=mend and not self.read_only)

    @classmethod
    def rebuild(cls, folder: Path, *, embedder: Embedder | None = None) -> ImportReport:
        """Make the catalog anew from the picture files; the old one is moved to ``backups``.

        What only the catalog knew (stars, tags, collections, answers, the trash, jobs, tokens and shared
        links) is lost.
        """
        from studiolo.gallery.checking import set_aside_catalog, take_in_orphans

        set_aside_catalog(folder / CATALOG_FILE)
        with cls.open(folder, embedder=embedder) as gallery:
            return take_in_orphans(gallery._keeper)  # noqa: SLF001 - our own

    def close(self) -> None:
        """Close the catalog."""
        self.catalog.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def _picture(self, picture: Picture | str) -> Picture:
        return picture if isinstance(picture, Picture) else self.get(picture)

    def _resolve(self, ids: Iterable[str]) -> _Ids:
        return find_ids(self.catalog, ids)
