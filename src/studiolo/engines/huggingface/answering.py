"""What providers answer: a picture, one in base64, a link to it, or a ticket for the queue."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast
from urllib.parse import urlsplit

from studiolo.engines.http import Service
from studiolo.engines.http.downloads import download
from studiolo.engines.http.failures import perhaps_paid
from studiolo.engines.http.worker import Beat
from studiolo.engines.huggingface.mapping import Offered
from studiolo.engines.pictures import picture_from, picture_from_base64
from studiolo.errors import (
    ContentRefusedError,
    CredentialsError,
    EngineError,
    EngineTimeoutError,
    OfflineError,
    UnknownEngineError,
)

if TYPE_CHECKING:
    from PIL.Image import Image

T = TypeVar("T")

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
    with (
        service.stream(path, body, beat, headers={"Accept": "image/png"}, once=True) as reply,
        closing(reply.items),
    ):
        if reply.is_stream:
            raise service.unreadable("an event stream where a picture was asked for")
        content = b"".join(reply.items)
    if reply.media_type.startswith("image/"):
        return _or_perhaps_paid(service, lambda: picture_from(content, title=service.host.title))
    told = _table(service, content)
    if queued:
        told = _queued(service, told, beat, patience_s)
    return _opened(service, told, beat)


def _or_perhaps_paid(service: Service, fetch: Callable[[], T]) -> T:
    """What ``fetch`` gives of what a provider has taken on; its error says that it may be charged."""
    try:
        return fetch()
    except EngineError as error:
        raise perhaps_paid(error, service.host) from error


def _queued(service: Service, ticket: dict[str, Any], beat: Beat, patience_s: float) -> dict[str, Any]:
    """What came of it, once it is there; the ticket names its place in the queue, not on the router.

    Looks that fail do not end it, as it is painted, and paid, all the same.
    """
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
        ticket = _looked(service, f"{place}/status{_QUEUE}", beat, ticket)
    return _or_perhaps_paid(service, lambda: _got(service, f"{place}{_QUEUE}", beat))


def _looked(service: Service, path: str, beat: Beat, before: dict[str, Any]) -> dict[str, Any]:
    try:
        return _got(service, path, beat)
    except (CredentialsError, OfflineError) as error:
        raise perhaps_paid(error, service.host) from error
    except EngineError:
        return before


def _got(service: Service, path: str, beat: Beat) -> dict[str, Any]:
    try:
        return _answer(service, service.get(path, beat))
    except UnknownEngineError as error:  # what a missing page means to who asks for a model
        raise EngineError(error.message, hint="Ask again.") from error


def _opened(service: Service, told: dict[str, Any], beat: Beat) -> Image:
    judged: Any = told.get("has_nsfw_concepts")
    if isinstance(judged, list) and any(cast("list[Any]", judged)):
        raise ContentRefusedError(
            f"{service.host.title} kept the picture back: its filter found it not safe.",
            hint="Say it in other words, or take another engine.",
        )
    pictures: Any = told.get("images") or told.get("data")
    first: Any = cast("list[Any]", pictures)[0] if isinstance(pictures, list) and pictures else None
    table = cast("dict[str, Any]", first) if isinstance(first, dict) else {}
    link, text = table.get("url"), table.get("b64_json")
    if isinstance(text, str) and text:
        return _or_perhaps_paid(service, lambda: picture_from_base64(text, title=service.host.title))
    if not isinstance(link, str) or not link:
        raise service.unreadable("an answer without a picture")
    return _or_perhaps_paid(service, lambda: _linked(service, link, beat))


def _linked(service: Service, link: str, beat: Beat) -> Image:
    if link.startswith("data:"):
        return picture_from_base64(link, title=service.host.title)
    return picture_from(download(service, link, beat), title=service.host.title)


def _table(service: Service, content: bytes) -> dict[str, Any]:
    try:
        return _answer(service, json.loads(content))
    except ValueError as error:
        raise service.unreadable("neither a picture nor JSON") from error


def _answer(service: Service, told: Any) -> dict[str, Any]:
    if not isinstance(told, dict):
        raise service.unreadable("an answer without a picture")
    return cast("dict[str, Any]", told)
