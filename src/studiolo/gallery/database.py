"""One SQLite file, many threads and processes: connections, transactions, faults."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from studiolo.errors import GalleryError, GalleryReadOnlyError
from studiolo.gallery.faults import catalog_faults, read_only
from studiolo.gallery.migrations import check_version, migrate, supply_missing_tables

_BUSY_S: Final = 15.0
_IDLE_CONNECTIONS: Final = 8


class Database:
    """Opens and migrates the catalog file; hands out connections.

    Where the folder cannot be written, the catalog is opened for reading only.

    Raises:
        GalleryCorruptError: the file is damaged or of another program.
        GalleryTooNewError: a newer studiolo wrote it.
        GalleryReadOnlyError: it does not exist and cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.where = str(path)
        self.read_only = False
        self._idle: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._closed = False
        self._committing = threading.Lock()
        self._own_changes = 0
        with catalog_faults(self.where):
            self._prepare()

    @contextmanager
    def read(self) -> Generator[sqlite3.Connection]:
        """A connection for reading; what it sees stays the same within one statement."""
        with catalog_faults(self.where):
            connection = self._take()
            try:
                yield connection
            finally:
                self._give_back(connection)

    @contextmanager
    def write(self) -> Generator[sqlite3.Connection]:
        """A transaction: committed at the end, undone if anything is raised."""
        if self.read_only:
            raise read_only(str(self.path.parent))
        with self.read() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                before = _revision(connection)
                yield connection
                changes = _revision(connection) - before
                with self._committing:
                    connection.execute("COMMIT")
                    self._own_changes += changes
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def changes_elsewhere(self) -> int:
        """How often others, in this process or another, changed what there is to see; only ever grows."""
        with self._committing, self.read() as connection:
            return _revision(connection) - self._own_changes

    def close(self) -> None:
        """Close every connection; those in use are closed when they come back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for index, connection in enumerate(idle):
            if index == 0 and not self.read_only:
                _optimize(connection)
            connection.close()

    def _prepare(self) -> None:
        try:
            connection = self._connect()
        except sqlite3.OperationalError as error:
            if not self.path.exists():
                raise read_only(str(self.path.parent)) from error
            connection = None
        if connection is not None:
            try:
                _use_wal(connection)
                migrate(connection, self.path, self.path.parent / "backups")
            except sqlite3.OperationalError as error:
                connection.close()
                if error.sqlite_errorcode & 0xFF not in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}:
                    raise
            except (sqlite3.Error, GalleryError):
                connection.close()
                raise
            else:
                self._give_back(connection)
                return
        self.read_only = True
        self._check_readable()

    def _check_readable(self) -> None:
        try:
            connection = self._connect()
            try:
                check_version(connection, self.path)
                connection.execute("SELECT 1 FROM pictures LIMIT 1").fetchall()
            finally:
                connection.close()
        except sqlite3.OperationalError as error:
            raise GalleryReadOnlyError(
                f"The gallery {self.path.parent} cannot be written, nor read as it is ({error}).",
                hint=f"Give yourself permission: chmod -R u+rwX '{self.path.parent}'",
            ) from error

    def _connect(self) -> sqlite3.Connection:
        if self.read_only:
            # Reading in WAL mode writes a shared-memory file beside the log. Where there is no log,
            # nobody is writing, and "immutable" does without.
            in_use = self.path.with_name(self.path.name + "-wal").exists()
            target = f"{self.path.absolute().as_uri()}?mode=ro{'' if in_use else '&immutable=1'}"
        else:
            target = self.path.absolute().as_uri()
        connection = sqlite3.connect(
            target, uri=True, timeout=_BUSY_S, isolation_level=None, check_same_thread=False
        )
        # NORMAL is safe with WAL: a power cut may lose the last rows, never damage the file.
        for pragma in (
            "synchronous = NORMAL",
            "foreign_keys = ON",
            "cache_size = -16000",
            "temp_store = MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")
        if self.read_only:
            supply_missing_tables(connection)
        return connection

    def _take(self) -> sqlite3.Connection:
        with self._lock:
            if self._closed:
                raise GalleryError("The gallery is closed.", hint="Open it again: Gallery.open(folder)")
            if self._idle:
                return self._idle.pop()
        return self._connect()

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._lock:
            if not self._closed and len(self._idle) < _IDLE_CONNECTIONS:
                self._idle.append(connection)
                return
        connection.close()


def _revision(connection: sqlite3.Connection) -> int:
    (number,) = connection.execute("SELECT coalesce(max(number), 0) FROM revision").fetchone()
    return int(number)


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to write-ahead logging. Two processes doing so at once are told "locked" without waiting."""
    for attempt in range(100):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or attempt == 99:
                raise
            time.sleep(0.02)
        else:
            return


def _optimize(connection: sqlite3.Connection) -> None:
    """Let the query planner learn how the tables have grown; bounded, and never worth failing for."""
    try:
        connection.execute("PRAGMA busy_timeout = 0")
        connection.execute("PRAGMA analysis_limit = 400")
        connection.execute("PRAGMA optimize")
    except sqlite3.Error:
        return
