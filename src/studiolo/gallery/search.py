"""Find pictures by words and by meaning, together, and say why each was found.

The two orders are combined by reciprocal rank fusion (Cormack, Clarke & Büttcher 2009, SIGIR).
A picture counts as found by words if its prompt and tags hold all of them, by meaning if its
cosine reaches a cut-off; so what nothing answers finds nothing.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from studiolo.gallery.catalog import SqliteCatalog
from studiolo.gallery.filters import condition, is_everything
from studiolo.gallery.picture import Picture, PictureFilter, SearchHit
from studiolo.gallery.vectors import Embedder, VectorIndex, query_vector

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Rows = NDArray[np.int64]

MEANING_CUT_OFF: Final = 0.47
"""Cosine below which a prompt does not answer a query. From tests/gallery/search_set.py: of 38
queries that nothing answers 36 find nothing, of 60 that something answers 52 find it."""

_FUSION = 60  # the paper's constant: how little a place near the top counts more than one below
_RANKED = 1000  # word matches ranked by bm25; of more, the newest are taken as they are
_LOOKED_AT = 20_000  # rows looked at to apply a filter
_SHORTEST_BEGINNING = 3  # letters; less is in too many words to mean one of them
# fmt: off
_STOP_WORDS = frozenset((
    "a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "has", "in", "into", "is", "it", "its",
    "of", "off", "on", "or", "that", "the", "their", "there", "this", "to", "was", "were", "with",
))
# fmt: on


class Searcher:
    """Searches one catalog; keeps its vectors' signs in memory after the first search."""

    def __init__(self, catalog: SqliteCatalog, embedder: Embedder | None) -> None:
        self._catalog = catalog
        self._embedder = embedder
        self._index = VectorIndex(catalog.database)

    def search(self, query: str, wanted: PictureFilter, limit: int) -> list[SearchHit]:
        """The best ``limit`` pictures for ``query``, best first; none if nothing answers it."""
        words = content_words(query)
        if not words:
            return []
        only = None if is_everything(wanted) else self._filtered(wanted)
        found: dict[int, _Found] = {}
        for place, row in enumerate(self._by_words(words, only)):
            found.setdefault(row, _Found()).add(place, worded=True)
        for place, (row, cosine) in enumerate(self._by_meaning(query, only)):
            found.setdefault(row, _Found()).add(place, meaning=cosine)
        best = sorted(found, key=lambda row: (-found[row].score, -row))
        return self._hits(best, found, words, wanted, limit)

    def _hits(
        self, best: list[int], found: dict[int, _Found], words: list[str], wanted: PictureFilter, limit: int
    ) -> list[SearchHit]:
        """Read the rows of the best, a few at a time: the trash and the filter may take some away."""
        hits: list[SearchHit] = []
        step = limit if is_everything(wanted) else max(2 * limit, 50)
        for start in range(0, len(best), step):
            rows = best[start : start + step]
            pictures = self._catalog.by_rows(rows, wanted)
            hits += [_hit(pictures[row], found[row], words) for row in rows if row in pictures]
            if len(hits) >= limit:
                break
        return hits[:limit]

    def _filtered(self, wanted: PictureFilter) -> Rows | None:
        """The rows that pass the filter; None if they are so many that the best can be filtered after."""
        import numpy as np

        where = condition(wanted)
        rows_of = f"SELECT p.row FROM {where.tables} WHERE {where.where} LIMIT {_LOOKED_AT + 1}"  # noqa: S608
        with self._catalog.database.read() as connection:
            counted = connection.execute(f"SELECT count(*) FROM ({rows_of})", where.values)  # noqa: S608
            if counted.fetchone()[0] > _LOOKED_AT:
                return None
            return np.array([row for (row,) in connection.execute(rows_of, where.values)], np.int64)

    def _by_words(self, words: list[str], only: Rows | None) -> list[int]:
        """Rows that hold all words, best first; the last word may be unfinished."""
        exact = [f'"{word}"' for word in words]
        unfinished = [*exact[:-1], f"{exact[-1]} *"]
        for terms in (exact, unfinished):
            rows = self._matching(" AND ".join(terms), only)
            if rows or len(words[-1]) < _SHORTEST_BEGINNING:
                return rows
        return []

    def _matching(self, expression: str, only: Rows | None) -> list[int]:
        looked_at = _RANKED if only is None else _LOOKED_AT
        with self._catalog.database.read() as connection:
            newest = "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid DESC LIMIT ?"
            rows = [row for (row,) in connection.execute(newest, (expression, looked_at + 1))]
            if len(rows) <= _RANKED:
                ranked = "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rank LIMIT ?"
                rows = [row for (row,) in connection.execute(ranked, (expression, _RANKED))]
        if only is not None:
            allowed = set(only.tolist())
            rows = [row for row in rows if row in allowed]
        return rows[:_RANKED]

    def _by_meaning(self, query: str, only: Rows | None) -> list[tuple[int, float]]:
        if self._embedder is None:
            return []
        vector = query_vector(self._embedder, query)
        rows, cosines = self._index.nearest(vector, at_least=MEANING_CUT_OFF, only=only)
        return list(zip(rows.tolist(), cosines.tolist(), strict=True))


@dataclass
class _Found:
    """Where a row stood in the two orders."""

    score: float = 0.0
    worded: bool = False
    meaning: float | None = None

    def add(self, place: int, *, worded: bool = False, meaning: float | None = None) -> None:
        self.score += 1 / (_FUSION + place + 1)
        self.worded |= worded
        self.meaning = meaning if self.meaning is None else self.meaning


def content_words(query: str) -> list[str]:
    """The words of a query that say something, in lower case; all of them if none does."""
    words = list(dict.fromkeys(re.findall(r"[^\W_]+", query.lower())))
    return [word for word in words if word not in _STOP_WORDS] or words


def _hit(picture: Picture, found: _Found, words: list[str]) -> SearchHit:
    text = _plain(f"{picture.prompt} {picture.original_prompt} {' '.join(picture.tags)}")
    seen = tuple(word for word in words if found.worded or _stem(word) in text)
    said = [f"words: {', '.join(seen)}"] if seen else []
    if found.meaning is not None:
        said.append(f"meaning {found.meaning:.2f}")
    return SearchHit(
        picture=picture, score=found.score, reason="; ".join(said), words=seen, meaning=found.meaning
    )


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _stem(word: str) -> str:
    """Roughly what the word index's Porter stemmer keeps; only to say what else a hit by meaning holds."""
    plain = _plain(word)
    for ending in ("ing", "ies", "es", "ed", "s", "y", "e"):
        if plain.endswith(ending) and len(plain) - len(ending) >= _SHORTEST_BEGINNING:
            return plain.removesuffix(ending)
    return plain
