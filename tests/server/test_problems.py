"""Whatever goes wrong is said in one shape."""

from __future__ import annotations

from .serving import Serving


def test_an_unknown_address_is_a_problem(server: Serving):
    answer = server.get("/api/nothing")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["error"] == "not-found"
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert problem["hint"]
