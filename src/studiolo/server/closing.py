"""Streams of events end when the server does: they have no end of their own that it could wait for."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_EVENTS: Final = "text/event-stream"


class Closing:
    """ASGI middleware: to a stream of events, the server's end looks as if its client had left.

    Args:
        app: what is inside.
        event: set when the server begins to close.
    """

    def __init__(self, app: ASGIApp, *, event: asyncio.Event) -> None:
        self.app = app
        self._event = event

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; one for events ends at the latest when the server closes."""
        if scope["type"] != "http" or not _may_stream(scope):
            await self.app(scope, receive, send)
            return
        unfinished = False

        async def note(message: Message) -> None:
            nonlocal unfinished
            if message["type"] == "http.response.start":
                unfinished = Headers(raw=message["headers"]).get("content-type", "").startswith(_EVENTS)
            elif message["type"] == "http.response.body" and not message.get("more_body", False):
                unfinished = False
            await send(message)

        async def receive_or_close() -> Message:
            incoming = asyncio.ensure_future(receive())
            closing = asyncio.ensure_future(self._event.wait())
            try:
                await asyncio.wait({incoming, closing}, return_when=asyncio.FIRST_COMPLETED)
                if not incoming.done() and unfinished:
                    return {"type": "http.disconnect"}
                return await incoming
            finally:
                closing.cancel()
                incoming.cancel()

        await self.app(scope, receive_or_close, note)
        if unfinished and self._event.is_set():  # so that clients see an end, not a broken line
            await send({"type": "http.response.body", "body": b"", "more_body": False})


def _may_stream(scope: Scope) -> bool:
    return _EVENTS in Headers(scope=scope).get("accept", "") or scope["path"].endswith("/events")
