"""How jobs stand: their rows, together with what only this process knows; and telling who watches."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from studiolo.errors import GalleryError
from studiolo.jobs.events import EventLog
from studiolo.jobs.job import Job, JobError, JobState
from studiolo.jobs.journal import JobJournal
from studiolo.jobs.running import Run

logger = logging.getLogger("studiolo.jobs")

_TOLD_POSITIONS: Final = 100
"""Who waits farther back is not told of each step forward."""

_LATELY: Final = timedelta(minutes=1)
"""So long ago a job of another process may have ended and is still looked at: clocks differ."""


class Board:
    """Where the jobs of this process are looked up and announced. ``runs`` are those being painted, by id."""

    def __init__(self, journal: JobJournal, events: EventLog) -> None:
        self.runs: dict[str, Run] = {}
        self._journal = journal
        self._events = events
        self._told: dict[str, int] = {}
        self._elsewhere: dict[str, tuple[JobState, int]] = {}
        self._announcing = threading.RLock()
        self._changed = threading.Condition()
        self._changes = 0

    @property
    def changes(self) -> int:
        """How often something was announced."""
        return self._changes

    def wait_for_change(self, seen: int, seconds: float) -> None:
        """Wait until more was announced than ``seen``, or so long."""
        with self._changed:
            self._changed.wait_for(lambda: self._changes != seen, seconds)

    def complete(self, jobs: Sequence[Job]) -> list[Job]:
        """Jobs with their place in line and their progress."""
        positions = self._journal.positions() if any(job.state == "queued" for job in jobs) else {}
        return [self._complete(job, positions.get(job.id)) for job in jobs]

    def announce(self, *job_ids: str) -> None:
        """Tell how these jobs are now, and who has come forward in the line."""
        # One at a time, so that nobody tells last what was read first.
        with self._announcing:
            try:
                changed = self._changed_jobs(job_ids)
            except GalleryError as error:
                logger.warning("Changes of jobs could not be told: %s", error)
                changed = []
            for job in changed:
                self._events.publish("job", job, owner=job.owner, job_id=job.id)
        with self._changed:
            self._changes += 1
            self._changed.notify_all()

    def notice_others(self) -> None:
        """Tell of jobs that other processes began, or brought forward, since this was last called."""
        now = self._journal.elsewhere(datetime.now(UTC) - _LATELY)
        changed = [job_id for job_id, how in now.items() if self._elsewhere.get(job_id) != how]
        self._elsewhere = now
        if changed:
            self.announce(*changed)

    def _changed_jobs(self, job_ids: Sequence[str]) -> list[Job]:
        positions = self._journal.positions()
        near = {job_id: place for job_id, place in positions.items() if place <= _TOLD_POSITIONS}
        moved = [job_id for job_id, place in near.items() if self._told.get(job_id) != place]
        self._told = near
        jobs = self._journal.by_ids([*job_ids, *moved])
        return [self._complete(job, positions.get(job.id)) for job in jobs]

    def _complete(self, job: Job, position: int | None) -> Job:
        run = self.runs.get(job.id)
        if job.state == "queued":
            return job.model_copy(update={"position": position})
        if job.state != "running" or run is None:
            return job
        if run.outcome is None or run.outcome[0] == "queued":
            return job.model_copy(update={"progress": run.current})
        state, error = run.outcome  # it has ended, but that is not written down yet
        return job.model_copy(update={"state": state, "error": error and JobError.of(error)})
