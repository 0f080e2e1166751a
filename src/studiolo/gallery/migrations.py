"""The catalog's schema, as numbered steps. Append; never change a step that was released."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from studiolo.errors import GalleryCorruptError, GalleryTooNewError
from studiolo.gallery.faults import CHOOSE_ANOTHER

APPLICATION_ID: Final = 0x53544C4F  # "STLO", in the file's header: what `file` and we know it by

_FIRST = (
    # `id` sorts by time, so it is the order of lists and the cursor of pages; `row` is what the
    # word index and the vectors refer to, and is never used twice. Times are microseconds, UTC.
    """
    CREATE TABLE pictures (
      row INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      tail TEXT NOT NULL,
      created INTEGER NOT NULL,
      prompt TEXT NOT NULL,
      negative_prompt TEXT NOT NULL,
      original_prompt TEXT NOT NULL,
      engine TEXT NOT NULL,
      model TEXT NOT NULL,
      seed INTEGER,
      width INTEGER NOT NULL,
      height INTEGER NOT NULL,
      steps INTEGER,
      guidance_scale REAL,
      strength REAL,
      cost REAL,
      request TEXT NOT NULL,
      notes TEXT NOT NULL,
      timings TEXT NOT NULL,
      tags TEXT NOT NULL,
      starred INTEGER NOT NULL DEFAULT 0,
      image_key TEXT NOT NULL,
      thumbnail_key TEXT NOT NULL,
      sha256 TEXT NOT NULL,
      size_bytes INTEGER NOT NULL,
      deleted INTEGER
    )
    """,
    # Covers every filter, so that a rare combination is found without reading whole rows.
    """
    CREATE INDEX pictures_kept ON pictures (id, engine, width, height, starred, seed)
      WHERE deleted IS NULL
    """,
    "CREATE INDEX pictures_by_engine ON pictures (engine, id) WHERE deleted IS NULL",
    "CREATE INDEX pictures_starred ON pictures (id) WHERE starred = 1 AND deleted IS NULL",
    "CREATE INDEX pictures_trash ON pictures (deleted, id) WHERE deleted IS NOT NULL",
    "CREATE INDEX pictures_by_seed ON pictures (seed, id)",
    "CREATE INDEX pictures_by_tail ON pictures (tail)",
    "CREATE INDEX pictures_by_sha256 ON pictures (sha256)",
    """
    CREATE TABLE picture_tags (
      tag TEXT NOT NULL,
      id TEXT NOT NULL REFERENCES pictures (id) ON DELETE CASCADE,
      PRIMARY KEY (tag, id)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX picture_tags_by_id ON picture_tags (id)",
    # The pictures that a request began from, kept once however often they are used.
    """
    CREATE TABLE picture_sources (
      source_key TEXT NOT NULL,
      id TEXT NOT NULL REFERENCES pictures (id) ON DELETE CASCADE,
      PRIMARY KEY (source_key, id)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX picture_sources_by_id ON picture_sources (id)",
    """
    CREATE VIRTUAL TABLE words USING fts5 (
      prompt, original_prompt, tags,
      content = 'pictures', content_rowid = 'row',
      tokenize = 'porter unicode61 remove_diacritics 2', prefix = '2 3'
    )
    """,
    """
    CREATE TRIGGER words_insert AFTER INSERT ON pictures BEGIN
      INSERT INTO words (rowid, prompt, original_prompt, tags)
        VALUES (new.row, new.prompt, new.original_prompt, new.tags);
    END
    """,
    """
    CREATE TRIGGER words_delete AFTER DELETE ON pictures BEGIN
      INSERT INTO words (words, rowid, prompt, original_prompt, tags)
        VALUES ('delete', old.row, old.prompt, old.original_prompt, old.tags);
    END
    """,
    """
    CREATE TRIGGER words_update AFTER UPDATE OF prompt, original_prompt, tags ON pictures BEGIN
      INSERT INTO words (words, rowid, prompt, original_prompt, tags)
        VALUES ('delete', old.row, old.prompt, old.original_prompt, old.tags);
      INSERT INTO words (rowid, prompt, original_prompt, tags)
        VALUES (new.row, new.prompt, new.original_prompt, new.tags);
    END
    """,
    # Signs of the vector's parts (48 bytes, all kept in memory) and its 8-bit values (read for the
    # nearest only): two tables, so that loading all signs does not read all values. `entry` grows
    # in the order of commits, so another process sees what is new by the last one it knows.
    """
    CREATE TABLE codes (
      entry INTEGER PRIMARY KEY AUTOINCREMENT,
      row INTEGER NOT NULL UNIQUE REFERENCES pictures (row) ON DELETE CASCADE,
      code BLOB NOT NULL
    )
    """,
    """
    CREATE TABLE vectors (
      row INTEGER PRIMARY KEY REFERENCES pictures (row) ON DELETE CASCADE,
      vector BLOB NOT NULL
    )
    """,
    # Files about to be written or removed. An entry outlives only a killed process.
    """
    CREATE TABLE journal (
      entry INTEGER PRIMARY KEY,
      keys TEXT NOT NULL,
      host TEXT NOT NULL,
      process INTEGER NOT NULL,
      started INTEGER NOT NULL
    )
    """,
)

_ANSWERS = (
    # Questions and answers. `details` is JSON that nothing asks for by itself.
    """
    CREATE TABLE answers (
      id TEXT NOT NULL PRIMARY KEY,
      picture_id TEXT NOT NULL REFERENCES pictures (id) ON DELETE CASCADE,
      created INTEGER NOT NULL,
      kind TEXT NOT NULL,
      question TEXT NOT NULL,
      text TEXT NOT NULL,
      engine TEXT NOT NULL,
      model TEXT NOT NULL,
      finish TEXT NOT NULL,
      cost REAL,
      details TEXT NOT NULL,
      speech_key TEXT,
      speech TEXT
    ) WITHOUT ROWID
    """,
    "CREATE INDEX answers_by_picture ON answers (picture_id, created, id)",
    # All that was asked and answered about a picture, so that one index finds words wherever they stand.
    "ALTER TABLE pictures ADD COLUMN answers TEXT NOT NULL DEFAULT ''",
    "DROP TRIGGER words_insert",
    "DROP TRIGGER words_delete",
    "DROP TRIGGER words_update",
    "DROP TABLE words",
    """
    CREATE VIRTUAL TABLE words USING fts5 (
      prompt, original_prompt, tags, answers,
      content = 'pictures', content_rowid = 'row',
      tokenize = 'porter unicode61 remove_diacritics 2', prefix = '2 3'
    )
    """,
    # What was asked for counts more than what was said about it.
    "INSERT INTO words (words, rank) VALUES ('rank', 'bm25(4.0, 4.0, 4.0, 1.0)')",
    "INSERT INTO words (words) VALUES ('rebuild')",
    """
    CREATE TRIGGER words_insert AFTER INSERT ON pictures BEGIN
      INSERT INTO words (rowid, prompt, original_prompt, tags, answers)
        VALUES (new.row, new.prompt, new.original_prompt, new.tags, new.answers);
    END
    """,
    """
    CREATE TRIGGER words_delete AFTER DELETE ON pictures BEGIN
      INSERT INTO words (words, rowid, prompt, original_prompt, tags, answers)
        VALUES ('delete', old.row, old.prompt, old.original_prompt, old.tags, old.answers);
    END
    """,
    """
    CREATE TRIGGER words_update AFTER UPDATE OF prompt, original_prompt, tags, answers ON pictures BEGIN
      INSERT INTO words (words, rowid, prompt, original_prompt, tags, answers)
        VALUES ('delete', old.row, old.prompt, old.original_prompt, old.tags, old.answers);
      INSERT INTO words (rowid, prompt, original_prompt, tags, answers)
        VALUES (new.row, new.prompt, new.original_prompt, new.tags, new.answers);
    END
    """,
)

_STUDIO = (
    # Who runs jobs, and when they last said that they are alive. A job without one of these is taken up by
    # whoever comes.
    """
    CREATE TABLE job_queues (
      id TEXT NOT NULL PRIMARY KEY,
      host TEXT NOT NULL,
      process INTEGER NOT NULL,
      beat INTEGER NOT NULL
    ) WITHOUT ROWID
    """,
    # What is waiting, being painted and done. `request` is the ImageRequest as JSON, every default filled
    # in, so that a job which was cut off goes on with the same seeds. `cancelled` says that someone asked
    # for its end, `attempts` how often it was begun since it last made a picture.
    """
    CREATE TABLE jobs (
      id TEXT NOT NULL PRIMARY KEY,
      created INTEGER NOT NULL,
      owner TEXT NOT NULL,
      engine TEXT NOT NULL,
      device TEXT NOT NULL,
      state TEXT NOT NULL,
      priority INTEGER NOT NULL,
      request TEXT NOT NULL,
      translate INTEGER NOT NULL,
      original_prompt TEXT NOT NULL,
      started INTEGER,
      finished INTEGER,
      error TEXT,
      notes TEXT NOT NULL DEFAULT '[]',
      log TEXT NOT NULL DEFAULT '[]',
      queue TEXT,
      cancelled INTEGER NOT NULL DEFAULT 0,
      attempts INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID
    """,
    "CREATE INDEX jobs_unfinished ON jobs (queue, device, id) WHERE state IN ('queued', 'running')",
    "CREATE INDEX jobs_by_owner ON jobs (owner, id)",
    # Written in the transaction that keeps the picture: what was painted is never painted again, also
    # where the picture was removed since.
    """
    CREATE TABLE job_pictures (
      job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
      number INTEGER NOT NULL,
      picture_id TEXT NOT NULL,
      PRIMARY KEY (job_id, number)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX job_pictures_by_picture ON job_pictures (picture_id)",
    # Pictures that jobs will begin from, and pictures brought by clients that may be asked for soon.
    """
    CREATE TABLE job_sources (
      source_key TEXT NOT NULL,
      job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
      PRIMARY KEY (source_key, job_id)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE uploads (
      source_key TEXT NOT NULL PRIMARY KEY,
      created INTEGER NOT NULL,
      owner TEXT NOT NULL,
      width INTEGER NOT NULL,
      height INTEGER NOT NULL
    ) WITHOUT ROWID
    """,
    # `folded` is the name without case: SQLite's own NOCASE knows English letters only.
    """
    CREATE TABLE collections (
      id TEXT NOT NULL PRIMARY KEY,
      name TEXT NOT NULL,
      folded TEXT NOT NULL UNIQUE,
      created INTEGER NOT NULL
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE collection_pictures (
      collection_id TEXT NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
      id TEXT NOT NULL REFERENCES pictures (id) ON DELETE CASCADE,
      added INTEGER NOT NULL,
      PRIMARY KEY (collection_id, id)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX collection_pictures_by_id ON collection_pictures (id)",
    "CREATE INDEX pictures_in_trash ON pictures (id) WHERE deleted IS NOT NULL",
    # Of tokens and shared links only a hash is kept: who reads this file cannot use them.
    """
    CREATE TABLE tokens (
      id TEXT NOT NULL PRIMARY KEY,
      name TEXT NOT NULL,
      hash BLOB NOT NULL UNIQUE,
      scopes TEXT NOT NULL,
      created INTEGER NOT NULL,
      expires INTEGER,
      last_used INTEGER,
      revoked INTEGER
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE shares (
      id TEXT NOT NULL PRIMARY KEY,
      hash BLOB NOT NULL UNIQUE,
      picture_id TEXT NOT NULL REFERENCES pictures (id) ON DELETE CASCADE,
      owner TEXT NOT NULL,
      created INTEGER NOT NULL,
      expires INTEGER,
      metadata INTEGER NOT NULL
    ) WITHOUT ROWID
    """,
    "CREATE INDEX shares_by_picture ON shares (picture_id)",
    # Grows with every change of what there is to see, so that one process notices what others did.
    "CREATE TABLE revision (number INTEGER NOT NULL)",
    "INSERT INTO revision (number) VALUES (0)",
    *(
        f"CREATE TRIGGER revision_{table}_{change.lower()} AFTER {change} ON {table} BEGIN "  # noqa: S608
        "UPDATE revision SET number = number + 1; END"
        for table in ("pictures", "collections", "collection_pictures")
        for change in ("INSERT", "UPDATE", "DELETE")
    ),
)

_CREATE_TABLE: Final = "CREATE TABLE"

Migration = tuple[str, ...]

MIGRATIONS: Final[tuple[Migration, ...]] = (_FIRST, _ANSWERS, _STUDIO)


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
