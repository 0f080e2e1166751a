"""What went wrong, in OpenAI's words: its clients raise the exception that fits the status.

They ask again by themselves after 408, 409, 429 and every 5xx. Where that could not help, or would paint or
pay a second time, the header they look at first tells them not to.
"""

from __future__ import annotations

from typing import Any, Final

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from studiolo.server.event_stream import EVENT_SCHEMA, EVENT_STREAM
from studiolo.server.problems import Problem, describe_safely

_CODES: Final = {
    "unauthenticated": "invalid_api_key",
    "forbidden": "insufficient_permissions",
    "unknown-engine": "model_not_found",
    "content-refused": "moderation_blocked",
    "queue-full": "rate_limit_exceeded",
    "rate-limited": "rate_limit_exceeded",
    "invalid-request": None,
}
_DESCRIBED: Final = {
    "4XX": "The client can mend it.",
    "5XX": "The engine or the gallery failed.",
}
_BUSY: Final = frozenset({"queue-full", "rate-limited"})


class FaultDetails(BaseModel):
    """What went wrong."""

    message: str = Field(
        description="What is wrong and what to do next.",
        examples=["There is no engine 'pokcet'. Did you mean 'pocket'?"],
    )
    type: str = Field(
        description="`invalid_request_error`, `rate_limit_error` or `server_error`.",
        examples=["invalid_request_error"],
    )
    param: str | None = Field(default=None, description="The field that is wrong.", examples=["model"])
    code: str | None = Field(
        default=None, description="The kind of fault, for a program.", examples=["model_not_found"]
    )


class Fault(BaseModel):
    """What went wrong, in OpenAI's shape."""

    error: FaultDetails


def answers(
    example: Any = None, *, events: str = "", media_types: tuple[str, ...] = ()
) -> dict[int | str, Any]:
    """What a route declares of its answers, for ``responses=``.

    Args:
        example: of a JSON document.
        events: of server-sent events, where the route can stream.
        media_types: of an answer that is no JSON.
    """
    content: dict[str, Any] = {kind: {} for kind in media_types}
    if example is not None:
        content["application/json"] = {"schema": {"type": "object"}, "example": example}
    if events:
        content[EVENT_STREAM] = {**EVENT_SCHEMA, "example": events}
    return {200: {"description": "As OpenAI's API answers it.", "content": content}, **faults()}


def faults() -> dict[int | str, Any]:
    """What every route declares of what may go wrong."""
    return {status: {"model": Fault, "description": said} for status, said in _DESCRIBED.items()}


def render(problem: Problem) -> Response:
    """``problem`` as a client of OpenAI's reads it."""
    status = 400 if problem.status == 422 else problem.status
    retry = "true" if problem.error in _BUSY else "false"
    return JSONResponse(body(problem), status, headers={"x-should-retry": retry})


def tell(request: Request, error: Exception) -> dict[str, Any]:
    """``error`` as an event of the stream, begun well, that answers ``request``."""
    return body(describe_safely(request.app, error, request.state.request_id))


def body(problem: Problem) -> dict[str, Any]:
    """The document: one sentence with the hint in it, as these clients show nothing else."""
    return {
        "error": {
            "message": f"{problem.detail} {problem.hint}".strip(),
            "type": _type(problem.status),
            "param": "model" if problem.error == "unknown-engine" else problem.field,
            "code": _CODES.get(problem.error, problem.error.replace("-", "_")),
        }
    }


def _type(status: int) -> str:
    if status == 429:
        return "rate_limit_error"
    return "invalid_request_error" if status < 500 else "server_error"
