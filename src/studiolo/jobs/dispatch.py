"""What sets jobs going: workers, and a look around every few seconds."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from studiolo.engines.parallel import PATIENCE_S
from studiolo.errors import GalleryError, StudioloError
from studiolo.gallery import Gallery
from studiolo.jobs.board import Board
from studiolo.jobs.events import EventLog
from studiolo.jobs.execution import Execution
from studiolo.jobs.job import Job
from studiolo.jobs.journal import JobJournal
from studiolo.jobs.observing import JobObserver
from studiolo.jobs.pace import Pace, Paces
from studiolo.jobs.presence import BEAT_S, Presence
from studiolo.jobs.previews import Previews
from studiolo.jobs.runner import Place, Runner
from studiolo.jobs.running import Run
from studiolo.jobs.workers import Ticker, Workers

logger = logging.getLogger("studiolo.jobs")

_CLOSING_S: Final = PATIENCE_S + 10.0
"""How long an engine may take to notice that the studio closes, and to let come what is being paid for."""

_PRUNED_EVERY_S: Final = 600.0


class Dispatcher:
    """Has the jobs of one queue painted by ``runner``; ``hide`` takes keys out of what is logged."""

    def __init__(
        self, gallery: Gallery, runner: Runner, events: EventLog, *, hide: Callable[[str], str]
    ) -> None:
        self.presence = Presence(gallery.catalog.database, self._device_of)
        self.journal = JobJournal(gallery, self.presence.queue)
        self.board = Board(self.journal, events)
        self.previews = Previews()
        self.observers: tuple[JobObserver, ...] = ()
        self._gallery = gallery
        self._runner = runner
        self._events = events
        self._paces = Paces()
        self._closing = threading.Event()
        self._execution = Execution(
            gallery,
            self.journal,
            runner,
            hide=hide,
            observers=lambda: self.observers,
            announce=self.board.announce,
            closing=self._closing,
        )
        self._workers = Workers(self.journal.claim, self._run)
        self._ticker: Ticker | None = None
        self._pruned = float("-inf")
        self._lifecycle = threading.Lock()

    @property
    def closed(self) -> bool:
        """Whether nothing more is begun."""
        return self._closing.is_set()

    @property
    def alive(self) -> bool:
        """Whether it was started and all its threads are there."""
        ticker = self._ticker
        return ticker is not None and ticker.alive and self._workers.alive

    @property
    def devices(self) -> tuple[str, ...]:
        """Those that jobs were begun on."""
        return self._workers.devices

    def start(self) -> None:
        """Take up what was left behind, and begin; once, and not in a gallery that is read-only."""
        with self._lifecycle:
            if self._ticker is not None or self.closed or self._gallery.read_only:
                return
            try:
                self._look_around()
            except GalleryError as error:
                logger.warning("The queue could not be looked after: %s", error)
            self._ticker = Ticker(BEAT_S, self._look_around)
            self._ticker.start()

    def close(self) -> None:
        """Stop what runs and let go of all jobs, so that they wait for who comes next."""
        with self._lifecycle:
            ticker, self._ticker = self._ticker, None
            self._closing.set()
        if ticker is None:
            return
        self._workers.stop()
        for run in tuple(self.board.runs.values()):
            run.stop("closed")
        ticker.stop()
        if not self._workers.join(_CLOSING_S):
            logger.warning("An engine does not stop; its jobs are painted again when the studio opens.")
        try:
            self.presence.leave()
        except GalleryError as error:  # as after a crash: the next one finds them
            logger.warning("The queue could not be closed in order: %s", error)

    def ring(self, place: Place) -> None:
        """There is work for that place."""
        self._workers.ensure(place.device, place.parallel)

    def _run(self, job: Job) -> None:
        kind = (job.engine, _pixels(job))
        run = Run(
            job,
            gallery=self._gallery,
            journal=self.journal,
            events=self._events,
            previews=self.previews,
            pace=Pace(self._paces, kind),
            observers=lambda: self.observers,
        )
        self.previews.open(job.id, kind)
        self.board.runs[job.id] = run
        try:
            if self.closed:
                run.stop("closed")
            self._stop_if_cancelled_already(job.id)
            self.board.announce(job.id)
            self._execution.execute(run)
        finally:
            del self.board.runs[job.id]
            self.previews.close(job.id)
        self.board.announce(job.id)

    def _look_around(self) -> None:
        """See who is alive, take up what the dead left, and what other processes want of our jobs."""
        self.presence.beat()
        taken_up = self.presence.take_up()
        self._stop_cancelled(*tuple(self.board.runs))
        if taken_up:
            self.board.announce(*taken_up)
            for engine in {job.engine for job in self.journal.by_ids(taken_up)}:
                self.ring(self._runner.place(engine))
        self.board.notice_others()
        if time.monotonic() - self._pruned > _PRUNED_EVERY_S:
            self._pruned = time.monotonic()
            self.journal.prune()

    def _stop_if_cancelled_already(self, job_id: str) -> None:
        """Hear what was asked since the job was claimed; if that cannot be read now, it is asked every beat.

        A job that is claimed is painted whatever the catalog says: nobody else would.
        """
        try:
            self._stop_cancelled(job_id)
        except GalleryError as error:
            logger.warning("Whether job %s was cancelled is not known yet: %s", job_id, error)

    def _stop_cancelled(self, *job_ids: str) -> None:
        for job_id in self.journal.cancelled(job_ids):
            run = self.board.runs.get(job_id)
            if run is not None and run.outcome is None:
                run.stop("cancelled")

    def _device_of(self, engine: str) -> str | None:
        try:
            return self._runner.place(engine).device
        except StudioloError:  # not here, or broken: its jobs wait for who has it
            return None


def _pixels(job: Job) -> int:
    width, height = job.request.get("width"), job.request.get("height")
    return width * height if isinstance(width, int) and isinstance(height, int) else 0
