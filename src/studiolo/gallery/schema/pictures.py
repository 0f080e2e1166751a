"""Schema 1: pictures, their tags and sources, the word index, vectors, the journal."""

from __future__ import annotations

from typing import Final

PICTURES: Final = (
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
