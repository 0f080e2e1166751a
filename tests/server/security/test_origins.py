"""A browser may ask only for the studio's own page: pages of others cannot make it paint or delete."""

from __future__ import annotations

import pytest

from tests.server.serving import Serving

FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:1"},  # another program of this machine
    {"Origin": "file://127.0.0.1:{port}"},
    {"Origin": "http://[broken"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "Cross-Site", "Origin": "http://127.0.0.1:{port}"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
]
OURS = [
    {},
    {"Origin": "http://127.0.0.1:{port}"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1:{port}"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "same-origin"},
]


def filled(headers: dict[str, str], server: Serving) -> dict[str, str]:
    return {name: value.format(port=server.port) for name, value in headers.items()}


@pytest.mark.parametrize("headers", FOREIGN)
def test_another_page_changes_nothing(server: Serving, headers: dict[str, str]):
    for method in ("POST", "DELETE", "PATCH", "PUT"):
        answer = server.client.request(method, "/api/session", headers=filled(headers, server))
        assert answer.status_code == 403
        assert answer.json()["error"] == "forbidden"


@pytest.mark.parametrize("headers", FOREIGN)
def test_another_page_reads_nothing(server: Serving, headers: dict[str, str]):
    for path in ("/api/session", "/api/events", "/metrics", "/v1/models"):
        assert server.get(path, headers=filled(headers, server)).status_code == 403


@pytest.mark.parametrize("headers", OURS)
def test_our_own_page_and_programs_do(server: Serving, headers: dict[str, str]):
    assert server.get("/api/session", headers=filled(headers, server)).status_code == 200
    assert server.delete("/api/session", headers=filled(headers, server)).status_code == 204


def test_a_link_elsewhere_opens_the_page_but_no_picture_of_it(server: Serving):
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert server.get("/", headers=link).status_code == 200
    assert server.get("/", headers={**link, "Sec-Fetch-Dest": "iframe"}).status_code == 403
    assert server.get("/", headers={**link, "Sec-Fetch-Mode": "no-cors"}).status_code == 403
    assert server.get("/static/app.js", headers={**link, "Sec-Fetch-Dest": "script"}).status_code == 403


def test_a_simple_form_of_another_page_is_no_json(server: Serving):
    """Without Origin and Sec-Fetch-Site, as very old browsers: the body's type still gives it away."""
    answer = server.post(
        "/api/session", content=b'{"token":"x"}', headers={"Content-Type": "text/plain;charset=UTF-8"}
    )
    assert answer.status_code == 415


def test_nobody_is_told_that_they_may(server: Serving):
    """No answer has a header of CORS, to a preflight neither."""
    preflight = {
        "Origin": "https://evil.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    answer = server.client.request("OPTIONS", "/api/session", headers=preflight)
    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.startswith("access-control")]
