"""Waiting without holding a thread of the server, for as long as the client waits, too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

from fastapi import Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from studiolo.errors import Cancelled

T = TypeVar("T")

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
