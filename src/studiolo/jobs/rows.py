"""From a row of the table ``jobs`` to a Job."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from studiolo.gallery.picture import parse_time
from studiolo.jobs.job import Job, JobError, LogEntry

_COLUMNS: Final = (
    "id", "created", "owner", "engine", "device", "state", "priority", "request", "translate",
    "original_prompt", "started", "finished", "error", "notes", "log",
)  # fmt: skip
_LIMIT: Final = "(SELECT l.max_cost FROM job_limits l WHERE l.job_id = jobs.id)"
SELECTED: Final = ", ".join((*_COLUMNS, _LIMIT))


def jobs_of(connection: sqlite3.Connection, rows: Iterable[Sequence[Any]]) -> list[Job]:
    """The jobs of rows of ``SELECTED`` from ``jobs``, with the ids of their pictures."""
    found: list[dict[str, Any]] = [dict(zip((*_COLUMNS, "max_cost"), row, strict=True)) for row in rows]
    query = """
        SELECT job_id, picture_id FROM job_pictures
        WHERE job_id IN (SELECT value FROM json_each(?)) ORDER BY job_id, number
    """
    pictures: dict[str, list[str]] = {values["id"]: [] for values in found}
    for job_id, picture_id in connection.execute(query, (json.dumps(list(pictures)),)):
        pictures[job_id].append(picture_id)
    return [_job(values, pictures[values["id"]]) for values in found]


def _job(values: dict[str, Any], pictures: Sequence[str]) -> Job:
    for column in ("created", "started", "finished"):
        values[column] = _time(values[column])
    values["request"] = json.loads(values["request"])
    values["translate"] = bool(values["translate"])
    values["notes"] = tuple(json.loads(values["notes"]))
    values["error"] = JobError.model_validate_json(values["error"]) if values["error"] else None
    log = json.loads(values["log"])
    values["log"] = tuple(LogEntry.model_construct(at=parse_time(at), message=said) for at, said in log)
    # It was validated when it was written; lists of jobs are asked for often.
    return Job.model_construct(**values, pictures=tuple(pictures))


def _time(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else parse_time(microseconds)
