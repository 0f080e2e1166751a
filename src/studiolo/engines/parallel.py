"""Several pictures at once, from a service that paints each by itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from queue import Empty, SimpleQueue
from typing import Final

from studiolo.errors import Cancelled, Closing
from studiolo.requests import GeneratedImage, ImageRequest, Progress, ProgressCallback

BEAT_S: Final = 0.1
PATIENCE_S: Final = 30.0
"""How long pictures that are being paid for may take when the studio closes."""

Paint = Callable[[ImageRequest, ProgressCallback], GeneratedImage]
"""Paints the one picture of a request. Runs in a thread of its own, and calls ``progress`` several times a
second while it waits: what that raises must end it, and call off what the service is doing."""

_Event = tuple[int, Progress | GeneratedImage | BaseException]


class Places:
    """How many pictures an engine paints at once, over all of its requests.

    Safe to use from several threads.
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self._free = threading.BoundedSemaphore(number)

    def paint_each(
        self, request: ImageRequest, paint: Paint, progress: ProgressCallback
    ) -> Iterator[GeneratedImage]:
        """The pictures of ``request`` as they are finished; each has its own seed.

        ``progress`` is called in the caller's thread. When one picture fails, none is begun any more; those
        that are being painted are paid for, so they are yielded before its error is raised.

        Raises:
            Closing: after the pictures that were being painted, if they do not take too long.
            Cancelled, or what else ``progress`` raises: after the pictures that were finished by then.
            EngineError: the first that ``paint`` raised.
        """
        errand = _Errand(request, paint, self._free, threads=self._number)
        try:
            yield from errand.pictures(progress)
        finally:
            errand.end()


class _Errand:
    """One request on its way."""

    def __init__(
        self, request: ImageRequest, paint: Paint, free: threading.BoundedSemaphore, *, threads: int
    ) -> None:
        self._request = request
        self._paint = paint
        self._free = free
        self._stop = threading.Event()
        self._no_more = threading.Event()
        self._events: SimpleQueue[_Event] = SimpleQueue()
        self._threads = ThreadPoolExecutor(min(threads, request.count), thread_name_prefix="studiolo-picture")
        self._running: dict[int, Future[None]] = {
            index: self._threads.submit(self._run, index) for index in range(request.count)
        }

    def pictures(self, progress: ProgressCallback) -> Iterator[GeneratedImage]:
        failure: BaseException | None = None
        last: dict[int, Progress] = {}
        while self._running:
            index, event = self._next(last)
            if isinstance(event, Progress):
                last[index] = event
                try:
                    progress(event)
                except Closing:
                    self._begin_no_more()
                    yield from self._finished(patience_s=PATIENCE_S)
                    raise
                except BaseException:
                    yield from self._finished(patience_s=0)
                    raise
                continue
            del self._running[index]
            last.pop(index, None)
            if isinstance(event, GeneratedImage):
                yield event
            else:
                failure = failure or event
                self._begin_no_more()
        if failure is not None:
            raise failure

    def end(self) -> None:
        """Whatever is still being painted is called off and waited for."""
        self._stop.set()
        self._threads.shutdown(cancel_futures=True)

    def _next(self, last: dict[int, Progress]) -> _Event:
        """What has happened; what was told last once more, where nothing has for a while."""
        while True:
            try:
                return self._events.get(timeout=BEAT_S)
            except Empty:
                if last:
                    return next(iter(last.items()))

    def _begin_no_more(self) -> None:
        self._no_more.set()
        self._running = {index: future for index, future in self._running.items() if not future.cancel()}

    def _call_off(self) -> None:
        self._stop.set()
        self._begin_no_more()

    def _finished(self, *, patience_s: float) -> Iterator[GeneratedImage]:
        """What is finished within that time, or in spite of being called off then."""
        until = time.monotonic() + patience_s
        while self._running:
            if time.monotonic() >= until:
                self._call_off()
            try:
                index, event = self._events.get(timeout=BEAT_S)
            except Empty:
                continue
            if not isinstance(event, Progress):
                del self._running[index]
            if isinstance(event, GeneratedImage):
                yield event

    def _run(self, index: int) -> None:
        def tell(step: Progress) -> None:
            if self._stop.is_set():
                raise Cancelled
            self._events.put((index, replace(step, index=index, count=self._request.count)))

        single = self._request.model_copy(update={"count": 1, "seed": (self._request.seed or 0) + index})
        try:
            self._take_place()
        except Cancelled as refused:
            self._events.put((index, refused))
            return
        try:
            made = self._paint(single, tell)
        except BaseException as error:  # noqa: BLE001 - raised in the thread that asked
            self._events.put((index, error))
            self._no_more.set()  # while it has its place yet, so that nobody takes that to begin another
        else:
            self._events.put((index, made))
        finally:
            self._free.release()

    def _take_place(self) -> None:
        """Wait for a place, unless no more are to be begun."""
        while not self._free.acquire(timeout=BEAT_S):
            self._refuse_to_begin()
        try:
            self._refuse_to_begin()
        except Cancelled:
            self._free.release()
            raise

    def _refuse_to_begin(self) -> None:
        if self._stop.is_set() or self._no_more.is_set():
            raise Cancelled
