# ruff: noqa: S608 - only our own columns and clauses are written into SQL; values are bound
"""Jobs in the gallery's catalog: on disk before anyone is told, and whole whenever a process is killed.

A queue is one process's; its jobs are run by it alone. When it is gone, whoever comes takes them up: what
the dead one was painting waits again, and goes on at the first picture that is missing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from studiolo.errors import StudioloError
from studiolo.gallery import Gallery
from studiolo.gallery.describing import source_key
from studiolo.gallery.picture import to_microseconds
from studiolo.jobs.job import ENDED, Job, JobError, JobState
from studiolo.jobs.line import Waiting, in_order
from studiolo.jobs.recording import log
from studiolo.jobs.rows import SELECTED, jobs_of
from studiolo.requests import ImageRequest

KEPT_FOR: Final = timedelta(days=7)
KEPT: Final = 1000
_ENDED: Final = json.dumps(ENDED)
_ONE_OF: Final = "IN (SELECT value FROM json_each(?))"


class JobJournal:
    """The jobs of a gallery, for the queue of that id. Safe for threads and for several processes."""

    def __init__(self, gallery: Gallery, queue: str) -> None:
        self._gallery = gallery
        self._database = gallery.catalog.database
        self.queue = queue

    def add(
        self,
        job: Job,
        request: ImageRequest,
        *,
        made: Mapping[int, str],
        present: Callable[[sqlite3.Connection], None],
        room: Callable[[int], None],
    ) -> None:
        """Keep a job that waits, and the pictures it will begin from.

        Args:
            job: as it is asked for.
            request: with its pictures.
            made: ids of those of its pictures that are there already, by their place.
            present: enters the queue among those that are alive.
            room: told how many wait already; raises if that is too many.

        Raises:
            DiskFullError, GalleryReadOnlyError, GalleryError: nothing was kept.
        """
        images = request.source_images()
        files = {key: image.png for name, image in images.items() if (key := source_key(name))}
        values = (
            job.id, to_microseconds(job.created), job.owner, job.engine, job.device, job.state, job.priority,
            json.dumps(dict(job.request), ensure_ascii=False), job.translate, job.original_prompt,
            json.dumps(job.notes, ensure_ascii=False), self.queue,
        )  # fmt: skip
        with self._gallery.journal.owning(self._gallery.blobs, files) as connection:
            query = "SELECT count(*) FROM jobs WHERE state = 'queued' AND queue = ?"
            room(connection.execute(query, (self.queue,)).fetchone()[0])
            present(connection)
            connection.execute(
                "INSERT INTO jobs (id, created, owner, engine, device, state, priority, request, translate,"
                " original_prompt, notes, queue) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                values,
            )
            if job.max_cost is not None:
                query = "INSERT INTO job_limits (job_id, max_cost) VALUES (?, ?)"
                connection.execute(query, (job.id, job.max_cost))
            connection.executemany(
                "INSERT INTO job_pictures (job_id, number, picture_id) VALUES (?, ?, ?)",
                [(job.id, number, picture_id) for number, picture_id in sorted(made.items())],
            )
            connection.executemany(
                "INSERT INTO job_sources (source_key, job_id) VALUES (?, ?)", [(key, job.id) for key in files]
            )
            log(connection, job.id, "Asked for.")

    def get(self, job_id: str) -> Job | None:
        """The job of that whole id."""
        found = self.by_ids([job_id])
        return found[0] if found else None

    def by_ids(self, job_ids: Sequence[str]) -> list[Job]:
        """These jobs, oldest first; unknown ids are left out."""
        return self._select(f"id {_ONE_OF} ORDER BY id", json.dumps(list(job_ids)))

    def page(
        self, *, owner: str | None, states: Sequence[JobState] | None, limit: int, before: str | None
    ) -> list[Job]:
        """Up to ``limit`` jobs older than the id ``before``, newest first."""
        clauses, values = ["1"], list[object]()
        for clause, value in (
            ("owner = ?", owner),
            (f"state {_ONE_OF}", None if states is None else json.dumps(list(states))),
            ("id < ?", before),
        ):
            if value is not None:
                clauses.append(clause)
                values.append(value)
        return self._select(f"{' AND '.join(clauses)} ORDER BY id DESC LIMIT ?", *values, limit)

    def positions(self) -> dict[str, int]:
        """The place in line of every job that waits, 1 for the next on its device."""
        with self._database.read() as connection:
            query = "SELECT DISTINCT queue, device FROM jobs WHERE state = 'queued'"
            lines = connection.execute(query).fetchall()
            return {
                job_id: place
                for queue, device in lines
                for place, job_id in enumerate(_line(connection, queue, device), start=1)
            }

    def claim(self, device: str) -> Job | None:
        """The next job on ``device``, which now runs; None if none waits."""
        now = to_microseconds(datetime.now(UTC))
        with self._database.read() as connection:
            if not _line(connection, self.queue, device):
                return None  # without taking the write lock, which idle workers would fight for
        with self._database.write() as connection:
            line = _line(connection, self.queue, device)
            if not line:
                return None
            connection.execute(
                "UPDATE jobs SET state = 'running', started = ?, attempts = attempts + 1 WHERE id = ?",
                (now, line[0]),
            )
            log(connection, line[0], f"Begun on {device}.")
            rows = connection.execute(f"SELECT {SELECTED} FROM jobs WHERE id = ?", (line[0],))
            return jobs_of(connection, rows)[0]

    def finished_numbers(self, job_id: str) -> dict[int, str]:
        """The pictures of a job that were ever kept: their ids by their place, from 0."""
        with self._database.read() as connection:
            query = "SELECT number, picture_id FROM job_pictures WHERE job_id = ?"
            return dict(connection.execute(query, (job_id,)).fetchall())

    def end(self, job_id: str, state: JobState, error: StudioloError | None = None) -> bool:
        """Write down how a running job ended; False if it is not this queue's any more."""
        said = None if error is None else JobError.of(error).model_dump_json()
        with self._database.write() as connection:
            changed = connection.execute(
                "UPDATE jobs SET state = ?, finished = ?, error = ? "
                "WHERE id = ? AND queue = ? AND state = 'running'",
                (state, to_microseconds(datetime.now(UTC)), said, job_id, self.queue),
            ).rowcount
            if changed:
                log(connection, job_id, f"Failed: {error.message}" if error else f"{state.capitalize()}.")
        return bool(changed)

    def cancel(self, job_id: str) -> None:
        """End a job that waits; ask whoever runs it to stop; leave one that ended as it is."""
        now = to_microseconds(datetime.now(UTC))
        with self._database.write() as connection:
            changed = connection.execute(
                "UPDATE jobs SET state = 'cancelled', finished = ? WHERE id = ? AND state = 'queued'",
                (now, job_id),
            ).rowcount
            if changed:
                log(connection, job_id, "Cancelled.")
                return
            query = "UPDATE jobs SET cancelled = 1 WHERE id = ? AND state = 'running' AND NOT cancelled"
            if connection.execute(query, (job_id,)).rowcount:
                log(connection, job_id, "Asked to stop.")

    def set_priority(self, job_id: str, priority: int) -> None:
        """Let a job that waits come sooner or later."""
        with self._database.write() as connection:
            query = "UPDATE jobs SET priority = ? WHERE id = ? AND state = 'queued' AND priority != ?"
            if connection.execute(query, (priority, job_id, priority)).rowcount:
                log(connection, job_id, f"Priority {priority}.")

    def put_back(self, job_id: str) -> None:
        """Let a job that runs wait again: it is nobody's fault that it was not finished."""
        with self._database.write() as connection:
            changed = connection.execute(
                "UPDATE jobs SET state = 'queued', attempts = 0 "
                "WHERE id = ? AND queue = ? AND state = 'running'",
                (job_id, self.queue),
            ).rowcount
            if changed:
                log(connection, job_id, "Put back: the studio was closed.")

    def add_to_log(self, job_id: str, message: str) -> None:
        """Add to what happened to a job."""
        with self._database.write() as connection:
            log(connection, job_id, message)

    def cancelled(self, job_ids: Sequence[str]) -> list[str]:
        """Those of these jobs whose end was asked for, or that are not this queue's any more."""
        query = (
            f"SELECT id FROM jobs WHERE id {_ONE_OF} AND queue = ? AND state = 'running' AND NOT cancelled"
        )
        with self._database.read() as connection:
            values = (json.dumps(list(job_ids)), self.queue)
            wanted = {job_id for (job_id,) in connection.execute(query, values)}
        return [job_id for job_id in job_ids if job_id not in wanted]

    def elsewhere(self, ended_since: datetime) -> dict[str, tuple[JobState, int]]:
        """Jobs of other queues, unfinished or ended since: the state of each, and how many pictures."""
        query = """
            SELECT id, state, (SELECT count(*) FROM job_pictures p WHERE p.job_id = j.id) FROM jobs j
            WHERE queue IS NOT ? AND (state IN ('queued', 'running') OR finished >= ?)
        """
        with self._database.read() as connection:
            found = connection.execute(query, (self.queue, to_microseconds(ended_since)))
            return {job_id: (state, pictures) for job_id, state, pictures in found}

    def load(self) -> dict[str, dict[JobState, int]]:
        """How many unfinished jobs of this queue each device has, by state."""
        query = """
            SELECT device, state, count(*) FROM jobs
            WHERE queue = ? AND state IN ('queued', 'running') GROUP BY device, state
        """
        counts: dict[str, dict[JobState, int]] = {}
        with self._database.read() as connection:
            for device, state, count in connection.execute(query, (self.queue,)):
                counts.setdefault(device, {})[state] = count
        return counts

    def seconds_per_job(self, device: str) -> float | None:
        """How long the last twenty jobs on ``device`` took; None if there was none."""
        query = """
            SELECT avg(finished - started) / 1e6 FROM (
              SELECT finished, started FROM jobs WHERE device = ? AND state = 'done' ORDER BY id DESC LIMIT 20
            )
        """
        with self._database.read() as connection:
            return connection.execute(query, (device,)).fetchone()[0]

    def prune(self) -> int:
        """Forget jobs that ended long ago, and the pictures that only they would have begun from."""
        before = to_microseconds(datetime.now(UTC) - KEPT_FOR)
        old = f"""
            SELECT id FROM jobs WHERE state {_ONE_OF} AND (finished < ? OR id NOT IN (
              SELECT id FROM jobs WHERE state {_ONE_OF} ORDER BY id DESC LIMIT ?))
        """
        values = (_ENDED, before, _ENDED, KEPT)
        with self._database.read() as connection:
            ids = json.dumps([job_id for (job_id,) in connection.execute(old, values)])
        if ids == "[]":
            return 0
        with self._gallery.journal.disowning(self._gallery.blobs) as (connection, keys):
            query = f"SELECT DISTINCT source_key FROM job_sources WHERE job_id {_ONE_OF}"
            keys += [key for (key,) in connection.execute(query, (ids,))]
            return connection.execute(f"DELETE FROM jobs WHERE id {_ONE_OF}", (ids,)).rowcount

    def _select(self, where: str, *values: object) -> list[Job]:
        with self._database.read() as connection:
            rows = connection.execute(f"SELECT {SELECTED} FROM jobs WHERE {where}", values).fetchall()
            return jobs_of(connection, rows)


def _line(connection: sqlite3.Connection, queue: str | None, device: str) -> list[str]:
    """The ids of those who wait for a device, the next one first."""
    query = "SELECT id, owner, priority FROM jobs WHERE queue IS ? AND device = ? AND state = 'queued'"
    waiting = [
        Waiting(job_id=job_id, owner=owner, priority=priority)
        for job_id, owner, priority in connection.execute(query, (queue, device))
    ]
    served: dict[str, int] = {}
    if len({one.owner for one in waiting}) > 1:
        query = "SELECT owner, max(started) FROM jobs WHERE device = ? AND started IS NOT NULL GROUP BY owner"
        served = dict(connection.execute(query, (device,)).fetchall())
    return in_order(waiting, served)
