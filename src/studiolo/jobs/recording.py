"""What is written of a job in somebody else's transaction: a picture that it made, a line of its log."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from typing import Final

from studiolo.errors import Cancelled
from studiolo.gallery import Picture
from studiolo.gallery.picture import to_microseconds

_LOG_ENTRIES: Final = 500


def record_picture(
    connection: sqlite3.Connection, picture: Picture, *, job_id: str, queue: str, number: int
) -> None:
    """Write that a job made a picture, in the transaction that keeps it.

    Raises:
        Cancelled: the job is not that queue's any more; whoever has it now makes the picture.
    """
    query = "SELECT notes FROM jobs WHERE id = ? AND queue = ? AND state = 'running'"
    found = connection.execute(query, (job_id, queue)).fetchone()
    if found is None:
        raise Cancelled(f"The job {job_id} was taken over.")
    connection.execute(
        "INSERT INTO job_pictures (job_id, number, picture_id) VALUES (?, ?, ?)", (job_id, number, picture.id)
    )
    notes = dict.fromkeys([*json.loads(found[0]), *picture.notes])
    query = "UPDATE jobs SET notes = ?, attempts = 0 WHERE id = ?"
    connection.execute(query, (json.dumps(list(notes), ensure_ascii=False), job_id))
    log(connection, job_id, f"Picture {number + 1} is in the gallery.")


def log(connection: sqlite3.Connection, job_id: str, message: str) -> None:
    """Add to what happened to a job; a job that never ends does not fill the disk with it."""
    connection.execute(
        "UPDATE jobs SET log = json_insert(log, '$[#]', json_array(?, ?)) "
        "WHERE id = ? AND json_array_length(log) < ?",
        (to_microseconds(datetime.now(UTC)), message, job_id, _LOG_ENTRIES),
    )
