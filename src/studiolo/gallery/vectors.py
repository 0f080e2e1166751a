"""Nearest prompts by meaning: signs first, then 8-bit values of the few that are near.

All vectors' signs (48 bytes each) stay in memory; the nearest hundreds by Hamming distance are
then compared exactly, with values read from the catalog. 100,000 pictures take 5 MB and a few
milliseconds, a million 56 MB. Beside it, sqlite-vec 0.1.9 took 30 times as long at 100,000 (and many Pythons
cannot load it: pyenv's are built without SQLite extensions), a float32 matrix 20 times the memory.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Protocol

from studiolo.gallery.database import Database

if TYPE_CHECKING:
    import sqlite3

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Rows = NDArray[np.int64]

_CANDIDATES: Final = 500
_BLOCK: Final = 32768  # rows; a block's signs (196 KB a word) stay in the processor's cache


class Embedder(Protocol):
    """What turns texts into unit vectors: float32, one row a text."""

    def embed(self, texts: Sequence[str], /) -> Floats:
        """One unit row per text."""
        ...


def prompt_vector(embedder: Embedder, prompt: str) -> Floats:
    """A picture's vector: the whole prompt, and its first part without the style words that follow."""
    import numpy as np

    subject = prompt.split(",", 1)[0].strip()
    texts = [prompt, subject] if subject and subject != prompt else [prompt]
    return _unit(np.asarray(embedder.embed(texts)).sum(axis=0))


def query_vector(embedder: Embedder, query: str) -> Floats:
    """A query's vector. Queries are words, prompts describe pictures: a frame brings them together."""
    import numpy as np

    return _unit(np.asarray(embedder.embed([f"a drawing of {query}", f"a photo of {query}"])).sum(axis=0))


def insert_vector(connection: sqlite3.Connection, row: int, vector: Floats) -> None:
    """Keep a picture's vector within a transaction."""
    import numpy as np

    values = np.rint(vector * (127.0 / max(float(np.abs(vector).max()), 1e-9))).astype(np.int8)
    connection.execute(
        "INSERT OR REPLACE INTO codes (row, code) VALUES (?, ?)", (row, signs(vector).tobytes())
    )
    connection.execute("INSERT OR REPLACE INTO vectors (row, vector) VALUES (?, ?)", (row, values.tobytes()))


def signs(vector: Floats) -> NDArray[np.uint64]:
    """The signs of the parts of vectors (…, 384), packed into words (…, 6)."""
    import numpy as np

    return np.packbits(vector > 0, axis=-1).view(np.uint64)


class VectorIndex:
    """The signs of all kept vectors in memory, kept up with what any process adds."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._last = 0
        self._count = 0
        self._blocks: list[NDArray[np.uint64]] = []  # (words, _BLOCK): one word of all rows lies together
        self._rows: list[Rows] = []

    def nearest(self, vector: Floats, *, at_least: float, only: Rows | None = None) -> tuple[Rows, Floats]:
        """Rows with a cosine of ``at_least``, best first, and their cosines; of ``only`` these if given.

        The nearest 500 by sign are looked at: of more good rows, some are not found.
        """
        import numpy as np

        rows, distances = self._distances(vector)
        if only is not None:
            places = _places(rows, only)
            rows, distances = rows[places], distances[places]
        if len(rows) > _CANDIDATES:
            rows = rows[np.argpartition(distances, _CANDIDATES)[:_CANDIDATES]]
        rows, cosines = self._cosines(vector, rows)
        good = np.flatnonzero(cosines >= at_least)
        order = good[np.argsort(-cosines[good], kind="stable")]
        return rows[order], cosines[order]

    def _distances(self, vector: Floats) -> tuple[Rows, NDArray[np.uint16]]:
        import numpy as np

        query = signs(vector)
        with self._lock:
            self._refresh()
            blocks, all_rows, count = list(self._blocks), list(self._rows), self._count
        if count == 0:
            return np.zeros(0, np.int64), np.zeros(0, np.uint16)
        distances = np.empty((len(blocks), _BLOCK), np.uint16)
        for block, out in zip(blocks, distances, strict=True):
            out[:] = np.bitwise_count(block[0] ^ query[0])
            for word in range(1, len(query)):
                out += np.bitwise_count(block[word] ^ query[word])
        return np.concatenate(all_rows)[:count], distances.reshape(-1)[:count]

    def _cosines(self, vector: Floats, rows: Rows) -> tuple[Rows, Floats]:
        import numpy as np

        with self._database.read() as connection:
            found = connection.execute(
                "SELECT row, vector FROM vectors WHERE row IN (SELECT value FROM json_each(?))",
                (json.dumps(rows.tolist()),),
            ).fetchall()
        if not found:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        values = np.frombuffer(b"".join(blob for _, blob in found), np.int8).reshape(len(found), -1)
        kept = values.astype(np.float32)
        cosines = (kept @ vector) / np.linalg.norm(kept, axis=1)
        return np.array([row for row, _ in found], np.int64), cosines.astype(np.float32)

    def _refresh(self) -> None:
        """Take in codes that were added since, by whichever process."""
        import numpy as np

        with self._database.read() as connection:
            cursor = connection.execute(
                "SELECT entry, row, code FROM codes WHERE entry > ? ORDER BY entry", (self._last,)
            )
            while fresh := cursor.fetchmany(_BLOCK - self._count % _BLOCK):
                codes = np.frombuffer(b"".join(code for _, _, code in fresh), np.uint64).reshape(
                    len(fresh), -1
                )
                place = self._count % _BLOCK
                if place == 0:
                    self._blocks.append(np.zeros((codes.shape[1], _BLOCK), np.uint64))
                    self._rows.append(np.zeros(_BLOCK, np.int64))
                self._blocks[-1][:, place : place + len(fresh)] = codes.T
                self._rows[-1][place : place + len(fresh)] = [row for _, row, _ in fresh]
                self._count += len(fresh)
                self._last = int(fresh[-1][0])


def _places(rows: Rows, only: Rows) -> NDArray[np.intp]:
    """Where those of ``only`` that are there stand in ``rows``."""
    import numpy as np

    if np.any(rows[1:] < rows[:-1]):  # only where vectors were made later than their pictures
        return np.flatnonzero(np.isin(rows, only))
    places = np.minimum(np.searchsorted(rows, only), max(len(rows) - 1, 0))
    return places[rows[places] == only] if len(rows) else np.zeros(0, np.intp)


def _unit(vector: Floats) -> Floats:
    import numpy as np

    return (vector / max(float(np.linalg.norm(vector)), 1e-9)).astype(np.float32)
