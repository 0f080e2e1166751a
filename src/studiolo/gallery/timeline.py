"""How many pictures there are of every month: what a page's time bar shows.

Ids sort by time, so a month is a range of ids: each is counted within an index, and between two that have
pictures nothing is looked at.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime

from studiolo.gallery.database import Database
from studiolo.gallery.filters import Condition, condition
from studiolo.gallery.ids import created_of, first_id
from studiolo.gallery.picture import Month, PictureFilter


def months(database: Database, wanted: PictureFilter) -> Iterator[Month]:
    """Every month with pictures that pass the filter, newest first."""
    before: str | None = None
    with database.read() as connection:
        while newest := _newest(connection, condition(wanted, before=before)):
            first = created_of(newest).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
            start, before = first_id(first), first_id(_next_month(first))
            count = _count(connection, condition(wanted, before=before, not_before=start))
            yield Month(month=f"{first:%Y-%m}", count=count, before=before)
            before = start


def _newest(connection: sqlite3.Connection, where: Condition) -> str | None:
    query = f"SELECT {where.id} FROM {where.tables} WHERE {where.where} ORDER BY {where.id} DESC LIMIT 1"  # noqa: S608 - our clauses
    found = connection.execute(query, where.values).fetchone()
    return found[0] if found else None


def _count(connection: sqlite3.Connection, where: Condition) -> int:
    query = f"SELECT count(*) FROM {where.tables} WHERE {where.where}"  # noqa: S608 - our own clauses
    return int(connection.execute(query, where.values).fetchone()[0])


def _next_month(first: datetime) -> datetime:
    year, month = divmod(12 * first.year + first.month, 12)
    return datetime(year, month + 1, 1, tzinfo=UTC)
