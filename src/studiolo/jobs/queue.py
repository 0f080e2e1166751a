"""The queue's front door: ask for paintings, look at them, end them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final

from studiolo.errors import GalleryError, InvalidRequestError, NotFoundError, QueueFullError
from studiolo.gallery import Gallery
from studiolo.gallery.ids import is_id, new_id
from studiolo.jobs.dispatch import Dispatcher
from studiolo.jobs.events import EventLog
from studiolo.jobs.execution import notes_of_all
from studiolo.jobs.job import Job, JobState
from studiolo.jobs.observing import JobObserver, Load
from studiolo.jobs.runner import Runner
from studiolo.requests import ImageRequest, check_words

MAX_PRIORITY: Final = 1000
MAX_PAGE: Final = 500

_UNMEASURED_S: Final = 10.0
"""When to come again, where no job has ended yet from which that could be told."""

_Jobs = tuple[Job, ...]


class JobQueue:
    """Paintings that wait for their turn. Safe for several threads, and for several processes on one gallery.

    Each device does as many jobs at once as its engines declare (``capabilities.parallel``). Higher
    priorities go first; within one, owners take turns, each owner's jobs in the order they were asked for.
    Jobs are in the gallery's catalog: what a killed process left waiting or half done is taken up by the next
    that opens a queue there, and goes on at the first picture that is missing.

    Args:
        gallery: keeps jobs and pictures.
        runner: paints.
        size: how many jobs may wait at once.
        hide: takes keys out of a text before it is logged.
    """

    def __init__(
        self, gallery: Gallery, runner: Runner, *, size: int = 100, hide: Callable[[str], str] = str
    ) -> None:
        self.events = EventLog()
        self.size = size
        self._gallery = gallery
        self._runner = runner
        self._dispatcher = Dispatcher(gallery, runner, self.events, hide=hide)
        self._journal = self._dispatcher.journal
        self._board = self._dispatcher.board
        self._last_created = datetime.min.replace(tzinfo=UTC)
        self._lock = threading.Lock()

    def start(self) -> None:
        """Take up what was left behind, and begin to work; the first :meth:`submit` does so too.

        In a gallery that cannot be written nothing happens.
        """
        self._dispatcher.start()

    def close(self) -> None:
        """End the work: what runs waits again, finished pictures are kept; harmless when repeated."""
        self._dispatcher.close()

    @property
    def alive(self) -> bool:
        """Whether it works: it was started, and all its threads are there."""
        return self._dispatcher.alive

    def submit(
        self,
        request: ImageRequest,
        *,
        engine: str | None,
        translate: bool = True,
        original_prompt: str = "",
        owner: str = "",
        priority: int = 0,
        max_cost: float | None = None,
        notes: tuple[str, ...] = (),
        made: Mapping[int, str] = MappingProxyType({}),
    ) -> Job:
        """Let a request wait for its turn; it is on disk when this returns.

        Args:
            request: checked now, and completed: its seed is fixed.
            engine: ``"pocket"``, ``"name:model"``, …; the settings', or one that can, if it is None.
            translate: as for :meth:`~studiolo.studio.Studio.generate_each`.
            original_prompt: what was typed, where the prompt was translated or improved from it.
            owner: who asks; empty for this machine's own user.
            priority: from -1000 to 1000; higher ones go first.
            max_cost: what all of it may cost, in US dollars; if None, the settings' limit.
            notes: sentences for the user, told of each picture.
            made: ids of those of its pictures that are there already, by their place from 0.

        Raises:
            InputError: the request cannot be done as asked, or may cost too much.
            QueueFullError: too many wait; says when to come again.
            DiskFullError, GalleryReadOnlyError, GalleryError: it could not be kept.
        """
        _check_priority(priority)
        original_prompt = check_words(original_prompt, "original prompt")
        named = None if engine is None else engine.strip()
        accepted = self._runner.prepare(request, engine=named, max_cost=max_cost)
        engine, request = accepted.engine, accepted.request
        place = self._runner.place(engine)
        created = self._now()
        job = Job(
            id=new_id(created),
            created=created,
            owner=owner,
            engine=engine,
            device=place.device,
            state="queued",
            priority=priority,
            request=request.model_dump(mode="json"),
            translate=translate,
            original_prompt=original_prompt,
            max_cost=accepted.max_cost,
            notes=tuple(dict.fromkeys((*notes, *accepted.notes))),
        )
        if self._dispatcher.closed:
            raise GalleryError("The studio is closed.", hint="Open it again: Studio.open()")
        self.start()
        enter = self._dispatcher.presence.enter
        self._journal.add(job, request, made=made, present=enter, room=self._check_room)
        self._board.announce(job.id)
        self._dispatcher.ring(place)
        return self.get(job.id)

    def get(self, job_id: str, *, owner: str | None = None) -> Job:
        """The job of that id; with an ``owner``, only if it is that one's.

        Raises:
            NotFoundError: there is none.
        """
        job = self._journal.get(job_id) if is_id(job_id) else None
        if job is None or owner not in {None, job.owner}:
            raise NotFoundError(
                f"There is no job '{job_id[:40]}'.", hint="Jobs that ended are forgotten after a week."
            )
        return self._board.complete([job])[0]

    def list(
        self,
        *,
        owner: str | None = None,
        states: Sequence[JobState] | None = None,
        limit: int = 50,
        before: str | None = None,
    ) -> tuple[_Jobs, str | None]:
        """Jobs, newest first, and the cursor of those that follow (``before``), None at the end.

        Raises:
            InvalidRequestError: ``before`` is no job's id.
        """
        if before is not None and not is_id(before):
            raise InvalidRequestError(
                f"'{before[:40]}' is no place in the list of jobs.", hint="Give the last page's 'next'."
            )
        limit = max(1, min(limit, MAX_PAGE))
        found = self._journal.page(owner=owner, states=states, limit=limit + 1, before=before)
        shown = tuple(self._board.complete(found[:limit]))
        return shown, shown[-1].id if len(found) > limit else None

    def cancel(self, job_id: str, *, owner: str | None = None) -> Job:
        """End one job: at once if it waits, within a step if it runs; what is finished is kept.

        A job that has ended stays as it is.

        Raises:
            NotFoundError: there is none.
        """
        if not self.get(job_id, owner=owner).ended:
            self._journal.cancel(job_id)
            run = self._board.runs.get(job_id)
            if run is not None:
                run.stop("cancelled")
            self._board.announce(job_id)
        return self.get(job_id)

    def set_priority(self, job_id: str, priority: int, *, owner: str | None = None) -> Job:
        """Let a job that waits come sooner (higher) or later; one that runs or has ended stays as it is.

        Raises:
            NotFoundError: there is none.
            InvalidRequestError: the priority is out of range.
        """
        _check_priority(priority)
        if self.get(job_id, owner=owner).state == "queued":
            self._journal.set_priority(job_id, priority)
            self._board.announce(job_id)
        return self.get(job_id)

    def again(self, job_id: str, *, owner: str | None = None, max_cost: float | None = None) -> Job:
        """Ask again for what a failed or cancelled job did not make; for all of any other, seeds included.

        ``max_cost`` is what that may cost, in US dollars; if None, what the job might.

        Raises:
            NotFoundError, InputError, QueueFullError, GalleryError: as :meth:`get` and :meth:`submit`.
        """
        job = self.get(job_id, owner=owner)
        request = ImageRequest.parse(job.request, find_image=self._gallery.source_image)
        made = self._journal.finished_numbers(job_id)
        missing = [number for number in range(job.count) if number not in made]
        between: dict[int, str] = {}
        if job.state in ("failed", "cancelled") and missing:
            first, last = missing[0], missing[-1]
            # Engines that paint several at once finish them in any order: what lies between is there.
            between = {number - first: made[number] for number in range(first, last) if number in made}
            rest = {"seed": (request.seed or 0) + first, "count": last - first + 1}
            request = request.model_copy(update=rest)
        return self.submit(
            request,
            made=between,
            engine=job.engine,
            translate=job.translate,
            original_prompt=job.original_prompt,
            owner=job.owner,
            priority=job.priority,
            max_cost=job.max_cost if max_cost is None else max_cost,
            notes=notes_of_all(self._gallery, job),
        )

    def wait(self, job_id: str, timeout_s: float | None = None) -> Job:
        """The job when it has ended, or as it is when the time is over.

        Raises:
            NotFoundError: there is none.
        """
        deadline = float("inf") if timeout_s is None else time.monotonic() + timeout_s
        while True:
            seen = self._board.changes
            job = self.get(job_id)
            left = deadline - time.monotonic()
            if job.ended or left <= 0:
                return job
            self._board.wait_for_change(seen, min(left, 1.0))  # what others run is looked at every second

    def preview(self, job_id: str, index: int) -> tuple[int, bytes] | None:
        """After which step, and how, the picture of that place looked: a WebP of at most 512 px a side.

        In memory only, while the job runs in this process; a few a second, and only while somebody looks.
        """
        return self._dispatcher.previews.get(job_id, index)

    def observe(self, observer: JobObserver) -> None:
        """Have somebody count."""
        with self._lock:
            self._dispatcher.observers = (*self._dispatcher.observers, observer)

    def load(self) -> dict[str, Load]:
        """What waits and runs in this queue, by device."""
        found = {device: Load() for device in self._dispatcher.devices}
        for device, counts in self._journal.load().items():
            found[device] = Load(waiting=counts.get("queued", 0), running=counts.get("running", 0))
        return found

    def _check_room(self, waiting: int) -> None:
        if waiting >= self.size:
            seconds = self._seconds_to_next()
            raise QueueFullError(
                f"The queue is full: no more than {self.size:,} job{'s' * (self.size > 1)} may wait.",
                hint=f"Ask again in {seconds:.0f} seconds, or cancel some.",
                retry_after_s=seconds,
            )

    def _seconds_to_next(self) -> float:
        """When the next job will begin, and leave a place in the line, as far as was measured."""
        known: list[float] = []
        for run in tuple(self._board.runs.values()):
            progress = run.current
            if progress is not None and progress.seconds_left is not None:
                known.append(progress.seconds_left)
                continue
            usual = self._journal.seconds_per_job(run.job.device)
            if usual is not None:
                known.append(usual - (time.monotonic() - run.began))
        return max(1.0, round(min(known), 1)) if known else _UNMEASURED_S

    def _now(self) -> datetime:
        """The time, but never the same twice: ids sort by it, and so do those who wait."""
        with self._lock:
            step = timedelta(milliseconds=1)
            self._last_created = max(datetime.now(UTC), self._last_created + step)
            return self._last_created


def _check_priority(priority: int) -> None:
    if not -MAX_PRIORITY <= priority <= MAX_PRIORITY:
        raise InvalidRequestError(
            f"A priority is a number from {-MAX_PRIORITY} to {MAX_PRIORITY}.", hint="0 is what others have."
        )
