"""One job while it is being painted: what its runner tells, and how it is stopped."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final, Literal

from studiolo.errors import Cancelled, Closing, StudioloError
from studiolo.gallery import Gallery
from studiolo.jobs.events import EventLog, GalleryChange, PictureFinished
from studiolo.jobs.job import Job, JobProgress, JobState
from studiolo.jobs.journal import JobJournal
from studiolo.jobs.observing import JobObserver
from studiolo.jobs.pace import Pace
from studiolo.jobs.previews import Previews
from studiolo.jobs.runner import Preview, Report

logger = logging.getLogger("studiolo.jobs")

Stop = Literal["cancelled", "closed"]

_TOLD_EVERY_S: Final = 0.1
"""Progress is told ten times a second at most; who asks gets the newest."""


class Run(Report):
    """A job being painted. Its runner reports in one thread; any other may stop it or look at it."""

    def __init__(
        self,
        job: Job,
        *,
        gallery: Gallery,
        journal: JobJournal,
        events: EventLog,
        previews: Previews,
        pace: Pace,
        observers: Callable[[], tuple[JobObserver, ...]],
    ) -> None:
        self.job = job
        self.began = time.monotonic()
        self.reason: Stop | None = None
        self.current: JobProgress | None = None
        self.outcome: tuple[JobState, StudioloError | None] | None = None
        self._gallery = gallery
        self._journal = journal
        self._events = events
        self._previews = previews
        self._pace = pace
        self._observers = observers
        self._stop = threading.Event()
        self._told = float("-inf")
        self._previewable = True
        self._kept = len(job.pictures)
        self._shares: dict[int, float] = {}

    @property
    def stopped(self) -> bool:
        """Whether somebody stopped it."""
        return self._stop.is_set()

    def stop(self, reason: Stop) -> None:
        """End it within a step; the first reason counts."""
        self.reason = self.reason or reason
        self._stop.set()

    def progress(
        self, *, index: int, step: int, total: int, stage: str, preview: Preview | None = None
    ) -> None:
        """Say how far it is; the runner's only way to learn that it is to end."""
        if self.stopped:
            raise Closing if self.reason == "closed" else Cancelled
        seconds = self._pace.step(index, step) if step > 0 else None  # 0: loading, translating
        if seconds is not None:
            for observer in self._observers():
                observer.step(self.job.engine, seconds)
        previewed = preview is not None and self._preview(index, step, preview)
        last, count = self.current, self.job.count
        self._shares[index] = min(1.0, step / max(1, total))
        painted = min(count, self._kept + sum(self._shares.values()))
        self.current = JobProgress(
            index=index,
            step=step,
            total=total,
            stage=stage,
            fraction=round(painted / count, 4),
            seconds_left=self._pace.seconds_left(round((count - painted) * total)),
            preview_step=self._previews.step_of(self.job.id, index),
        )
        changed = last is None or (last.index, last.stage) != (index, stage)
        if changed or previewed or step == total or time.monotonic() - self._told >= _TOLD_EVERY_S:
            self._told = time.monotonic()
            self._publish("progress", self.current)

    def picture(self, index: int, picture_id: str) -> None:
        """Say that a picture is kept."""
        self._kept += 1
        self._shares.pop(index, None)
        picture = self._gallery.catalog.get(picture_id)
        if picture is None:
            return  # somebody was quick to remove it for good
        for observer in self._observers():
            observer.picture(self.job.engine, picture.cost)
        self._publish("picture", PictureFinished(index=index, picture=picture))
        self._events.publish("gallery", GalleryChange(change="added", ids=(picture_id,)))

    def log(self, message: str) -> None:
        """Add to the job's log."""
        self._journal.add_to_log(self.job.id, message)

    def _publish(self, kind: Literal["progress", "picture"], data: object) -> None:
        self._events.publish(kind, data, owner=self.job.owner, job_id=self.job.id)

    def _preview(self, index: int, step: int, make: Preview) -> bool:
        if not self._previewable:
            return False
        watched = self._events.watched(self.job.owner)
        try:
            return self._previews.offer(self.job.id, index, step, make, watched=watched)
        except Exception:
            # An engine that cannot show its picture halfway may well be able to finish it.
            logger.exception("Job %s has no previews: engine '%s' failed.", self.job.id, self.job.engine)
            self._previewable = False
            return False
