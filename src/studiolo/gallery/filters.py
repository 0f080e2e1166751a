"""A PictureFilter as SQL. Values are always bound, never written into the text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from studiolo.gallery.ids import first_id
from studiolo.gallery.picture import PictureFilter


@dataclass(frozen=True, kw_only=True)
class Condition:
    """``FROM`` and ``WHERE`` of a query over pictures ``p``, and the values to bind, in order.

    ``id`` is the column of ids in whose order an index gives the rows.
    """

    tables: str
    where: str
    values: tuple[object, ...]
    id: str = "p.id"


def condition(
    wanted: PictureFilter,
    *,
    before: str | None = None,
    not_before: str | None = None,
    of_few_rows: bool = False,
) -> Condition:
    """What the catalog asks SQLite for ``wanted``, with ids below ``before`` and from ``not_before`` on.

    ``of_few_rows`` is for queries that name the rows: the filter's own indexes would only
    lead SQLite astray.
    """
    # With a collection or a tag, its own index already has the ids in order; CROSS JOIN keeps it first.
    pictures, first = f"pictures p {_index(wanted, of_few_rows=of_few_rows)}", "p.id"
    tables = pictures
    collection, tags = wanted.collection, list(wanted.tags)
    first_collection = first_tag = None
    if collection is not None and not of_few_rows:
        tables, first = f"collection_pictures c CROSS JOIN {pictures} ON p.id = c.id", "c.id"
        first_collection, collection = collection, None
    elif tags and not of_few_rows:
        tables, first = f"picture_tags t CROSS JOIN {pictures} ON p.id = t.id", "t.id"
        first_tag = tags.pop(0)
    clauses = ["p.deleted IS NOT NULL" if wanted.trash else "p.deleted IS NULL"]
    values: list[object] = []

    def require(clause: str, value: object) -> None:
        if value is not None:
            clauses.append(clause)
            values.append(value)

    require("c.collection_id = ?", first_collection)
    require("t.tag = ?", first_tag)
    require(
        "EXISTS (SELECT 1 FROM collection_pictures m WHERE m.collection_id = ? AND m.id = p.id)", collection
    )
    for tag in tags:
        require("EXISTS (SELECT 1 FROM picture_tags m WHERE m.tag = ? AND m.id = p.id)", tag)
    require("p.engine = ?", wanted.engine)
    # One bound on each side: of two, SQLite would take the first and read all that lies between them.
    lowest = [not_before, wanted.created_from and first_id(wanted.created_from)]
    # Ids count milliseconds: the first id of the next one lies above all of the last one wanted.
    highest = [before, wanted.created_to and first_id(wanted.created_to + timedelta(milliseconds=1))]
    require(f"{first} >= ?", max(filter(None, lowest), default=None))
    require(f"{first} < ?", min(filter(None, highest), default=None))
    require("p.width = ?", wanted.width)
    require("p.height = ?", wanted.height)
    require("p.width >= ?", wanted.min_width)
    require("p.width <= ?", wanted.max_width)
    require("p.height >= ?", wanted.min_height)
    require("p.height <= ?", wanted.max_height)
    require("p.seed = ?", None if wanted.seed is None else signed(wanted.seed))
    if wanted.starred is not None:
        clauses.append("p.starred = 1" if wanted.starred else "p.starred = 0")
    return Condition(tables=tables, where=" AND ".join(clauses), values=tuple(values), id=first)


def _index(wanted: PictureFilter, *, of_few_rows: bool) -> str:
    """What to tell SQLite, which does not know that one index of kept pictures covers every filter."""
    if of_few_rows:
        return "NOT INDEXED"
    narrower = wanted.engine is not None or wanted.seed is not None or wanted.starred
    driven = wanted.collection is not None or wanted.tags
    return "INDEXED BY pictures_kept" if not wanted.trash and (driven or not narrower) else ""


def is_everything(wanted: PictureFilter) -> bool:
    """Whether ``wanted`` leaves nothing out but the trash."""
    return wanted == PictureFilter()


def signed(seed: int) -> int:
    """Other programs' seeds have 64 bits without sign, SQLite's integers have one."""
    seed &= 2**64 - 1
    return seed - 2**64 if seed >= 2**63 else seed


def unsigned(seed: int) -> int:
    """Undo :func:`signed`."""
    return seed & 2**64 - 1
