"""POST /v1/chat/completions: talk, also about pictures; at once or word by word."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import AsyncIterator
from functools import partial
from typing import Any, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from studiolo.chat import Completion, Finish, Usage
from studiolo.engines.kinds import Kind
from studiolo.errors import StudioloError
from studiolo.server.context import Needs, StudioDep
from studiolo.server.dialects.openai.chat_bodies import ChatBody
from studiolo.server.dialects.openai.conversations import begin
from studiolo.server.dialects.openai.faults import answers, tell
from studiolo.server.dialects.openai.names import choose
from studiolo.server.dialects.openai.pieces import Pieces
from studiolo.server.waiting import EventStream, apart, unless_gone

router = APIRouter(tags=["OpenAI"], dependencies=[Depends(Needs("generate"))])

_FINISHES: Final[dict[Finish, str]] = {
    "complete": "stop",
    "length": "length",
    "refused": "content_filter",
    "interrupted": "stop",
    "cancelled": "stop",
}


_EXAMPLE: Final = {
    "id": "chatcmpl-1f0c6cf2a1b34c5d8e7f9a0b",
    "object": "chat.completion",
    "created": 1795330000,
    "model": "pocket",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "The apple is red.", "refusal": None},
            "logprobs": None,
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
}
_EVENTS: Final = (
    'data: {"object": "chat.completion.chunk", "choices": [{"delta": {"content": "The "}, …}], …}'
)


@router.post("/v1/chat/completions", responses=answers(_EXAMPLE, events=_EVENTS))
async def create_chat_completion(body: ChatBody, request: Request, studio: StudioDep) -> Response:
    """Continue a conversation, as OpenAI's API does it; `docs/openai-api.md` says what differs."""
    spec = choose(studio, Kind.CHAT, body.model).spec
    here = str(request.base_url)
    talk = await apart(partial(begin, studio, spec, body, here=here))
    pieces = Pieces(talk)
    words = aiter(pieces)
    answer = _Answer(spec)
    if not body.stream:
        try:
            said = await unless_gone(request, _read(words))
        finally:
            pieces.close()
        return JSONResponse(answer.whole(said, pieces.result))
    try:
        # What goes wrong before the first word has a status of its own.
        first = await unless_gone(request, anext(words, None))
    except BaseException:
        pieces.close()
        raise
    events = _events(answer, first, words, pieces, body=body, request=request)
    return EventStream(events, ended=pieces.close)


async def _read(words: AsyncIterator[str]) -> str:
    return "".join([piece async for piece in words]).strip()


async def _events(
    answer: _Answer,
    first: str | None,
    words: AsyncIterator[str],
    pieces: Pieces[Completion],
    *,
    body: ChatBody,
    request: Request,
) -> AsyncIterator[bytes]:
    """The chunks of a stream; an answer that breaks off ends with the error instead."""
    counting = body.stream_options.include_usage
    yield answer.chunk({"role": "assistant", "content": ""}, counting=counting)
    try:
        if first is not None:
            yield answer.chunk({"content": first}, counting=counting)
        async for piece in words:
            yield answer.chunk({"content": piece}, counting=counting)
    except StudioloError as error:
        yield _event(tell(request, error))
        return
    completion = pieces.result
    yield answer.chunk({}, finish=_FINISHES[completion.finish], counting=counting)
    if counting:
        yield answer.spent(completion.usage)
    yield b"data: [DONE]\n\n"


class _Answer:
    """One answer, in the forms the protocol has for it."""

    def __init__(self, model: str) -> None:
        self._head = {
            "id": f"chatcmpl-{secrets.token_hex(12)}",
            "created": int(time.time()),
            "model": model,
        }

    def whole(self, said: str, completion: Completion) -> dict[str, Any]:
        """As a document."""
        choice = {
            "index": 0,
            "message": {"role": "assistant", "content": said, "refusal": None},
            "logprobs": None,
            "finish_reason": _FINISHES[completion.finish],
        }
        head = {**self._head, "object": "chat.completion"}
        return {**head, "choices": [choice], "usage": _usage(completion.usage)}

    def chunk(self, delta: dict[str, str], *, counting: bool, finish: str | None = None) -> bytes:
        """As an event with some of its words."""
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return self._chunk([choice], {"usage": None} if counting else {})

    def spent(self, usage: Usage | None) -> bytes:
        """The event that says what it took."""
        return self._chunk([], {"usage": _usage(usage)})

    def _chunk(self, choices: list[dict[str, Any]], more: dict[str, Any]) -> bytes:
        return _event({**self._head, "object": "chat.completion.chunk", "choices": choices, **more})


def _usage(usage: Usage | None) -> dict[str, int] | None:
    """Null where the engine does not count."""
    if usage is None:
        return None
    read, said = usage.input_tokens, usage.output_tokens
    return {"prompt_tokens": read, "completion_tokens": said, "total_tokens": read + said}


def _event(data: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
