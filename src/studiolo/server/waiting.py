"""Waiting without holding a thread of the server, for as long as the client waits, too."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from studiolo.errors import Cancelled

T = TypeVar("T")

LONG: Final = CapacityLimiter(64)
"""Threads for what takes its time: apart from those that answer what is quick."""

_HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


async def unless_gone(request: Request, work: Awaitable[T], *, stop: Callable[[], object] | None = None) -> T:
    """What ``work`` gives; it is cancelled when the client hangs up.

    Args:
        request: its body must have been read before.
        work: what the client waits for.
        stop: called before that is cancelled: what runs in a thread ends only where it is told to.

    Raises:
        Cancelled: the client hung up; nobody will read the answer.
    """
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise Cancelled("The client hung up.")
    finally:
        if stop is not None and not working.done():
            stop()
        for task in (working, leaving):
            task.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def in_thread(request: Request, work: Callable[[threading.Event], T]) -> T:
    """What ``work`` gives, in a thread of its own; the event it is given is set when the client hangs up.

    Raises:
        Cancelled: the client hung up; nobody will read the answer.
    """
    stopped = threading.Event()
    working = to_thread.run_sync(work, stopped, limiter=LONG)
    return await unless_gone(request, working, stop=stopped.set)


async def apart(work: Callable[[], T]) -> T:
    """What ``work`` gives, in a thread apart from those that answer what is quick.

    For what may ask a model or the web before there is anything to call off: forty that wait there would
    otherwise keep everybody from looking at a picture.
    """
    return await to_thread.run_sync(work, limiter=LONG)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


class EventStream(StreamingResponse):
    """Server-sent events. ``ended`` is called however they end, also where none was sent."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncIterator[bytes], *, ended: Callable[[], object]) -> None:
        super().__init__(events, headers=_HEADERS)
        self._ended = ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send them, until there are no more or the client hangs up."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._ended()
