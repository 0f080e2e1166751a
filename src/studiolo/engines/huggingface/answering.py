"""What providers answer: a picture, one in base64, a link to it, or a ticket for the queue."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit

from studiolo.engines.http import Service
from studiolo.engines.http.downloads import download
from studiolo.engines.http.failures import perhaps_paid
from studiolo.engines.http.worker import Beat
from studiolo.engines.huggingface.mapping import Offered
from studiolo.engines.pictures import picture_from, picture_from_base64
from studiolo.errors import BrokenStreamError, ContentRefusedError, EngineError, EngineTimeoutError

if TYPE_CHECKING:
    from PIL.Image import Image

_FIRST_PAUSE_S: Final = 0.25
_LONGEST_PAUSE_S: Final = 3.0
_QUEUE: Final = "?_subdomain=queue"
"""Behind the router, what asks for fal's queue."""


def paint(
    service: Service, offered: Offered, body: Any, beat: Beat, *, queued: bool, patience_s: float
) -> Image:
    """The picture that answers ``body``, asked for once.

    Raises:
        ContentRefusedError: it was kept back.
        EngineError: it was not painted, or what came is no picture.
    """
    path = offered.provider.path(offered.model) + (_QUEUE if queued else "")
    try:
        with (
            service.stream(path, body, beat, headers={"Accept": "image/png"}, once=True) as reply,
            closing(reply.items),
        ):
            if reply.is_stream:
                raise service.unreadable("an event stream where a picture was asked for")
            content = b"".join(reply.items)
    except BrokenStreamError as error:
        told = BrokenStreamError(error.message, hint="Ask again.")
        raise perhaps_paid(told, service.host) from error
    if reply.media_type.startswith("image/"):
        return picture_from(content, title=service.host.title)
    told = _table(service, content)
    if queued:
        told = _queued(service, told, beat, patience_s)
    return _opened(service, told, beat)


def _queued(service: Service, ticket: dict[str, Any], beat: Beat, patience_s: float) -> dict[str, Any]:
    """What came of it, once it is there; the ticket names its place in the queue, not on the router."""
    place = f"fal-ai{urlsplit(str(ticket.get('response_url', ''))).path}"
    if not ticket.get("request_id") or place == "fal-ai":
        raise service.unreadable("no ticket of the queue")
    waited_s, pause_s = 0.0, _FIRST_PAUSE_S
    while (status := ticket.get("status")) != "COMPLETED":
        if status not in ("IN_QUEUE", "IN_PROGRESS"):
            raise EngineError(
                f"{service.host.title} failed: the queue says {status}.", hint="Ask again later."
            )
        if waited_s >= patience_s:
            raise EngineTimeoutError(
                f"{service.host.title} took too long.",
                hint=f"It may charge for it all the same. Set total_timeout_s higher than {patience_s:g}.",
            )
        service.pause(pause_s, beat)
        waited_s, pause_s = waited_s + pause_s, min(1.5 * pause_s, _LONGEST_PAUSE_S)
        ticket = cast("dict[str, Any]", service.get(f"{place}/status{_QUEUE}", beat))
    return cast("dict[str, Any]", service.get(f"{place}{_QUEUE}", beat))


def _opened(service: Service, told: dict[str, Any], beat: Beat) -> Image:
    if any(cast("list[Any]", told.get("has_nsfw_concepts") or [])):
        raise ContentRefusedError(
            f"{service.host.title} kept the picture back: its filter found it not safe.",
            hint="Say it in other words, or take another engine.",
        )
    pictures = cast("list[dict[str, Any]]", told.get("images") or told.get("data") or [])
    first = pictures[0] if pictures else {}
    link, text = first.get("url"), first.get("b64_json")
    if isinstance(text, str) and text:
        return picture_from_base64(text, title=service.host.title)
    if not isinstance(link, str) or not link:
        raise service.unreadable("an answer without a picture")
    if link.startswith("data:"):
        return picture_from_base64(link, title=service.host.title)
    return picture_from(download(service, link, beat), title=service.host.title)


def _table(service: Service, content: bytes) -> dict[str, Any]:
    try:
        told: Any = json.loads(content)
    except ValueError as error:
        raise service.unreadable("neither a picture nor JSON") from error
    if not isinstance(told, dict):
        raise service.unreadable("an answer without a picture")
    return cast("dict[str, Any]", told)
