"""Whatever goes wrong is said in one shape."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from fastapi import FastAPI, Response

from studiolo import errors
from studiolo.errors import StudioloError
from studiolo.server.problems import Problem, describe

from .serving import Serving

STATUSES = {
    "AccessError": 403,
    "StudioloError": 500,
    "BadAnswerError": 502,
    "BrokenStreamError": 502,
    "Cancelled": 409,
    "Closing": 409,
    "ContentRefusedError": 422,
    "CostLimitError": 402,
    "CredentialsError": 503,
    "DiskFullError": 507,
    "EngineError": 502,
    "EngineTimeoutError": 504,
    "ForbiddenError": 403,
    "GalleryCorruptError": 500,
    "GalleryError": 500,
    "GalleryReadOnlyError": 403,
    "GalleryTooNewError": 500,
    "InputError": 422,
    "InvalidImageError": 422,
    "InvalidRequestError": 422,
    "MissingExtraError": 503,
    "NotFoundError": 404,
    "OfflineError": 503,
    "PictureNotFoundError": 404,
    "QueueFullError": 429,
    "RateLimitedError": 429,
    "SettingsError": 422,
    "TooLargeError": 413,
    "UnauthenticatedError": 401,
    "UnknownEngineError": 404,
    "UnsafeAddressError": 422,
    "UnsupportedRequestError": 422,
}


def make(kind: type[StudioloError]) -> StudioloError:
    if kind is errors.MissingExtraError:
        return errors.MissingExtraError("aws", needed_for="Bedrock")
    if kind is errors.QueueFullError:
        return errors.QueueFullError("Full.", hint="Wait.", retry_after_s=12.4)
    return kind("It went wrong.", hint="Do this.")


@pytest.mark.parametrize(
    "kind",
    [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, StudioloError)],
)
def test_every_error_has_its_status(kind: type[StudioloError]):
    problem = describe(make(kind), "17")
    assert problem.status == STATUSES[kind.__name__]
    assert problem.title
    assert problem.hint
    assert problem.request_id == "17"
    assert problem.error == errors.kind_of(make(kind))


def fail_with(server: Serving, error: Exception) -> None:
    """A route that raises ``error``."""

    def fail() -> None:
        raise error

    app: FastAPI = server.app
    app.add_api_route("/api/failing", fail)


def test_an_unknown_address_is_a_problem(server: Serving):
    answer = server.get("/api/nothing")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["error"] == "not-found"
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert problem["hint"]


def test_when_to_come_again_is_a_header_too(server: Serving):
    fail_with(server, make(errors.QueueFullError))
    answer = server.get("/api/failing")
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "12"
    assert answer.json()["retry_after_s"] == 12.4


def test_a_problem_has_the_shape_that_is_documented(server: Serving):
    documented = server.app.openapi()["components"]["schemas"]["Problem"]
    for answer in (server.get("/api/nothing"), server.get("/api/pictures?limit=x")):
        problem: dict[str, Any] = answer.json()
        assert set(problem) <= set(documented["properties"])
        assert set(documented["required"]) <= set(problem)
        assert Problem.model_validate(problem).status == answer.status_code


@pytest.mark.parametrize(
    ("body", "field", "said"),
    [
        ({}, "token", "is missing"),
        ({"token": "a", "tokn": 1}, "tokn", "There is no field 'tokn'"),
        ({"token": ["secret-value"]}, "token", "valid string"),
        (["secret-value"], "body", "valid dictionary"),
    ],
)
def test_what_is_wrong_with_a_body_is_said_without_its_values(
    server: Serving, body: Any, field: str, said: str
):
    answer = server.post("/api/session", json=body)
    problem = answer.json()
    assert (answer.status_code, problem["error"], problem["field"]) == (422, "invalid-request", field)
    assert said in problem["detail"]
    assert "secret-value" not in answer.text
    assert "pydantic" not in answer.text.lower()


def test_broken_json_is_said_to_be_that(server: Serving):
    answer = server.post("/api/session", content=b'{"a":', headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert "not valid JSON" in answer.json()["detail"]


def test_a_dialect_says_it_in_its_own_words(server: Serving):
    def render(problem: Problem) -> Response:
        return Response(f"{problem.error}!", problem.status, media_type="text/plain")

    server.app.state.renderers = {"/v9": render}
    answer = server.get("/v9/nothing")
    assert (answer.status_code, answer.text) == (404, "not-found!")
    assert server.get("/api/nothing").json()["error"] == "not-found"


def test_an_answer_that_breaks_in_the_middle_is_not_ended_as_if_whole(server: Serving):
    import httpx2
    from starlette.responses import StreamingResponse

    def pieces():
        yield b"a" * 10
        raise errors.EngineError("It broke.", hint="Again.")

    server.app.add_api_route("/api/streaming", lambda: StreamingResponse(pieces()), response_model=None)
    with pytest.raises(httpx2.RemoteProtocolError):
        server.get("/api/streaming")
    assert server.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/api/pictures", '{"ids": ["\\ud800"]}'),
        ("PATCH", "/api/pictures", '{"ids": ["latest"], "add_tags": ["\\ud800"]}'),
        ("POST", "/api/jobs", '{"prompt": "a fox", "options": {"\\ud800": 1}}'),
    ],
)
def test_half_a_character_is_the_clients_mistake(server: Serving, method: str, path: str, body: str):
    server.studio.generate("a red apple", width=64, height=64)
    answer = server.client.request(method, path, content=body, headers={"content-type": "application/json"})
    assert answer.status_code in {404, 422}
    assert answer.json()["detail"]
