"""What keeps a killed process from leaving half a picture behind.

Before files are written or removed, their keys are entered here; the entry goes in the same
transaction that adds the row, or after the files are gone. An entry whose process has died names
exactly the files that nobody owns, so that cleaning up costs nothing when there is nothing to do.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Final

from studiolo.errors import GalleryError
from studiolo.gallery.blobs import BlobStore
from studiolo.gallery.database import Database
from studiolo.gallery.processes import has_died, this_process

_ABANDONED_S: Final = 3600
"""Entries of other machines, whose processes we cannot ask for, count as left behind after this."""


class Journal:
    """Entries in the catalog's own file, so that they share its transactions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, connection: sqlite3.Connection, keys: Sequence[str]) -> int:
        """Enter keys of files that are about to change; gives the entry's number."""
        entry = connection.execute(
            "INSERT INTO journal (keys, host, process, started) VALUES (?, ?, ?, ?)",
            (json.dumps(list(keys)), *this_process(), int(time.time())),
        ).lastrowid
        return entry or 0

    def end(self, connection: sqlite3.Connection, entry: int) -> None:
        """Forget an entry: its files are owned by a row now, or gone."""
        connection.execute("DELETE FROM journal WHERE entry = ?", (entry,))

    @contextmanager
    def owning(self, blobs: BlobStore, files: Mapping[str, bytes]) -> Generator[sqlite3.Connection]:
        """Write files, then give a transaction in which a row comes to own them: both are kept, or neither.

        A file that is there already stays as it is.
        """
        with self._database.write() as connection:
            entry = self.begin(connection, list(files))
        kept = False
        try:
            for key, content in files.items():
                blobs.put(key, content)
            with self._database.write() as connection:
                yield connection
                self.end(connection, entry)
            kept = True
        finally:
            if not kept:
                # What failed first is what the user must hear; the journal remembers the rest.
                with suppress(GalleryError):
                    self.remove_unowned(blobs, entry)

    @contextmanager
    def disowning(self, blobs: BlobStore) -> Generator[tuple[sqlite3.Connection, list[str]]]:
        """A transaction in which rows let go of files, and a list for the keys of these.

        What is in the list and owned by nobody else is removed afterwards.
        """
        keys: list[str] = []
        with self._database.write() as connection:
            yield connection, keys
            entry = self.begin(connection, list(dict.fromkeys(keys))) if keys else None
        if entry is not None:
            self.remove_unowned(blobs, entry)

    def pending(self) -> set[str]:
        """All keys that someone is working on."""
        with self._database.read() as connection:
            query = "SELECT value FROM journal, json_each(journal.keys)"
            return {key for (key,) in connection.execute(query)}

    def remove_unowned(self, blobs: BlobStore, entry: int) -> list[str]:
        """Remove the entry's files that no row owns and nobody else is writing, then the entry.

        Under the write lock: whoever would begin to use one of the files waits, and then
        finds it gone and writes it again.
        """
        removed: list[str] = []
        with self._database.write() as connection:
            found = connection.execute("SELECT keys FROM journal WHERE entry = ?", (entry,)).fetchone()
            for key in json.loads(found[0]) if found else ():
                if _being_written(connection, key, entry):
                    continue
                if _owned(connection, key):
                    blobs.delete_leftovers(key)
                else:
                    blobs.delete(key)
                    removed.append(key)
            self.end(connection, entry)
        return removed

    def clean_up(self, blobs: BlobStore) -> list[str]:
        """Remove what killed processes left behind; gives the keys removed.

        An entry waits while somebody alive writes one of its files: half a file may lie beside it.
        """
        with self._database.read() as connection:
            entries = connection.execute("SELECT entry, keys, host, process, started FROM journal").fetchall()
        dead: list[tuple[int, set[str]]] = []
        alive: set[str] = set()
        for entry, keys, host, process, started in entries:
            if time.time() - started > _ABANDONED_S or has_died(host, process):
                dead.append((entry, set(json.loads(keys))))
            else:
                alive |= set(json.loads(keys))
        return [
            key
            for entry, keys in dead
            if keys.isdisjoint(alive)
            for key in self.remove_unowned(blobs, entry)
        ]  # fmt: skip


def _being_written(connection: sqlite3.Connection, key: str, entry: int) -> bool:
    query = "SELECT 1 FROM journal, json_each(journal.keys) WHERE entry != ? AND value = ?"
    return connection.execute(query, (entry, key)).fetchone() is not None


def _owned(connection: sqlite3.Connection, key: str) -> bool:
    file_id = key.rsplit("/", 1)[-1].split(".", 1)[0]
    query = """
        SELECT 1 FROM pictures WHERE id = ? AND (image_key = ? OR thumbnail_key = ?)
        UNION SELECT 1 FROM answers WHERE id = ? AND speech_key = ?
        UNION SELECT 1 FROM picture_sources WHERE source_key = ?
        UNION SELECT 1 FROM job_sources WHERE source_key = ?
        UNION SELECT 1 FROM uploads WHERE source_key = ?
    """
    values = (file_id, key, key, file_id, key, key, key, key)
    return connection.execute(query, values).fetchone() is not None
