"""What was paid, by month and engine: for the pictures and answers that are kept, or in the trash."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from studiolo.gallery.database import Database
from studiolo.gallery.picture import to_microseconds

_QUERY: Final = """
    SELECT strftime('%Y-%m', created / 1000000, 'unixepoch') AS month, engine, what, count(*), sum(cost)
    FROM (
      SELECT 'pictures' AS what, created, engine, cost FROM pictures
      WHERE cost IS NOT NULL AND created >= :since
      UNION ALL
      SELECT 'answers' AS what, created, engine, cost FROM answers
      WHERE cost IS NOT NULL AND created >= :since
    )
    WHERE cost > 0 GROUP BY month, engine, what ORDER BY month DESC, sum(cost) DESC, engine, what
"""


class Spent(BaseModel):
    """What an engine was paid in a month (``2026-11``, UTC) for pictures or answers, in US dollars."""

    model_config = ConfigDict(frozen=True)

    month: str
    engine: str
    what: Literal["pictures", "answers"]
    count: int
    usd: float


def spent(database: Database, since: datetime | None) -> list[Spent]:
    """Every sum since then, the newest month first and the largest sum of each."""
    values = {"since": 0 if since is None else to_microseconds(since)}
    with database.read() as connection:
        found = connection.execute(_QUERY, values).fetchall()
    return [
        Spent(month=month, engine=engine, what=what, count=count, usd=round(usd, 6))
        for month, engine, what, count, usd in found
    ]
