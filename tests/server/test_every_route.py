"""What holds for every route there is, whoever wrote it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute

from studiolo.server.context import Needs
from studiolo.server.reference import operations
from studiolo.server.security.guard import PUBLIC, PUBLIC_BELOW
from studiolo.server.security.headers import CONTENT_SECURITY_POLICY

from .serving import Serving


def every_operation(server: Serving) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path with something filled in, and what the document says."""
    for path, item in server.app.openapi()["paths"].items():
        for method, operation in item.items():
            yield method.upper(), re.sub(r"\{[^}]+\}", "nothing", path), operation


def call(server: Serving, method: str, path: str, **headers: str) -> Any:
    """The head of an answer; what streams for ever is left at once."""
    json = {} if method in ("POST", "PUT", "PATCH") else None
    with server.client.stream(method, path, json=json, headers=headers) as answer:
        return answer


def is_public(path: str) -> bool:
    return path in PUBLIC or path.startswith(PUBLIC_BELOW)


def test_without_a_token_every_route_is_shut(start: Callable[..., Serving]):
    server = start(server_tokens=True)
    called = 0
    for method, path, _ in every_operation(server):
        if not is_public(path):
            called += 1
            assert call(server, method, path).status_code == 401, (method, path)
    assert called > 50
    for path in ("/api/openapi.json", "/api/reference", "/metrics"):
        assert server.get(path).status_code == 401


def test_a_token_that_may_only_look_changes_nothing(start: Callable[..., Serving]):
    """Whatever changes something is refused for lack of a scope before anything else is looked at."""
    server = start(server_tokens=True)
    _, secret = server.studio.gallery.tokens.create("frame", ["read"])
    allowed = {("POST", "/api/session"), ("DELETE", "/api/session")}
    for method, path, _ in every_operation(server):
        if method != "GET" and (method, path) not in allowed:
            answer = call(server, method, path, authorization=f"Bearer {secret}")
            assert answer.status_code == 403, (method, path)


def test_every_route_says_what_it_needs(server: Serving):
    def needs(route: APIRoute) -> bool:
        waiting = [route.dependant]
        while waiting:
            dependant = waiting.pop()
            if isinstance(dependant.call, Needs):
                return True
            waiting += dependant.dependencies
        return False

    routes = [route for router in routers_of(server) for route in router if isinstance(route, APIRoute)]
    assert len(routes) > 50
    assert [route.path for route in routes if not is_public(route.path) and not needs(route)] == []


def routers_of(server: Serving) -> Iterator[list[Any]]:
    for route in server.app.routes:
        included = getattr(route, "original_router", None)
        yield included.routes if included is not None else [route]


GUARDS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
}


def test_every_answer_is_guarded(server: Serving):
    answers = [call(server, method, path) for method, path, _ in every_operation(server)]
    answers += [
        server.get(path) for path in ("/", "/static/app.js", "/nothing", "/api/nothing", "/api/reference")
    ]
    answers.append(server.get("/", headers={"Host": "evil.example"}))
    answers.append(server.get("/", headers={"If-None-Match": server.get("/").headers["etag"]}))
    for answer in answers:
        where = (answer.request.method, answer.request.url.path, answer.status_code)
        assert {name: answer.headers.get(name) for name in GUARDS} == GUARDS, where
        assert len(answer.headers["x-request-id"]) == 16, where
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy, where
        assert "unsafe" not in policy, where
        assert not [name for name in answer.headers if name.startswith("access-control")], where
        assert "server" not in answer.headers, where


def test_the_page_has_the_strict_policy(server: Serving):
    assert server.get("/").headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert server.get("/").headers["cache-control"] == "no-cache"


def test_what_is_private_is_not_kept_by_browsers(server: Serving):
    for path in ("/api/session", "/api/pictures", "/api/nothing"):
        assert server.get(path).headers["cache-control"] == "no-store"


def test_unknown_methods_are_problems(server: Serving):
    for path in ("/", "/api/session", "/api/pictures", "/static/app.js"):
        answer = server.client.request("BREW", path)
        assert answer.status_code == 405, path
        assert answer.headers["allow"]
        assert answer.json()["error"] == "method-not-allowed"


def test_every_operation_is_documented(server: Serving):
    """Each has a text, a tag that is explained, and says how it may fail."""
    document = server.get("/api/openapi.json").json()
    tags = {tag["name"] for tag in document["tags"]}
    for path, operation in operations(document):
        where = (path, operation["operationId"])
        assert operation.get("description"), where
        assert operation["tags"], where
        assert tags.issuperset(operation["tags"]), where
        if path.startswith("/api/"):
            assert "application/problem+json" in operation["responses"]["422"]["content"], where
            assert "application/problem+json" in operation["responses"]["403"]["content"], where
    assert "HTTPValidationError" not in str(document)
    assert len({operation["operationId"] for _, operation in operations(document)}) == len(
        list(operations(document))
    )


def test_the_reference_shows_every_operation(server: Serving):
    page = server.get("/api/reference")
    assert page.headers["content-type"].startswith("text/html")
    for path, item in server.app.openapi()["paths"].items():
        for method in item:
            assert f"<code>{method.upper()} {path}</code>" in page.text
    assert "<script" not in page.text
    assert "style=" not in page.text


@pytest.mark.parametrize("path", ["/api/pictures?limit=x", "/api/jobs?state=odd", "/api/pictures?limit=-1"])
def test_a_wrong_query_is_a_problem_that_names_it(server: Serving, path: str):
    answer = server.get(path)
    assert answer.status_code == 422
    assert answer.json()["field"] in ("limit", "state")
