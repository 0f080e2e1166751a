"""Schema 2: questions and answers, found by words."""

from __future__ import annotations

from typing import Final

ANSWERS: Final = (
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
