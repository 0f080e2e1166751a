"""What comes back: a picture in JSON or behind a link, or a stream of it becoming one."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from studiolo.engines.http import Reply, Service
from studiolo.engines.http.downloads import download
from studiolo.engines.http.failures import perhaps_paid
from studiolo.engines.http.replies import fault_in
from studiolo.engines.http.worker import Beat
from studiolo.engines.openai.images.asking import Asked
from studiolo.engines.openai.images.faults import RefusedError
from studiolo.engines.openai.images.pricing import Usage
from studiolo.engines.pictures import picture_from, picture_from_base64
from studiolo.errors import EngineError

if TYPE_CHECKING:
    import httpx2
    from PIL.Image import Image

Show = Callable[[int, str], None]
"""Told of each preview: the how manieth it is, and its file in base64."""


class _Picture(BaseModel):
    b64_json: str | None = None
    url: str | None = None
    revised_prompt: str | None = None


class _Answer(BaseModel):
    data: list[_Picture] = []
    usage: Usage | None = None
    error: Any = None


class _Event(BaseModel):
    type: str = ""
    b64_json: str | None = None
    url: str | None = None
    partial_image_index: int = 0
    usage: Usage | None = None
    error: Any = None


@dataclass(frozen=True, kw_only=True)
class Painted:
    """A finished picture, what was counted for it, and what its prompt was put into, if it says so."""

    image: Image
    usage: Usage | None = None
    revised_prompt: str = ""


def paint(service: Service, asked: Asked, beat: Beat, *, show: Show | None = None) -> Painted:
    """Have ``asked`` painted, once; streamed if there is somebody to ``show`` previews to.

    Raises:
        EngineError: it was not painted, or what came is no picture; says whether it may have been charged.
    """
    if show is not None:
        return _streamed(service, asked, beat, show)
    if asked.form:
        content = service.upload(asked.path, asked.form, beat, fields=asked.fields, once=True)
    else:
        content = service.post(asked.path, asked.body, beat, once=True)
    return _whole(service, content, beat)


def _whole(service: Service, content: Any, beat: Beat) -> Painted:
    try:
        answer = _Answer.model_validate(content)
    except ValidationError as error:
        raise service.unreadable("no list of pictures") from error
    if answer.error is not None:
        raise service.error(fault_in({"error": answer.error}))
    if not answer.data:
        raise service.unreadable("an answer without a picture")
    first = answer.data[0]
    image = _open(service, first.b64_json, first.url, beat)
    return Painted(image=image, usage=answer.usage, revised_prompt=first.revised_prompt or "")


def _streamed(service: Service, asked: Asked, beat: Beat, show: Show) -> Painted:
    body = asked.fields if asked.form else asked.body
    form = asked.form or None
    with (
        service.stream(asked.path, body, beat, form=form, is_last=_is_last, once=True) as reply,
        closing(reply.items),
    ):
        if not reply.is_stream:  # a server that does not stream answers at once
            return _whole(service, _json(service, reply), beat)
        event: httpx2.ServerSentEvent
        for event in reply.items:
            if not event.data or event.data == "[DONE]":
                continue
            told = _read(service, event.data)
            if told.type.endswith(".completed"):
                return Painted(image=_open(service, told.b64_json, told.url, beat), usage=told.usage)
            if told.type.endswith(".partial_image") and told.b64_json:
                show(told.partial_image_index + 1, told.b64_json)
    raise service.unreadable("a stream without its picture")


def _is_last(event: httpx2.ServerSentEvent) -> bool:
    return ".completed" in event.data[:400] or event.event.endswith(".completed")


def _read(service: Service, data: str) -> _Event:
    try:
        event = _Event.model_validate_json(data)
    except ValidationError as error:
        raise service.unreadable("no event of a picture") from error
    if event.error is not None:
        raise service.error(fault_in({"error": event.error}))
    return event


def _json(service: Service, reply: Reply) -> Any:
    try:
        return json.loads(b"".join(reply.items))
    except ValueError as error:
        raise service.unreadable("no JSON") from error


def _open(service: Service, text: str | None, link: str | None, beat: Beat) -> Image:
    try:
        return _opened(service, text, link, beat)
    except RefusedError:
        raise
    except EngineError as error:  # it was painted
        raise perhaps_paid(error, service.host) from error


def _opened(service: Service, text: str | None, link: str | None, beat: Beat) -> Image:
    title = service.host.title
    if text or (link and link.startswith("data:")):
        return picture_from_base64(text or link or "", title=title)
    if link:
        return picture_from(download(service, link, beat), title=title)
    raise service.unreadable("an answer without a picture")
