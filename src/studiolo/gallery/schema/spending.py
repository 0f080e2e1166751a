"""Schema 4: what a job may cost, and what was paid."""

from __future__ import annotations

from typing import Final

SPENDING: Final = (
    # A table of its own: a catalog of schema 3 that cannot be written is looked at as if it had it, empty.
    """
    CREATE TABLE job_limits (
      job_id TEXT NOT NULL PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
      max_cost REAL NOT NULL
    ) WITHOUT ROWID
    """,
    # Covers the sums by month and engine.
    "CREATE INDEX pictures_paid ON pictures (created, engine, cost) WHERE cost IS NOT NULL",
    "CREATE INDEX answers_paid ON answers (created, engine, cost) WHERE cost IS NOT NULL",
)
