"""What went wrong, as a problem document (RFC 9457): for every route the same shape, and never a secret.

A dialect says the same in its own words: what renders the problems below its prefix is in
``app.state.renderers``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from studiolo.errors import (
    AccessError,
    Cancelled,
    ContentRefusedError,
    CostLimitError,
    CredentialsError,
    DiskFullError,
    EngineError,
    EngineTimeoutError,
    GalleryReadOnlyError,
    InputError,
    MissingExtraError,
    NotFoundError,
    OfflineError,
    PictureNotFoundError,
    QueueFullError,
    RateLimitedError,
    StudioloError,
    TooLargeError,
    UnauthenticatedError,
    UnknownEngineError,
    kind_of,
)
from studiolo.server.security.redaction import Redact

MEDIA_TYPE: Final = "application/problem+json"
REFERENCE: Final = "The reference is at /api/reference."

_STATUS: Final[Mapping[type[StudioloError], int]] = {
    PictureNotFoundError: 404,
    NotFoundError: 404,
    UnknownEngineError: 404,
    TooLargeError: 413,
    CostLimitError: 402,
    InputError: 422,
    UnauthenticatedError: 401,
    AccessError: 403,
    QueueFullError: 429,
    RateLimitedError: 429,
    MissingExtraError: 503,
    CredentialsError: 503,
    OfflineError: 503,
    EngineTimeoutError: 504,
    ContentRefusedError: 422,  # asked in the same words, it is declined again
    EngineError: 502,
    DiskFullError: 507,
    GalleryReadOnlyError: 403,
    Cancelled: 409,
    StudioloError: 500,
}
_TITLES: Final = {
    402: "Too costly",
    422: "Invalid request",
    502: "The engine failed",
    504: "The engine took too long",
}
_HINTS: Final = {
    404: f"Check the address. {REFERENCE}",
    405: f"The header Allow says which methods there are. {REFERENCE}",
}


class Problem(BaseModel):
    """What went wrong, and what to do next."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "about:blank",
                "title": "Not found",
                "status": 404,
                "detail": "There is no picture '01jz' in the gallery.",
                "hint": "See: studiolo gallery list",
                "error": "picture-not-found",
                "request_id": "9f2c51d0a7b34e66",
            }
        }
    )

    type: str = Field(default="about:blank", description="Always about:blank: `error` tells the kinds apart.")
    title: str = Field(description="What kind of problem it is, the same for every problem of this status.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What is wrong, in one line, for a person.")
    hint: str = Field(default="", description="The next thing to do.")
    error: str = Field(description="The kind of problem, for a program: `queue-full`, `picture-not-found` …")
    request_id: str = Field(description="What this request is called in the server's log.")
    field: str | None = Field(default=None, description="The field of the request that is wrong.")
    retry_after_s: float | None = Field(default=None, description="In how many seconds it may work.")


Renderer = Callable[[Problem], Response]
"""How a problem is said; a dialect brings its own."""


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What a route declares of its problems, for ``responses=``; 401, 403 and 422 go without saying."""
    return {
        status: {
            "description": _title(status),
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in sorted({401, 403, 422, *statuses})
    }


def describe(error: Exception, request_id: str) -> Problem:
    """``error`` as a problem; of what nobody foresaw nothing is told but the request's id."""
    if isinstance(error, StudioloError):
        return _describe_ours(error, request_id)
    if isinstance(error, RequestValidationError):
        return _describe_invalid(error, request_id)
    if isinstance(error, HTTPException):
        return _describe_http(error, request_id)
    return _problem(
        500,
        "internal",
        "This should not have happened.",
        request_id,
        hint=f"Please report it with what the server's log says of request {request_id}.",
    )


def describe_safely(app: FastAPI, error: Exception, request_id: str) -> Problem:
    """As :func:`describe`, without the secrets that an engine may have quoted: what clients are told."""
    redact: Redact = app.state.redact
    problem = describe(error, request_id)
    return problem.model_copy(update={"detail": redact(problem.detail), "hint": redact(problem.hint)})


def render(problem: Problem) -> Response:
    """``problem`` as the native API says it."""
    # JSON can spell half a character, and a problem may quote it; UTF-8 has none.
    content = json.dumps(problem.model_dump(exclude_none=True), ensure_ascii=True)
    return Response(content, problem.status, media_type=MEDIA_TYPE)


def respond(app: FastAPI, path: str, error: Exception, request_id: str) -> Response:
    """The response to a request for ``path`` that ended in ``error``, in the words of its API."""
    problem = describe_safely(app, error, request_id)
    renderers: Mapping[str, Renderer] = app.state.renderers
    renderer = next((renderers[prefix] for prefix in renderers if path.startswith(prefix)), render)
    response = renderer(problem)
    if isinstance(error, HTTPException):
        response.headers.update(error.headers or {})
    if problem.status == HTTPStatus.UNAUTHORIZED:
        response.headers["www-authenticate"] = "Bearer"
    if problem.retry_after_s is not None:
        response.headers["retry-after"] = str(max(1, round(problem.retry_after_s)))
    return response


async def handle(request: Request, error: Exception) -> Response:
    """The application's one handler of exceptions."""
    return respond(request.app, request.url.path, error, request.state.request_id)


def _describe_ours(error: StudioloError, request_id: str) -> Problem:
    status = next(_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS)
    retry_after_s = getattr(error, "retry_after_s", None)
    return _problem(
        status, kind_of(error), error.message, request_id, hint=error.hint, retry_after_s=retry_after_s
    )


def _describe_invalid(error: RequestValidationError, request_id: str) -> Problem:
    """The first finding; never the value, it may be a key."""
    finding = error.errors()[0]
    place, *path = [str(part) for part in finding["loc"]]
    if finding["type"] == "json_invalid":
        said = finding.get("ctx", {}).get("error", "it cannot be read")
        return _problem(422, "invalid-request", f"The body is not valid JSON: {said}.", request_id)
    field = ".".join(path) or place
    if finding["type"] == "extra_forbidden":
        detail, hint = f"There is no field '{field}'.", f"Leave it out, or mend its name. {REFERENCE}"
    elif finding["type"] == "missing":
        detail, hint = f"'{field}' is missing.", f"Give it. {REFERENCE}"
    else:
        said = str(finding["msg"]).removeprefix("Value error, ").rstrip(".")
        detail, hint = f"'{field}': {said[:1].lower()}{said[1:]}.", REFERENCE
    return _problem(422, "invalid-request", detail, request_id, hint=hint, field=field)


def _describe_http(error: HTTPException, request_id: str) -> Problem:
    status = error.status_code
    title = _title(status)
    kebab = HTTPStatus(status).phrase.lower().replace(" ", "-")
    said = error.detail if error.detail != HTTPStatus(status).phrase else title
    return _problem(status, kebab, f"{said.rstrip('.')}.", request_id, hint=_HINTS.get(status, REFERENCE))


def _problem(status: int, error: str, detail: str, request_id: str, **more: Any) -> Problem:
    return Problem(
        title=_title(status), status=status, detail=detail, error=error, request_id=request_id, **more
    )


def _title(status: int) -> str:
    return _TITLES.get(status) or HTTPStatus(status).phrase.capitalize()
