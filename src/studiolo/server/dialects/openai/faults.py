"""What went wrong, in OpenAI's words: its clients raise the exception that fits the status.

They ask again by themselves after 408, 409, 429 and every 5xx. Where that could not help, or would paint or
pay a second time, the header they look at first tells them not to.
"""

from __future__ import annotations

from typing import Any, Final

from fastapi import Response
from fastapi.responses import JSONResponse

from studiolo.server.problems import Problem, describe

_CODES: Final = {
    "unauthenticated": "invalid_api_key",
    "forbidden": "insufficient_permissions",
    "unknown-engine": "model_not_found",
    "queue-full": "rate_limit_exceeded",
    "rate-limited": "rate_limit_exceeded",
    "invalid-request": None,
}
_BUSY: Final = frozenset({"queue-full", "rate-limited"})


def render(problem: Problem) -> Response:
    """``problem`` as a client of OpenAI's reads it."""
    status = 400 if problem.status == 422 else problem.status
    retry = "true" if problem.error in _BUSY else "false"
    return JSONResponse(body(problem), status, headers={"x-should-retry": retry})


def tell(error: Exception, request_id: str) -> dict[str, Any]:
    """``error`` as an event of a stream that had begun well."""
    return body(describe(error, request_id))


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
