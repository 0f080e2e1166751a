"""Pictures that clients brought, kept for a while under the name by which requests refer to them.

They lie with the sources of pictures and jobs, and one file serves all three: it goes when the last of its
owners does. An upload owns it for a week after it was last brought.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from studiolo.gallery.blobs import BlobStore
from studiolo.gallery.database import Database
from studiolo.gallery.describing import SOURCES
from studiolo.gallery.journal import Journal
from studiolo.gallery.picture import to_microseconds

if TYPE_CHECKING:
    from studiolo.requests import SourceImage

KEPT_FOR: Final = timedelta(days=7)


class Uploads:
    """The uploads of a gallery. Safe for threads and for several processes."""

    def __init__(self, blobs: BlobStore, database: Database, journal: Journal) -> None:
        self._blobs = blobs
        self._database = database
        self._journal = journal

    def keep(self, image: SourceImage, owner: str = "") -> str:
        """Keep a picture; gives its ``sha256:…``, by which :meth:`Gallery.source_image` finds it.

        ``owner`` is who brought it first. Bringing it again lets it stay longer.

        Raises:
            DiskFullError, GalleryReadOnlyError, GalleryError: it was not kept.
        """
        key = f"{SOURCES}/{image.sha256}.png"
        with self._journal.owning(self._blobs, {key: image.png}) as connection:
            connection.execute(
                "INSERT INTO uploads (source_key, created, owner, width, height) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (source_key) DO UPDATE SET created = excluded.created",
                (key, to_microseconds(datetime.now(UTC)), owner, *image.size),
            )
        return image.reference

    def tidy(self, older_than: timedelta = KEPT_FOR) -> int:
        """Forget uploads brought longer ago, and remove the files that nothing else owns; gives how many.

        Raises:
            GalleryReadOnlyError, GalleryError: they could not be removed.
        """
        brought_before = to_microseconds(datetime.now(UTC) - older_than)
        with self._database.read() as connection:  # asked often, and mostly for nothing
            query = "SELECT 1 FROM uploads WHERE created <= ? LIMIT 1"
            if connection.execute(query, (brought_before,)).fetchone() is None:
                return 0
        with self._journal.disowning(self._blobs) as (connection, keys):
            query = "DELETE FROM uploads WHERE created <= ? RETURNING source_key"
            keys += [key for (key,) in connection.execute(query, (brought_before,)).fetchall()]
        return len(keys)
