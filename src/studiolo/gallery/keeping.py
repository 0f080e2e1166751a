"""How a picture gets into the gallery and out of it, whole or not at all.

In: an entry in the journal, the files, then the row and the entry's end in one transaction.
Out: the row and a new entry in one transaction, then the files. Whatever moment a process is
killed at, what remains is a whole picture, or files that the journal names.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from studiolo.errors import GalleryError
from studiolo.gallery.answers import Answers, KeptAnswer
from studiolo.gallery.answers import insert as insert_answer
from studiolo.gallery.blobs import BlobStore
from studiolo.gallery.catalog import SqliteCatalog
from studiolo.gallery.journal import Journal
from studiolo.gallery.picture import Picture, to_microseconds
from studiolo.gallery.uploads import Uploads
from studiolo.gallery.vectors import Embedder, insert_vector, prompt_vector

Within = Callable[[sqlite3.Connection, Picture], None]
"""What is written in the transaction that keeps a picture; what it raises undoes the keeping."""


class Keeper:
    """Keeps and removes pictures in a catalog and a store together."""

    def __init__(self, blobs: BlobStore, catalog: SqliteCatalog, embedder: Embedder | None) -> None:
        self.blobs = blobs
        self.catalog = catalog
        self.embedder = embedder
        self.journal = Journal(catalog.database)
        self.answers = Answers(blobs, catalog.database, self.journal)
        self.uploads = Uploads(blobs, catalog.database, self.journal)

    def keep(
        self,
        picture: Picture,
        content: bytes,
        thumbnail: bytes,
        sources: Mapping[str, bytes] | None = None,
        *,
        answers: Sequence[KeptAnswer] = (),
        speech: Mapping[str, bytes] | None = None,
        within: Within | None = None,
    ) -> None:
        """Write the files, then the row. ``sources`` are the pictures it was made from, by key.

        An import brings ``answers`` about the picture, and ``speech``, the files of those that were spoken.
        A job writes ``within`` the row's transaction that it made the picture, an import what collections
        it is in.

        Raises:
            DiskFullError, GalleryReadOnlyError, GalleryError: nothing was kept.
        """
        sources = sources or {}
        files = {**sources, **(speech or {}), picture.image_key: content, picture.thumbnail_key: thumbnail}
        database = self.catalog.database
        with database.write() as connection:
            entry = self.journal.begin(connection, list(files))
        kept = False
        try:
            for key, data in files.items():
                taken = not self.blobs.put(key, data)
                if taken and key not in sources:
                    raise GalleryError(
                        f"The file {key} is already in the gallery, but not in its catalog.",
                        hint="Run: studiolo gallery check",
                    )
            self.insert(picture, entry=entry, source_keys=list(sources), answers=answers, within=within)
            kept = True
        finally:
            if not kept:
                # What failed first is what the user must hear; the journal remembers the rest.
                with suppress(GalleryError):
                    self.journal.remove_unowned(self.blobs, entry)

    def insert(
        self,
        picture: Picture,
        *,
        entry: int | None = None,
        source_keys: list[str],
        answers: Sequence[KeptAnswer] = (),
        within: Within | None = None,
    ) -> None:
        """Add the row and vector of a picture whose files are there."""
        vector = prompt_vector(self.embedder, picture.prompt) if self.embedder and picture.prompt else None
        with self.catalog.database.write() as connection:
            row = self.catalog.insert(connection, picture, source_keys=source_keys)
            if vector is not None:
                insert_vector(connection, row, vector)
            for answer in answers:
                insert_answer(connection, answer)
            if within is not None:
                within(connection, picture)
            if entry is not None:
                self.journal.end(connection, entry)

    def purge(self, deleted_before: datetime) -> int:
        """Remove for good what went into the trash before that; gives how many pictures."""
        with self.journal.disowning(self.blobs) as (connection, keys):
            found = connection.execute(
                "SELECT id, image_key, thumbnail_key FROM pictures WHERE deleted <= ?",
                (to_microseconds(deleted_before),),
            ).fetchall()
            for picture_id, *files in found:
                keys += [*files, *_forget(connection, picture_id)]
        return len(found)

    def unindexed(self) -> list[tuple[int, str]]:
        """Row numbers and prompts of pictures without a vector; none where nothing makes vectors."""
        if self.embedder is None:
            return []
        query = "SELECT row, prompt FROM pictures WHERE prompt != '' AND row NOT IN (SELECT row FROM codes)"
        with self.catalog.database.read() as connection:
            return connection.execute(query).fetchall()

    def index_missing(self) -> None:
        """Make vectors for pictures that have none."""
        if self.embedder is None:
            return
        for row, prompt in self.unindexed():
            vector = prompt_vector(self.embedder, prompt)
            with self.catalog.database.write() as connection:
                if connection.execute("SELECT 1 FROM pictures WHERE row = ?", (row,)).fetchone():
                    insert_vector(connection, row, vector)


def _forget(connection: sqlite3.Connection, picture_id: str) -> list[str]:
    """Remove a row; gives the keys of the pictures it was made from, and of what was said about it."""
    query = """
        SELECT source_key FROM picture_sources WHERE id = ?
        UNION ALL SELECT speech_key FROM answers WHERE picture_id = ? AND speech_key IS NOT NULL
    """
    keys = [key for (key,) in connection.execute(query, (picture_id, picture_id))]
    connection.execute("DELETE FROM pictures WHERE id = ?", (picture_id,))
    return keys
