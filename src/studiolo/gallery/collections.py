"""Collections: pictures put together by hand, under a name. A picture may be in several."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from pydantic import AwareDatetime, BaseModel, ConfigDict

from studiolo.errors import InvalidRequestError, NotFoundError
from studiolo.gallery.database import Database
from studiolo.gallery.ids import new_id, normalise
from studiolo.gallery.names import clean_name, folded
from studiolo.gallery.picture import parse_time, to_microseconds

_THING: Final = "collection"

# Who lies in the trash is looked up from the trash, which is small, and not from the collection.
_SELECTED: Final = """
    SELECT c.id, c.name, c.created,
      (SELECT count(*) FROM collection_pictures m WHERE m.collection_id = c.id)
      - (SELECT count(*) FROM pictures d CROSS JOIN collection_pictures m
           ON m.collection_id = c.id AND m.id = d.id WHERE d.deleted IS NOT NULL),
      (SELECT m.id FROM collection_pictures m CROSS JOIN pictures p ON p.id = m.id
         WHERE m.collection_id = c.id AND p.deleted IS NULL ORDER BY m.id DESC LIMIT 1)
    FROM collections c
"""


class Collection(BaseModel):
    """A collection. ``count`` and ``cover``, the newest picture's id, leave out what lies in the trash."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    name: str
    created: AwareDatetime
    count: int = 0
    cover: str | None = None


class Collections:
    """The collections of a gallery. Safe for threads and for several processes.

    Wherever a collection is asked for, its name in any case stands for its id.
    """

    def __init__(self, database: Database, find_ids: Callable[[Iterable[str]], Sequence[str]]) -> None:
        """``find_ids`` gives the whole ids of pictures, or raises PictureNotFoundError."""
        self._database = database
        self._find_ids = find_ids

    def list(self) -> tuple[Collection, ...]:
        """All collections, by name."""
        with self._database.read() as connection:
            rows = connection.execute(f"{_SELECTED} ORDER BY c.folded").fetchall()
        return tuple(_collection(row) for row in rows)

    def get(self, collection_id: str) -> Collection:
        """The collection of that id or name.

        Raises:
            NotFoundError: there is none.
        """
        with self._database.read() as connection:
            found = _find(connection, collection_id)
            row = connection.execute(f"{_SELECTED} WHERE c.id = ?", (found,)).fetchone()
        if row is None:  # removed in between
            raise _not_found(collection_id)
        return _collection(row)

    def create(self, name: str) -> Collection:
        """A new, empty collection.

        Raises:
            InvalidRequestError: the name is empty, too long, or in use.
        """
        now = datetime.now(UTC)
        name = clean_name(name, _THING)
        with self._database.write() as connection:
            _require_free(connection, name)
            collection_id = _insert(connection, name, now)
        return Collection(id=collection_id, name=name, created=now)

    def rename(self, collection_id: str, name: str) -> Collection:
        """Give a collection another name.

        Raises:
            NotFoundError: there is no such collection.
            InvalidRequestError: the name is empty, too long, or in use.
        """
        name = clean_name(name, _THING)
        with self._database.write() as connection:
            found = _find(connection, collection_id)
            _require_free(connection, name, but=found)
            connection.execute(
                "UPDATE collections SET name = ?, folded = ? WHERE id = ?", (name, folded(name), found)
            )
        return self.get(found)

    def remove(self, collection_id: str) -> None:
        """Remove a collection; its pictures stay.

        Raises:
            NotFoundError: there is no such collection.
        """
        with self._database.write() as connection:
            connection.execute("DELETE FROM collections WHERE id = ?", (_find(connection, collection_id),))

    def add(self, collection_id: str, picture_ids: Iterable[str]) -> Collection:
        """Put pictures into a collection; those in it already stay.

        Raises:
            NotFoundError: there is no such collection.
            PictureNotFoundError: one of the pictures is not there; nothing was changed.
        """
        ids = self._find_ids(picture_ids)
        with self._database.write() as connection:
            found = _find(connection, collection_id)
            # From pictures: one that was purged just now is left out.
            connection.execute(
                "INSERT OR IGNORE INTO collection_pictures (collection_id, id, added) "
                "SELECT ?, id, ? FROM pictures WHERE id IN (SELECT value FROM json_each(?))",
                (found, to_microseconds(datetime.now(UTC)), json.dumps(list(ids))),
            )
        return self.get(found)

    def take(self, collection_id: str, picture_ids: Iterable[str]) -> Collection:
        """Take pictures out of a collection; those not in it stay out.

        Raises:
            NotFoundError: there is no such collection.
            PictureNotFoundError: one of the pictures is not in the gallery; nothing was changed.
        """
        ids = self._find_ids(picture_ids)
        with self._database.write() as connection:
            found = _find(connection, collection_id)
            connection.execute(
                "DELETE FROM collection_pictures WHERE collection_id = ? "
                "AND id IN (SELECT value FROM json_each(?))",
                (found, json.dumps(list(ids))),
            )
        return self.get(found)

    def of(self, picture_id: str) -> tuple[Collection, ...]:
        """The collections that hold the picture of that whole id, by name."""
        where = "WHERE c.id IN (SELECT collection_id FROM collection_pictures WHERE id = ?) ORDER BY c.folded"
        with self._database.read() as connection:
            rows = connection.execute(f"{_SELECTED} {where}", (picture_id,)).fetchall()
        return tuple(_collection(row) for row in rows)


def put_into(connection: sqlite3.Connection, picture_id: str, names: Iterable[str]) -> None:
    """Put a picture into the collections of these clean names, made where missing, within a transaction."""
    now = datetime.now(UTC)
    for name in names:
        known = connection.execute("SELECT id FROM collections WHERE folded = ?", (folded(name),)).fetchone()
        connection.execute(
            "INSERT OR IGNORE INTO collection_pictures (collection_id, id, added) VALUES (?, ?, ?)",
            (known[0] if known else _insert(connection, name, now), picture_id, to_microseconds(now)),
        )


def _insert(connection: sqlite3.Connection, name: str, created: datetime) -> str:
    collection_id = new_id(created)
    connection.execute(
        "INSERT INTO collections (id, name, folded, created) VALUES (?, ?, ?, ?)",
        (collection_id, name, folded(name), to_microseconds(created)),
    )
    return collection_id


def _find(connection: sqlite3.Connection, id_or_name: str) -> str:
    query = "SELECT id FROM collections WHERE id = ?1 OR folded = ?2 ORDER BY id = ?1 DESC LIMIT 1"
    row = connection.execute(query, (normalise(id_or_name), folded(id_or_name))).fetchone()
    if row is None:
        raise _not_found(id_or_name)
    return str(row[0])


def _not_found(id_or_name: str) -> NotFoundError:
    return NotFoundError(
        f"There is no collection '{id_or_name[:80]}'.", hint="See: studiolo gallery collections"
    )


def _require_free(connection: sqlite3.Connection, name: str, but: str = "") -> None:
    query = "SELECT name FROM collections WHERE folded = ? AND id != ?"
    taken = connection.execute(query, (folded(name), but)).fetchone()
    if taken is not None:
        raise InvalidRequestError(
            f"There is a collection '{taken[0]}' already.", hint="Choose another name, or add to that one."
        )


def _collection(row: Sequence[object]) -> Collection:
    collection_id, name, created, count, cover = row
    fields = {"id": collection_id, "name": name, "created": parse_time(int(str(created)))}
    return Collection.model_validate({**fields, "count": count, "cover": cover})
