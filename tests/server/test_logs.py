"""What the server writes down, and what it never does."""

from __future__ import annotations

import io
import json
import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI

from studiolo.errors import EngineError
from studiolo.server import logs
from studiolo.server.security.redaction import HIDDEN, Redactor
from studiolo.settings import Settings

from .serving import Serving

KEY = "sk-do-not-tell-anyone"


class Written:
    """What was written to the log."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def request(self, request_id: str) -> dict[str, Any]:
        """The line of one request; it comes after the answer."""
        for _ in range(1000):
            for line in self.lines:
                if line["event"] == "request" and line["request_id"] == request_id:
                    return line
            time.sleep(0.01)
        raise AssertionError(f"nothing was written of {request_id}: {self.text}")


@pytest.fixture
def written() -> Iterator[Written]:
    """Log as ``studiolo serve --log json`` does, into a string; afterwards as before."""
    root, ours = logging.getLogger(), logging.getLogger("studiolo")
    before = root.handlers[:], root.level, ours.level
    sink = Written()
    settings = Settings.load(engines={"openai": {"api_key": KEY}})
    logs.configure("json", sink.stream, Redactor(lambda: settings))
    yield sink
    logging.captureWarnings(False)
    root.handlers[:], root.level, ours.level = before


def test_a_request_is_one_line(server: Serving, written: Written):
    answer = server.get("/api/pictures/nothing?q=a+prompt")
    line = written.request(answer.headers["x-request-id"])
    assert (line["method"], line["route"], line["status"]) == ("GET", "/api/pictures/{picture_id}", 404)
    assert line["caller"] == "this machine"
    assert line["ms"] >= 0
    assert line["level"] == "info"
    assert line["timestamp"].endswith("Z")
    assert "prompt" not in written.text
    assert answer.json()["request_id"] == line["request_id"]


def test_an_unknown_address_is_told_but_no_secret_in_it(server: Serving, written: Written):
    answer = server.get("/share/abcdefghijklmnop/nothing")
    line = written.request(answer.headers["x-request-id"])
    assert line["route"] == "unmatched"
    assert line["path"] == f"/share/{HIDDEN}/nothing"


def test_probes_are_not_worth_a_line(server: Serving, written: Written):
    server.get("/healthz")
    server.get("/readyz")
    answer = server.get("/api/session")
    written.request(answer.headers["x-request-id"])
    assert [line["route"] for line in written.lines if line["event"] == "request"] == ["/api/session"]


def add_route(server: Serving, error: Exception) -> None:
    """A route that fails."""

    def fail() -> None:
        raise error

    app: FastAPI = server.app
    app.add_api_route("/api/failing", fail)


def test_what_nobody_foresaw_is_written_down_and_not_told(server: Serving, written: Written):
    add_route(server, RuntimeError(f"the inner secret {KEY}"))
    answer = server.get("/api/failing")
    assert answer.status_code == 500
    problem = answer.json()
    assert problem["error"] == "internal"
    assert "inner" not in answer.text
    assert "Traceback" not in answer.text
    assert problem["request_id"] in problem["hint"]
    line = next(line for line in written.lines if line["event"] == "fault")
    assert line["request_id"] == problem["request_id"]
    assert "RuntimeError: the inner secret [hidden]" in line["exception"]
    assert KEY not in written.text


def test_what_a_layer_refuses_is_no_fault(server: Serving, written: Written):
    answer = server.post("/api/session", content=b"a", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415
    assert written.request(answer.headers["x-request-id"])["status"] == 415
    assert "fault" not in {line["event"] for line in written.lines}


def test_an_engines_failure_is_told_without_its_key(server: Serving, written: Written):
    """The key is the settings' of this server."""
    server.app.state.redact = Redactor(lambda: Settings.load(engines={"openai": {"api_key": KEY}}))
    add_route(server, EngineError(f"The service said: {KEY} is wrong.", hint=f"Look at {KEY}."))
    answer = server.get("/api/failing")
    assert answer.status_code == 502
    assert answer.json()["detail"] == f"The service said: {HIDDEN} is wrong."
    assert KEY not in answer.text
    assert written.request(answer.headers["x-request-id"])["level"] == "warning"


def test_secrets_never_get_into_the_log(server: Serving, written: Written):
    """Wherever a client puts one: headers, cookies, bodies, addresses, wrong or right."""
    tokens = server.studio.gallery.tokens
    _, secret = tokens.create("laptop", ["read"])
    carriers: list[dict[str, Any]] = [
        {"headers": {"Authorization": f"Bearer {secret}"}},
        {"headers": {"Authorization": secret}},
        {"headers": {"Cookie": f"studiolo={secret}"}},
        {"headers": {"X-Forwarded-For": secret}},
        {"headers": {"User-Agent": secret}},
        {"params": {"token": secret}},
    ]
    last = None
    for carrier in carriers:
        for path in ("/api/session", "/api/pictures", f"/{secret}", f"/share/{secret}", "/api/nothing"):
            last = server.get(path, **carrier)
    for body in ({"token": secret}, {"tokens": secret}, {"token": secret, "more": secret}, [secret]):
        last = server.post("/api/session", json=body)
    last = server.put("/api/engines/openai/key", json={"api_key": secret, "wrong": 1})
    logging.getLogger("studiolo.other").warning(
        "got %s", secret, extra={"api_key": "anything", "Cookie": "a=b"}
    )
    written.request(last.headers["x-request-id"])
    assert secret not in written.text
    assert "anything" not in written.text
    assert "a=b" not in written.text


def test_a_terminal_obeys_nothing_that_a_client_wrote(server: Serving):
    stream = io.StringIO()
    ours = logging.getLogger("studiolo.server")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs._formatter("text", str, colours=False))
    ours.addHandler(handler)
    ours.propagate = False  # a test's report cannot carry half a character from one process to another
    try:
        server.get("/nothing%1b[2J%9b31m")
        ours.warning("Nobody is called '%s'", "a\x1b]0;title\x07\udc80")
    finally:
        ours.propagate = True
        ours.removeHandler(handler)
    assert "Nobody is called" in stream.getvalue()
    assert all(letter.isprintable() or letter == "\n" for letter in stream.getvalue())


@pytest.mark.parametrize("style", ["quiet", "text"])
def test_people_get_lines_they_can_read(server: Serving, style: logs.LogStyle):
    stream = io.StringIO()
    root, ours = logging.getLogger(), logging.getLogger("studiolo")
    before = root.handlers[:], root.level, ours.level
    try:
        logs.configure(style, stream, str)
        add_route(server, RuntimeError("unforeseen"))
        server.get("/api/session")
        server.get("/api/failing")
    finally:
        logging.captureWarnings(False)
        root.handlers[:], root.level, ours.level = before
    assert ("/api/session" in stream.getvalue()) == (style == "text")
    assert "RuntimeError: unforeseen" in stream.getvalue()
    assert "\x1b" not in stream.getvalue()
