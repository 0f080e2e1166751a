# ruff: noqa: S608 - only our own columns and clauses are written into SQL; values are bound
"""The rows: what is known of every picture. SQLite now; another catalog has these same methods."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from studiolo.gallery.database import Database
from studiolo.gallery.filters import condition, signed, unsigned
from studiolo.gallery.ids import tail
from studiolo.gallery.picture import Picture, PictureFilter, parse_time, to_microseconds

_COLUMNS = (
    "id", "created", "prompt", "negative_prompt", "original_prompt", "engine", "model", "seed",
    "width", "height", "steps", "guidance_scale", "strength", "cost", "request", "notes", "timings",
    "tags", "starred", "image_key", "thumbnail_key", "sha256", "size_bytes", "deleted",
)  # fmt: skip
_SELECTED = ", ".join(f"p.{column}" for column in _COLUMNS)
_INSERT = (
    f"INSERT INTO pictures (tail, {', '.join(_COLUMNS)}) VALUES ({', '.join('?' * (len(_COLUMNS) + 1))})"
)
_TAG_SEPARATOR = "\n"


class SqliteCatalog:
    """Rows of pictures in one file. Safe for threads and for several processes."""

    def __init__(self, path: Path) -> None:
        self.database = Database(path)

    def close(self) -> None:
        """Close the file."""
        self.database.close()

    def insert(
        self, connection: sqlite3.Connection, picture: Picture, *, source_keys: Iterable[str] = ()
    ) -> int:
        """Add a row within a transaction; gives its number for the vectors."""
        row = connection.execute(_INSERT, (tail(picture.id), *_values(picture))).lastrowid
        _write_tags(connection, picture.id, picture.tags)
        connection.executemany(
            "INSERT OR IGNORE INTO picture_sources (source_key, id) VALUES (?, ?)",
            [(key, picture.id) for key in source_keys],
        )
        return row or 0

    def get(self, picture_id: str) -> Picture | None:
        """The picture of that whole id, also from the trash."""
        found = self.by_ids([picture_id])
        return found[0] if found else None

    def by_ids(self, ids: Sequence[str]) -> list[Picture]:
        """These pictures, newest first; unknown ids are left out."""
        where = "p.id IN (SELECT value FROM json_each(?))"
        query = f"SELECT {_SELECTED} FROM pictures p WHERE {where} ORDER BY p.id DESC"
        return self._pictures(query, (json.dumps(list(ids)),))

    def known(self, ids: Sequence[str]) -> set[str]:
        """Those of these whole ids that are there."""
        query = "SELECT id FROM pictures WHERE id IN (SELECT value FROM json_each(?))"
        with self.database.read() as connection:
            return {picture_id for (picture_id,) in connection.execute(query, (json.dumps(list(ids)),))}

    def by_rows(self, rows: Sequence[int], wanted: PictureFilter) -> dict[int, Picture]:
        """Those of these row numbers that pass the filter."""
        where = condition(wanted, of_few_rows=True)
        query = (
            f"SELECT p.row, {_SELECTED} FROM {where.tables} "
            f"WHERE p.row IN (SELECT value FROM json_each(?)) AND {where.where}"
        )
        with self.database.read() as connection:
            found = connection.execute(
                query, (json.dumps([int(row) for row in rows]), *where.values)
            ).fetchall()
        return {row: _picture(values) for row, *values in found}

    def lookup(self, text: str, *, limit: int = 5) -> list[str]:
        """Whole ids that begin or end with ``text``, newest first; the trash counts too."""
        after = text[:-1] + chr(ord(text[-1]) + 1)  # the first text that no longer begins so
        query = """
            SELECT id FROM (
              SELECT id FROM pictures WHERE id >= ? AND id < ?
              UNION SELECT id FROM pictures WHERE tail = ? OR (length(?) = 3 AND tail >= ? AND tail < ?)
            ) ORDER BY id DESC LIMIT ?
        """
        values = (text, after, text[-4:] if len(text) == 4 else "", text, text, after, limit)
        with self.database.read() as connection:
            return [row[0] for row in connection.execute(query, values)]

    def page(self, wanted: PictureFilter, limit: int, before: str | None = None) -> list[Picture]:
        """Up to ``limit`` pictures older than the id ``before``, newest first."""
        where = condition(wanted, before=before)
        query = f"SELECT {_SELECTED} FROM {where.tables} WHERE {where.where} ORDER BY {where.id} DESC LIMIT ?"
        return self._pictures(query, (*where.values, limit))

    def count(self, wanted: PictureFilter) -> int:
        """How many pictures pass the filter."""
        where = condition(wanted)
        with self.database.read() as connection:
            query = f"SELECT count(*) FROM {where.tables} WHERE {where.where}"
            return int(connection.execute(query, where.values).fetchone()[0])

    def by_sha256(self, sha256: str) -> str | None:
        """The id of a picture with exactly these bytes."""
        with self.database.read() as connection:
            found = connection.execute("SELECT id FROM pictures WHERE sha256 = ?", (sha256,)).fetchone()
        return found[0] if found else None

    def keys(self) -> Iterator[tuple[str, str, str, str]]:
        """Id, image key, thumbnail key and sha256 of every row, trash included."""
        with self.database.read() as connection:
            yield from connection.execute("SELECT id, image_key, thumbnail_key, sha256 FROM pictures")

    def source_keys(self) -> set[str]:
        """The keys of all pictures that requests began from, jobs will begin from, or clients brought."""
        query = """
            SELECT source_key FROM picture_sources
            UNION SELECT source_key FROM job_sources
            UNION SELECT source_key FROM uploads
        """
        with self.database.read() as connection:
            return {key for (key,) in connection.execute(query)}

    def set_starred(self, ids: Sequence[str], starred: bool) -> None:
        """Star or unstar."""
        self._update("starred = ?", int(starred), ids)

    def set_deleted(self, ids: Sequence[str], deleted: datetime | None) -> None:
        """Into the trash at that time, or out of it."""
        self._update("deleted = ?", None if deleted is None else to_microseconds(deleted), ids)

    def set_tags(self, ids: Sequence[str], *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
        """Add and remove tags in one transaction, so that two at once lose nothing."""
        with self.database.write() as connection:
            for picture_id in ids:
                found = connection.execute("SELECT tags FROM pictures WHERE id = ?", (picture_id,)).fetchone()
                if found is None:
                    continue
                kept = [tag for tag in _split(found[0]) if tag not in remove]
                tags = [*kept, *(tag for tag in dict.fromkeys(add) if tag not in kept)]
                connection.execute(
                    "UPDATE pictures SET tags = ? WHERE id = ?", (_TAG_SEPARATOR.join(tags), picture_id)
                )
                connection.execute("DELETE FROM picture_tags WHERE id = ?", (picture_id,))
                _write_tags(connection, picture_id, tags)

    def tags(self) -> dict[str, int]:
        """Every tag and how many kept pictures have it, most used first."""
        # Those in the trash, which are few, are taken off: not every picture is looked at.
        query = """
            SELECT tag, sum(number) FROM (
              SELECT tag, count(*) AS number FROM picture_tags GROUP BY tag
              UNION ALL SELECT t.tag, -1 FROM pictures p CROSS JOIN picture_tags t ON t.id = p.id
                WHERE p.deleted IS NOT NULL
            ) GROUP BY tag HAVING sum(number) > 0 ORDER BY sum(number) DESC, tag
        """
        with self.database.read() as connection:
            return dict(connection.execute(query).fetchall())

    def _update(self, change: str, value: object, ids: Sequence[str]) -> None:
        with self.database.write() as connection:
            connection.execute(
                f"UPDATE pictures SET {change} WHERE id IN (SELECT value FROM json_each(?))",
                (value, json.dumps(list(ids))),
            )

    def _pictures(self, query: str, values: Sequence[object]) -> list[Picture]:
        with self.database.read() as connection:
            return [_picture(row) for row in connection.execute(query, values)]


def _write_tags(connection: sqlite3.Connection, picture_id: str, tags: Sequence[str]) -> None:
    connection.executemany(
        "INSERT OR IGNORE INTO picture_tags (tag, id) VALUES (?, ?)", [(tag, picture_id) for tag in tags]
    )


def _split(tags: str) -> list[str]:
    return tags.split(_TAG_SEPARATOR) if tags else []


def _values(picture: Picture) -> list[object]:
    values: dict[str, Any] = {column: getattr(picture, column) for column in _COLUMNS}
    values["created"] = to_microseconds(picture.created)
    values["deleted"] = None if picture.deleted is None else to_microseconds(picture.deleted)
    values["seed"] = None if picture.seed is None else signed(picture.seed)
    values["tags"] = _TAG_SEPARATOR.join(picture.tags)
    values["starred"] = int(picture.starred)
    for column in ("request", "timings"):
        values[column] = json.dumps(dict(values[column]), ensure_ascii=False)
    values["notes"] = json.dumps(picture.notes, ensure_ascii=False)
    return list(values.values())


def _picture(row: Sequence[Any]) -> Picture:
    values = dict(zip(_COLUMNS, row, strict=True))
    values["created"] = parse_time(values["created"])
    values["deleted"] = None if values["deleted"] is None else parse_time(values["deleted"])
    values["seed"] = None if values["seed"] is None else unsigned(values["seed"])
    values["tags"] = tuple(_split(values["tags"]))
    values["starred"] = bool(values["starred"])
    values["notes"] = tuple(from_json(values["notes"]))  # five times as fast as json.loads
    values["request"] = from_json(values["request"])
    values["timings"] = from_json(values["timings"])
    # The row was validated when it was written; a page of 50 is read in half the time without again.
    return Picture.model_construct(**values)
