"""How much a request may bring, of what kind, and how slowly: said before a route reads any of it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from studiolo.errors import TooLargeError

MEGABYTE: Final = 1_000_000
JSON_BYTES: Final = MEGABYTE
FILES_AT_ONCE: Final = 16
"""So many pictures of the largest size one request may bring where it may bring several."""
BASE64: Final = 1.4
"""How much longer a picture is as a data URI, and some for the rest of the line."""
PAUSE_S: Final = 30.0
"""Longest silence in the middle of a body."""

_JSON: Final = "application/json"
_FORM: Final = "multipart/form-data"

Body = Mapping[str, int]
"""What a route takes: media types, ``image/`` for all of that kind, and how many bytes of each."""


class Limits:
    """ASGI middleware: bodies are of the kind and size that their route takes, and arrive in time."""

    def __init__(self, app: ASGIApp, *, upload_bytes: int) -> None:
        self.app = app
        upload = upload_bytes + 64_000  # and the head of a form's part
        with_pictures = int(upload_bytes * BASE64) + JSON_BYTES
        files = FILES_AT_ONCE * upload
        self._plain: Body = {_JSON: JSON_BYTES}
        self._bodies: tuple[tuple[re.Pattern[str], Body], ...] = (
            (
                re.compile(r"/api/uploads"),
                {"image/": upload, "application/octet-stream": upload, _FORM: upload, _JSON: JSON_BYTES},
            ),
            (re.compile(r"/api/pictures"), {_FORM: files, _JSON: JSON_BYTES}),
            (re.compile(r"/v1/images/(edits|variations)"), {_FORM: files, _JSON: with_pictures}),
            (
                re.compile(r"/api/(jobs|suggestions|palettes|drafts|control-map|mask)|/v1/.*"),
                {_JSON: with_pictures},
            ),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request pass, if its body may.

        Raises:
            TooLargeError: it says itself that it is too large.
            HTTPException: it is of another kind (415), too large after all (413), or comes too slowly (408).
        """
        headers = Headers(scope=scope) if scope["type"] == "http" else None
        if headers is None or not _has_body(headers):
            await self.app(scope, receive, send)
            return
        limit_bytes = _limit(headers, self._body(scope["path"]))
        limited = RequestBodyLimitMiddleware(self.app, limit_bytes)
        await limited(scope, _in_time(receive), send)

    def _body(self, path: str) -> Body:
        return next((body for pattern, body in self._bodies if pattern.fullmatch(path)), self._plain)


def _has_body(headers: Headers) -> bool:
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


def _limit(headers: Headers, body: Body) -> int:
    """How many bytes of its kind a request may bring; raises where its head says that it brings others."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    limit_bytes = next((limit for taken, limit in body.items() if _is_of(kind, taken)), None)
    if limit_bytes is None:
        taken = ", ".join(f"{name}*" if name.endswith("/") else name for name in body)
        given = f"'{kind[:60]}'" if kind else "no content type"
        raise HTTPException(415, f"The body has {given}; here it must be {taken}")
    if int(headers.get("content-length", 0)) > limit_bytes:
        raise TooLargeError(
            f"The request is larger than the {limit_bytes / MEGABYTE:.1f} MB that are taken here.",
            hint="Send a smaller picture, or raise the setting upload_mb.",
        )
    return limit_bytes


def _is_of(kind: str, taken: str) -> bool:
    return kind.startswith(taken) if taken.endswith("/") else kind == taken


def _in_time(receive: Receive) -> Receive:
    """``receive``, but for a body that stops coming."""
    whole = False

    async def bounded() -> Message:
        nonlocal whole
        if whole:  # what is waited for now is that the client goes away
            return await receive()
        try:
            async with asyncio.timeout(PAUSE_S):
                message = await receive()
        except TimeoutError as error:
            raise HTTPException(408, f"The body stopped coming for {PAUSE_S:.0f} s") from error
        whole = message["type"] != "http.request" or not message.get("more_body", False)
        return message

    return bounded
