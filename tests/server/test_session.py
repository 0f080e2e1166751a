"""Signing in: with a token in a header, with one in a cookie, and without any on this machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from studiolo.server.security import slowing

from .serving import Serving


def test_this_machines_own_user_needs_no_login(server: Serving):
    session = server.get("/api/session").json()
    assert session["login_required"] is False
    assert session["authenticated"] is True
    assert session["loopback"] is True
    assert set(session["scopes"]) == {"read", "generate", "edit", "admin"}
    assert session["limits"] == {"upload_bytes": 32_000_000, "queue": 100}
    assert session["defaults"] == {"engine": "fake", "assistant": "pocket", "speech": "fake"}


@pytest.fixture
def guarded(start: Callable[..., Serving]) -> Serving:
    """A server that wants a token even here, as behind a proxy."""
    return start(server_tokens=True)


@pytest.fixture
def secret(guarded: Serving) -> str:
    return guarded.studio.gallery.tokens.create("laptop", ["read"])[1]


PRIVATE = "/api/nothing-that-is-public"


def test_without_a_token_there_is_the_session_and_little_else(guarded: Serving):
    session = guarded.get("/api/session").json()
    assert (session["login_required"], session["authenticated"], session["scopes"]) == (True, False, [])
    answer = guarded.get(PRIVATE)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "studiolo token create" in answer.json()["hint"]


def test_a_token_opens_the_door(guarded: Serving, secret: str):
    header = {"Authorization": f"Bearer {secret}"}
    assert guarded.get(PRIVATE, headers=header).status_code == 404
    session = guarded.get("/api/session", headers=header).json()
    assert (session["name"], session["scopes"]) == ("laptop", ["read"])


def test_signing_in_and_out(guarded: Serving, secret: str):
    answer = guarded.post("/api/session", json={"token": secret})
    assert answer.status_code == 200
    assert answer.json()["authenticated"] is True
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Secure" not in cookie
    assert guarded.get(PRIVATE).status_code == 404
    left = guarded.delete("/api/session")
    assert left.status_code == 204
    assert left.headers["clear-site-data"] == '"cache"', "pictures are cached for good, whoever comes next"
    assert guarded.get(PRIVATE).status_code == 401


def test_a_cookie_got_over_https_stays_there(guarded: Serving, secret: str):
    headers = {"Origin": f"https://127.0.0.1:{guarded.port}"}
    answer = guarded.post("/api/session", json={"token": secret}, headers=headers)
    assert "Secure" in answer.headers["set-cookie"]


def test_a_wrong_token_does_not(guarded: Serving, secret: str):
    wrong = secret[:-1] + ("a" if secret[-1] != "a" else "b")
    answer = guarded.post("/api/session", json={"token": wrong})
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert wrong not in answer.text
    assert guarded.get(PRIVATE, headers={"Authorization": f"Bearer {wrong}"}).status_code == 401
    assert guarded.get(PRIVATE, headers={"Authorization": f"Basic {secret}"}).status_code == 401


def test_a_revoked_token_opens_nothing_from_then_on(guarded: Serving, secret: str):
    guarded.post("/api/session", json={"token": secret})
    guarded.studio.gallery.tokens.revoke("laptop")
    assert guarded.get(PRIVATE).status_code == 401


def test_an_expired_token_opens_nothing(guarded: Serving):
    tokens = guarded.studio.gallery.tokens
    expires = datetime.now(UTC) + timedelta(milliseconds=300)
    _, secret = tokens.create("short", ["read"], expires=expires)
    while datetime.now(UTC) < expires:
        time.sleep(0.05)
    assert guarded.get(PRIVATE, headers={"Authorization": f"Bearer {secret}"}).status_code == 401


@pytest.mark.parametrize(
    "body", [{}, {"token": ""}, {"token": 7}, {"token": "x" * 300}, {"token": "a", "b": 1}]
)
def test_a_body_that_is_no_login_is_refused_without_repeating_it(guarded: Serving, body: dict[str, object]):
    answer = guarded.post("/api/session", json=body)
    assert answer.status_code == 422
    assert "xxx" not in answer.text


def test_a_revoked_token_in_a_browser_does_not_keep_the_page_from_asking_for_another(
    guarded: Serving, secret: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(slowing, "WAITING_AT_ONCE", 0)  # a fourth mistake is refused, and does not only wait
    guarded.studio.gallery.tokens.revoke("laptop")
    with guarded.new_client(cookies={"studiolo": secret}) as browser:
        for _ in range(8):
            assert browser.get(PRIVATE).status_code in {401, 429}
        assert browser.get(PRIVATE).status_code == 429
        assert browser.get("/").status_code == 200
        assert {browser.get("/static/app.js").status_code for _ in range(8)} == {200}
        _, another = guarded.studio.gallery.tokens.create("another", ["read"])
        assert browser.post("/api/session", json={"token": another}).status_code == 200


def test_a_cookie_that_opens_nothing_is_taken_out_of_the_browser(guarded: Serving, secret: str):
    assert guarded.post("/api/session", json={"token": secret}).status_code == 200
    assert guarded.get("/api/session").json()["authenticated"] is True
    guarded.studio.gallery.tokens.revoke("laptop")
    assert guarded.get("/api/session").json()["authenticated"] is False
    assert "studiolo" not in guarded.client.cookies
