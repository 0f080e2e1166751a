"""A blocking generator of words, read in a thread; who awaits them may leave at any time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import closing
from typing import Final, Generic, TypeVar

from anyio import CapacityLimiter, to_thread

from studiolo.errors import Cancelled
from studiolo.requests import Progress, ProgressCallback

T = TypeVar("T")

_AT_ONCE: Final = CapacityLimiter(64)
"""Threads that talks may have: their own, as each holds one while its engine thinks."""


class Pieces(Generic[T]):
    """The pieces of what ``begin`` starts, as they come; ``result`` is what the generator returned.

    ``begin`` is called in the thread, with a callback that ends the talk once :meth:`close` was called;
    engines call it several times a second.
    """

    def __init__(self, begin: Callable[[ProgressCallback], Generator[str, None, T]]) -> None:
        self._begin = begin
        self._loop = asyncio.get_running_loop()
        self._arrived: asyncio.Queue[str | None] = asyncio.Queue()
        self._stopped = threading.Event()
        self._reading = asyncio.ensure_future(to_thread.run_sync(self._read, limiter=_AT_ONCE))
        self._reading.add_done_callback(self._end)

    @property
    def result(self) -> T:
        """What the generator returned, once all pieces were read."""
        return self._reading.result()

    async def __aiter__(self) -> AsyncIterator[str]:
        """Every piece; raises what the generator raised."""
        while (piece := await self._arrived.get()) is not None:
            yield piece
        self._reading.result()

    def close(self) -> None:
        """Stop the talk; returns at once."""
        self._stopped.set()

    def _read(self) -> T:
        with closing(self._begin(self._report)) as pieces:
            while True:
                try:
                    piece = next(pieces)
                except StopIteration as end:
                    return end.value
                self._check()
                self._loop.call_soon_threadsafe(self._arrived.put_nowait, piece)

    def _report(self, progress: Progress) -> None:
        del progress
        self._check()

    def _check(self) -> None:
        if self._stopped.is_set():
            raise Cancelled("The client hung up.")

    def _end(self, reading: asyncio.Future[T]) -> None:
        if not reading.cancelled():
            reading.exception()  # looked at, so that an end nobody waits for is not reported as an oversight
        self._arrived.put_nowait(None)
