"""Schema 3: what the web studio needs: jobs, uploads, collections, tokens, shared links."""

from __future__ import annotations

from typing import Final

STUDIO: Final = (
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
