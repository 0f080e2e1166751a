"""Part of an answer where a client asks for one (RFC 9110, 14): players of sound jump in it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Final

from fastapi import Request, Response
from starlette.exceptions import HTTPException

_ONE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


def respond_in_part(
    request: Request, content: bytes, *, media_type: str, headers: Mapping[str, str]
) -> Response:
    """All of ``content``, the one range of it that is asked for, or 304 where the client has it.

    Several ranges at once, and what is no range, are answered with all of it, as the RFC allows.

    Raises:
        HTTPException: 416, the range begins beyond the end.
    """
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    known = {**headers, "ETag": etag, "Accept-Ranges": "bytes"}
    if etag in [
        tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")
    ]:
        return Response(status_code=304, headers=known)
    wanted = _wanted(request, etag, len(content))
    if wanted is None:
        return Response(content, media_type=media_type, headers=known)
    known["Content-Range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{len(content)}"
    return Response(content[wanted.start : wanted.stop], 206, media_type=media_type, headers=known)


def _wanted(request: Request, etag: str, length: int) -> range | None:
    match = _ONE.fullmatch(request.headers.get("range", "").strip())
    if match is None or request.headers.get("if-range", etag) != etag or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:  # so many from the end
        start, stop = max(0, length - int(last)), length
    else:
        start, stop = int(first), min(int(last) + 1, length) if last else length
        if last and int(last) < int(first):
            return None
    if start >= length or start >= stop:
        raise HTTPException(416, headers={"Content-Range": f"bytes */{length}"})
    return range(start, stop)
