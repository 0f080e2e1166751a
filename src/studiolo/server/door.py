"""The outermost layer: ids for requests, answers for faults, headers for answers, and a record of all."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from studiolo.errors import StudioloError
from studiolo.server.problems import respond
from studiolo.server.security.headers import secure

ABORTED: Final = 499
"""Nginx's number for a request that ended without an answer: its client or its server went away."""
UNMATCHED: Final = "unmatched"

_logger = logging.getLogger("studiolo.server")


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One request, after it ended. ``route`` is the template of ``path``, which may hold a secret."""

    request_id: str
    method: str
    route: str
    path: str
    status: int
    seconds: float
    caller: str
    streamed: bool


class Door:
    """ASGI middleware around everything.

    Args:
        app: what is inside.
        observers: are told of every request when it has ended.
    """

    def __init__(self, app: ASGIApp, *, observers: Sequence[Callable[[Visit], None]] = ()) -> None:
        self.app = app
        self._observers = observers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever happens."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer = _Answer(secrets.token_hex(8), send)
        scope.setdefault("state", {})["request_id"] = answer.request_id
        started = time.perf_counter()
        try:
            await self.app(scope, receive, answer.send)
        except Exception as error:  # noqa: BLE001 - the door: whatever was not foreseen is said and written down
            await _answer_fault(error, scope, receive, answer)
        finally:
            visit = _visit(scope, answer, time.perf_counter() - started)
            for observe in self._observers:
                observe(visit)


class _Answer:
    """What is sent back; knows whether and how it began."""

    def __init__(self, request_id: str, send: Send) -> None:
        self.request_id = request_id
        self.status = ABORTED
        self.streamed = False
        self._send = send

    @property
    def started(self) -> bool:
        return self.status != ABORTED

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["x-request-id"] = self.request_id
            secure(headers)
            self.streamed = headers.get("content-type", "").startswith("text/event-stream")
        await self._send(message)


async def _answer_fault(error: Exception, scope: Scope, receive: Receive, answer: _Answer) -> None:
    """Answer ``error``, or, where an answer has begun, break it off: a cut answer must not look whole."""
    about = {"request_id": answer.request_id, "route": _route(scope)}
    if isinstance(error, StudioloError):
        if answer.started:
            _logger.warning("broken off: %s", error.message, extra=about)
    elif not isinstance(error, HTTPException):  # what a layer refuses is no fault
        _logger.error("fault", exc_info=error, extra=about)
    if not answer.started:
        app: FastAPI = scope["app"]
        await respond(app, scope["path"], error, answer.request_id)(scope, receive, answer.send)


def _visit(scope: Scope, answer: _Answer, seconds: float) -> Visit:
    caller: Any = scope["state"].get("caller")
    return Visit(
        request_id=answer.request_id,
        method=scope["method"],
        route=_route(scope),
        path=scope["path"],
        status=answer.status,
        seconds=seconds,
        caller="" if caller is None else caller.id or caller.name,
        streamed=answer.streamed,
    )


def _route(scope: Scope) -> str:
    return getattr(scope.get("route"), "path", UNMATCHED)
