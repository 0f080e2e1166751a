"""A request in the words of OpenAI's chat completions."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, cast

from studiolo.chat import ChatRequest, Message
from studiolo.engines.http.pace import meanwhile
from studiolo.engines.openai.profiles import Profile
from studiolo.errors import UnsupportedRequestError
from studiolo.imaging.sending import for_sending


def messages(
    request: ChatRequest, *, max_image_side_px: int, beat: Callable[[], None]
) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """The conversation, and what to tell the user about its pictures.

    Raises:
        UnsupportedRequestError: a picture in a turn that may have none.
    """
    notes: list[str] = []

    def part(message: Message) -> dict[str, Any]:
        if not message.images:
            return {"role": message.role, "content": message.text}
        if message.role != "user":
            raise UnsupportedRequestError(
                f"There is a picture in the {message.role}'s turn.", hint="Put it into the user's turn."
            )
        content: list[dict[str, Any]] = []
        for image in message.images:
            sendable = meanwhile(partial(for_sending, image.image, max_side_px=max_image_side_px), beat)
            if sendable.note and sendable.note not in notes:
                notes.append(sendable.note)
            data = base64.b64encode(sendable.data).decode()
            url = f"data:{sendable.media_type};base64,{data}"
            content.append({"type": "image_url", "image_url": {"url": url}})
        if message.text:
            content.append({"type": "text", "text": message.text})
        return {"role": "user", "content": content}

    return [part(message) for message in request.messages], tuple(notes)


def knobs(request: ChatRequest, profile: Profile) -> dict[str, Any]:
    """Everything beside model and messages that was asked for: a server may refuse any of it."""
    given: dict[str, Any] = {
        profile.length: request.max_tokens,
        "temperature": request.temperature,
        "top_p": request.top_p,
        "stop": list(request.stop) or None,
        "stream_options": {"include_usage": True} if profile.counts_tokens else None,
        "response_format": _form(request.json_schema) if request.json_schema is not None else None,
    }
    if profile.top_k:
        given["top_k"] = request.top_k
    if profile.seed:
        given[profile.seed] = request.seed
    return {name: value for name, value in given.items() if value is not None}


def _form(schema: Mapping[str, Any]) -> dict[str, Any]:
    form: dict[str, Any] = {"name": "answer", "schema": dict(schema)}
    if _is_strict(schema):
        form["strict"] = True
    return {"type": "json_schema", "json_schema": form}


def _is_strict(schema: Any) -> bool:
    """Whether OpenAI would enforce it: every object names all its properties as required, and no others."""
    if isinstance(schema, list):
        return all(_is_strict(inner) for inner in cast("list[Any]", schema))
    if not isinstance(schema, Mapping):
        return True
    table = cast("Mapping[str, Any]", schema)
    properties = table.get("properties")
    if table.get("type") == "object" or properties is not None:
        if table.get("additionalProperties") is not False:
            return False
        if set(table.get("required") or ()) != set(properties or ()):
            return False
    return all(_is_strict(inner) for inner in table.values())
