"""A job's pictures as server-sent events, the way OpenAI's clients read them."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Final

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from studiolo.errors import StudioloError
from studiolo.gallery import Picture
from studiolo.jobs.events import Event as JobEvent
from studiolo.jobs.events import PictureFinished
from studiolo.jobs.job import Job, JobProgress
from studiolo.jobs.queue import JobQueue
from studiolo.server.dialects.openai.faults import tell
from studiolo.server.dialects.openai.picture_answers import Event, PictureAnswers, check_done

_PING_S: Final = 15.0
"""A longer silence makes proxies hang up."""


class ImageStream:
    """Events about one job: previews where they were asked for, each picture, or what went wrong.

    ``complete`` says that the client was told all there is to tell. Close it, however it ended.

    Args:
        jobs: the queue.
        answers: puts pictures into the client's form.
        event: what the events are called.
        owner: whose job it is.
        request: what it answers.
    """

    def __init__(
        self, jobs: JobQueue, answers: PictureAnswers, event: Event, *, owner: str, request: Request
    ) -> None:
        self.complete = False
        self._jobs = jobs
        self._answers = answers
        self._event: Event = event
        self._request = request
        self._arrived: asyncio.Queue[JobEvent] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def hand_on(event: JobEvent) -> None:
            loop.call_soon_threadsafe(self._arrived.put_nowait, event)

        self._subscription = jobs.events.subscribe(hand_on, owner)
        self._sent: set[str] = set()  # pictures
        self._shown = _Shown(answers.order.body.partial_images)

    async def open(self, begin: Callable[[], Job]) -> Job:
        """Begin the job; nothing of it is missed.

        Raises:
            StudioloError: as ``begin``.
        """
        try:
            return await run_in_threadpool(begin)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Be told nothing more."""
        self._subscription.close()

    async def events(self, job: Job) -> AsyncIterator[bytes]:
        """All that is to be told of ``job``, until it has ended."""
        try:
            async for event in self._about(job):
                yield event
        except StudioloError as error:
            yield f"event: error\ndata: {json.dumps(tell(self._request, error))}\n\n".encode()
        self.complete = True

    async def _about(self, job: Job) -> AsyncIterator[bytes]:
        async for event in self._finished(job):  # the client came back to a job that had begun
            yield event
        while not job.ended:
            try:
                happened = await asyncio.wait_for(self._arrived.get(), _PING_S)
            except TimeoutError:
                yield b": waiting\n\n"
                continue
            if happened.job_id != job.id:
                continue
            match happened.data:
                case PictureFinished(picture=picture) if picture.id not in self._sent:
                    yield await self._completed(picture)
                case JobProgress() as progress if self._shown.is_due(progress):
                    if (preview := await self._preview(job, progress)) is not None:
                        yield preview
                case Job() as now:
                    job = now
                case _:
                    pass
        async for event in self._finished(job):
            yield event
        check_done(job)

    async def _finished(self, job: Job) -> AsyncIterator[bytes]:
        """Pictures that nobody told the client of yet."""
        for picture_id in job.pictures:
            if picture_id not in self._sent:
                picture = await run_in_threadpool(self._answers.gallery.get, picture_id)
                yield await self._completed(picture)

    async def _completed(self, picture: Picture) -> bytes:
        self._sent.add(picture.id)
        return await run_in_threadpool(self._answers.completed, self._event, picture)

    async def _preview(self, job: Job, progress: JobProgress) -> bytes | None:
        found = self._jobs.preview(job.id, progress.index)
        if found is None:
            return None
        number = self._shown.count(progress)
        return await run_in_threadpool(self._answers.partial, self._event, found[1], number)


class _Shown:
    """How many previews of each picture the client has had, of those spread over its steps."""

    def __init__(self, wanted: int) -> None:
        self._wanted = wanted
        self._passed: Counter[int] = Counter()
        self._number: Counter[int] = Counter()

    def is_due(self, progress: JobProgress) -> bool:
        """Whether there is a preview, of a part of the steps that was not shown yet."""
        return self._passed[progress.index] < self._reached(progress)

    def count(self, progress: JobProgress) -> int:
        """The number of the one that is shown now, from 0."""
        self._passed[progress.index] = self._reached(progress)
        self._number[progress.index] += 1
        return self._number[progress.index] - 1

    def _reached(self, progress: JobProgress) -> int:
        if progress.preview_step is None:
            return 0
        return progress.preview_step * (self._wanted + 1) // max(1, progress.total)
