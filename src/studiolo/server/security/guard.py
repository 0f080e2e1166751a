"""The layer that finds out who is asking, before any route runs."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from studiolo.server.context import Caller


class Guard:
    """ASGI middleware: puts the caller into ``request.state.caller``."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request pass, with its caller."""
        if scope["type"] == "http":
            scope.setdefault("state", {})["caller"] = Caller(loopback=True)
        await self.app(scope, receive, send)
