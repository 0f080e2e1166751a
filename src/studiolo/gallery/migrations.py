"""Bringing a catalog to the newest schema, or making do with what an earlier one has."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from studiolo.errors import GalleryCorruptError, GalleryTooNewError
from studiolo.gallery.faults import CHOOSE_ANOTHER
from studiolo.gallery.schema import MIGRATIONS, Migration

APPLICATION_ID: Final = 0x53544C4F  # "STLO", in the file's header: what `file` and we know it by

_CREATE_TABLE: Final = "CREATE TABLE"


def migrate(
    connection: sqlite3.Connection,
    path: Path,
    backups: Path,
    migrations: Sequence[Migration] = MIGRATIONS,
) -> None:
    """Bring the catalog at ``path`` to the newest schema, all steps or none.

    A catalog that exists is first copied whole into ``backups``. Safe for two processes at once.

    Raises:
        GalleryTooNewError: a newer studiolo wrote it; nothing was changed.
        GalleryCorruptError: it is a database of some other program.
    """
    if check_version(connection, path, len(migrations)) == len(migrations):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = check_version(connection, path, len(migrations))  # another process may have been first
        if 0 < version < len(migrations):
            _back_up(path, backups, version)
        for statements in migrations[version:]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(migrations)}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def supply_missing_tables(connection: sqlite3.Connection) -> None:
    """Give a connection to a catalog of an earlier schema, which cannot be migrated, what it lacks, empty.

    The tables live in the connection's memory; nobody can write through it into them or the catalog.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    for statements in MIGRATIONS[version:] if version else ():
        for statement in statements:
            if statement.lstrip().startswith(_CREATE_TABLE):
                connection.execute(statement.replace(_CREATE_TABLE, "CREATE TEMP TABLE", 1))


def check_version(connection: sqlite3.Connection, path: Path, newest: int = len(MIGRATIONS)) -> int:
    """The catalog's schema, 0 where it has none yet.

    Raises:
        GalleryTooNewError: a newer studiolo wrote it.
        GalleryCorruptError: it is a database of some other program.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables and application != APPLICATION_ID:
        raise GalleryCorruptError(
            f"{path} is a database, but not a studiolo gallery.",
            hint=CHOOSE_ANOTHER,
        )
    if version > newest:
        raise GalleryTooNewError(
            f"The gallery {path.parent} was written by a newer studiolo "
            f"(schema {version}, this one knows {newest}).",
            hint="Run: pip install --upgrade studiolo",
        )
    return version


def _back_up(path: Path, backups: Path, version: int) -> None:
    backups.mkdir(parents=True, exist_ok=True)
    target = backups / f"catalog-v{version}-{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}.db"
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
