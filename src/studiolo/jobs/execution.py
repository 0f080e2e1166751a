"""From a claimed job to its end: whatever an engine does, the job ends, and what was finished is kept."""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections.abc import Callable
from typing import Final

from studiolo.errors import Cancelled, EngineError, GalleryError, StudioloError, kind_of
from studiolo.gallery import Gallery
from studiolo.jobs.job import Job, JobState
from studiolo.jobs.journal import JobJournal
from studiolo.jobs.observing import JobObserver
from studiolo.jobs.runner import Runner, Task
from studiolo.jobs.running import Run
from studiolo.requests import ImageRequest

logger = logging.getLogger("studiolo.jobs")

_AGAIN_S: Final = 2.0
"""Where an end cannot be written down, because the disk is full, it is tried again after this."""

Outcome = tuple[JobState, StudioloError | None]


class Execution:
    """Runs jobs to their end.

    Args:
        gallery: where their pictures go.
        journal: where their end is written down.
        runner: who paints them.
        hide: takes keys out of what an engine said when it failed.
        observers: who counts.
        announce: tells the world that a job has changed.
        closing: set when the studio closes.
    """

    def __init__(
        self,
        gallery: Gallery,
        journal: JobJournal,
        runner: Runner,
        *,
        hide: Callable[[str], str],
        observers: Callable[[], tuple[JobObserver, ...]],
        announce: Callable[[str], None],
        closing: threading.Event,
    ) -> None:
        self._gallery = gallery
        self._journal = journal
        self._runner = runner
        self._hide = hide
        self._observers = observers
        self._announce = announce
        self._closing = closing

    def execute(self, run: Run) -> None:
        """Paint what is missing of a job, and write down how it ended."""
        job = run.job
        logger.info("Job %s begins on %s with engine '%s'.", job.id, job.device, job.engine)
        state, error = self._paint(run)
        if error is not None:  # a service may quote the key that it refuses
            error.message, error.hint = self._hide(error.message), self._hide(error.hint)
        run.outcome = (state, error)
        seconds = time.monotonic() - run.began
        said = error.message if error is not None else f"after {seconds:.1f} s"
        logger.info("Job %s is %s: %s", job.id, state, said)
        if self._write_down(run, state, error) and state != "queued":
            name = None if error is None else kind_of(error)
            for observer in self._observers():
                observer.ended(job.engine, state, seconds, name)

    def _paint(self, run: Run) -> Outcome:
        engine = run.job.engine
        try:
            self._runner.run(self._task(run.job), run)
            return self._whole(run.job)
        except Cancelled:
            if run.reason is not None:
                return ("cancelled" if run.reason == "cancelled" else "queued"), None
            return "failed", EngineError(
                f"Engine '{engine}' stopped before it was done.", hint="Ask for it again."
            )
        except StudioloError as error:
            return "failed", error
        except BaseException as error:  # noqa: BLE001 - libraries also raise SystemExit, or a panic
            logger.error(  # noqa: TRY400 - the traceback may quote a key
                "Job %s: engine '%s' crashed.\n%s", run.job.id, engine, self._hide(traceback.format_exc())
            )
            return "failed", EngineError(
                f"Engine '{engine}' crashed ({type(error).__name__}).",
                hint="The log of the studio says where. Try again, or another engine: studiolo engines",
            )

    def _task(self, job: Job) -> Task:
        """What is left to do of a job that may have been begun before.

        Raises:
            InvalidRequestError, PictureNotFoundError: its request cannot be read any more.
        """
        request = ImageRequest.parse(job.request, find_image=self._gallery.source_image)
        finished = self._journal.finished_numbers(job.id)
        translate, original_prompt = job.translate, job.original_prompt
        kept = self._gallery.catalog.by_ids(list(finished.values()))
        if kept and kept[0].prompt != request.prompt:
            # A language model may translate differently the next time; the pictures of a job belong together.
            request = request.model_copy(update={"prompt": kept[0].prompt})
            translate, original_prompt = False, kept[0].original_prompt
        left = job.max_cost
        if left is not None:
            left = max(0.0, left - sum(picture.cost or 0.0 for picture in kept))
        return Task(
            job_id=job.id,
            queue=self._journal.queue,
            engine=job.engine,
            request=request,
            missing=tuple(number for number in range(request.count) if number not in finished),
            translate=translate,
            original_prompt=original_prompt,
            max_cost=left,
            notes=notes_of_all(self._gallery, job),
        )

    def _whole(self, job: Job) -> Outcome:
        made = len(self._journal.finished_numbers(job.id))
        if made >= job.count:
            return "done", None
        return "failed", EngineError(
            f"Engine '{job.engine}' made {made} of {job.count} pictures.", hint="Ask for the rest again."
        )

    def _write_down(self, run: Run, state: JobState, error: StudioloError | None) -> bool:
        """Write down how a job ended, however long the disk is full; False if it is another's by now."""
        told = False
        while True:
            try:
                if state == "queued":
                    self._journal.put_back(run.job.id)
                    return True
                return self._journal.end(run.job.id, state, error)
            except GalleryError as fault:
                logger.warning("The end of job %s cannot be written yet: %s", run.job.id, fault)
                if not told:
                    told = True
                    self._announce(run.job.id)  # whoever waits for it need not wait for the disk, too
                if self._closing.wait(_AGAIN_S):
                    return False  # as after a crash: the job is taken up again, and nothing painted twice


def notes_of_all(gallery: Gallery, job: Job) -> tuple[str, ...]:
    """What is to be said of each of a job's pictures: its notes, without those of only some."""
    made = gallery.catalog.by_ids(job.pictures)
    return tuple(note for note in job.notes if all(note in picture.notes for picture in made))
