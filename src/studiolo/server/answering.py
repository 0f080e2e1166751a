"""An answer on its way to a client, as server-sent events (WHATWG HTML, 9.2), read in a thread.

A client that leaves ends the answer: the engine hears of it at its next beat, within a fifth of a second, and
what had come is kept.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

from anyio import to_thread
from fastapi import Request
from fastapi.sse import format_sse_event

from studiolo.assistant.stream import AnswerStream
from studiolo.errors import Cancelled, StudioloError
from studiolo.requests import Progress, ProgressCallback
from studiolo.server.problems import describe_safely
from studiolo.server.waiting import LONG, EventStream, in_thread, unless_gone
from studiolo.server.word_documents import AnswerDocument

BEAT_S: Final = 1.0
"""How often a client is told that it is still waited for, while no words come."""

Begin = Callable[[ProgressCallback, threading.Event], AnswerStream]
"""Begins an answer; what it raises is wrong with the question."""


async def answer_whole(request: Request, begin: Begin) -> AnswerDocument:
    """The answer once it is whole.

    Raises:
        StudioloError: as ``begin`` and what it begins; what had come is kept.
    """

    def read(stopped: threading.Event) -> AnswerDocument:
        with begin(_ignore, stopped) as stream:
            stream.read()
            return _document(stream)

    return await in_thread(request, read)


async def answer_in_pieces(request: Request, begin: Begin) -> EventStream:
    """The answer as events: ``progress`` and ``piece`` as they come, then ``answer``.

    Where something goes wrong on the way, ``problem`` is the last, after an ``answer`` with what had come.

    Raises:
        StudioloError: as ``begin``.
    """
    telling = _Telling(request)
    await telling.begin(begin)
    return EventStream(telling.events(), ended=telling.stop)


class _Telling:
    """Reads an answer in a thread and tells it in the event loop."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._loop = asyncio.get_running_loop()
        self._arrived: asyncio.Queue[tuple[str, Any] | None] = asyncio.Queue()
        self._stopped = threading.Event()
        self._stage = "waiting"

    async def begin(self, begin: Begin) -> None:
        """Begin the answer, without a word of it yet."""
        beginning = to_thread.run_sync(begin, self._report, self._stopped, limiter=LONG)
        self._stream = await unless_gone(self._request, beginning, stop=self.stop)
        self._reading = asyncio.ensure_future(to_thread.run_sync(self._read, limiter=LONG))
        self._reading.add_done_callback(self._end)

    def stop(self) -> None:
        """End the answer; returns at once."""
        self._stopped.set()

    async def events(self) -> AsyncIterator[bytes]:
        """The events, as they go over the wire."""
        yield _event("progress", {"stage": self._stage})
        while True:
            try:
                arrived = await asyncio.wait_for(self._arrived.get(), BEAT_S)
            except TimeoutError:
                arrived = "progress", {"stage": self._stage}
            if arrived is None:
                break
            yield _event(*arrived)
        try:
            self._reading.result()
        except StudioloError as error:
            if self._stream.kept is not None:
                yield self._answer()
            problem = describe_safely(self._request.app, error, self._request.state.request_id)
            yield _event("problem", problem.model_dump(exclude_none=True))
        else:
            yield self._answer()

    def _answer(self) -> bytes:
        return format_sse_event(event="answer", data_str=_document(self._stream).model_dump_json())

    def _read(self) -> None:
        with self._stream as pieces:
            for piece in pieces:
                self._tell("piece", {"text": piece})
                if self._stopped.is_set():
                    raise Cancelled

    def _report(self, progress: Progress) -> None:
        if progress.stage != self._stage:
            self._stage = progress.stage
            self._tell("progress", {"stage": progress.stage})

    def _tell(self, name: str, data: Any) -> None:
        self._loop.call_soon_threadsafe(self._arrived.put_nowait, (name, data))

    def _end(self, reading: asyncio.Future[None]) -> None:
        if not reading.cancelled():
            reading.exception()  # looked at, so that an end nobody waits for is not reported as an oversight
        self._arrived.put_nowait(None)


def _document(stream: AnswerStream) -> AnswerDocument:
    if stream.kept is None:
        raise Cancelled("The answer was stopped before its first word.")
    return AnswerDocument.of(stream.kept)


def _event(name: str, data: Any) -> bytes:
    return format_sse_event(event=name, data_str=json.dumps(data, ensure_ascii=False))


def _ignore(progress: Progress) -> None:
    del progress
