"""Bodies: of the right kind, not too large, not too slow."""

from __future__ import annotations

import contextlib
import json
import re
import socket
from collections.abc import Iterator

import httpx2
import pytest

from studiolo.server import connection, limits

from .serving import Serving


def raw(server: Serving, *pieces: bytes) -> bytes:
    """Send bytes as they are; gives the answer, nothing if the server just ends the connection."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as line:
        for piece in pieces:
            line.sendall(piece)
        return receive(line)


def receive(line: socket.socket) -> bytes:
    """One answer, or as much as comes of it."""
    answer = b""
    while received := line.recv(65_536):
        answer += received
        head, _, body = answer.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head.lower())
        if length and len(body) >= int(length[1]):
            break
    return answer


HEAD = b"POST /api/session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"


def problem_of(answer: bytes) -> dict[str, object]:
    assert b"application/problem+json" in answer
    return json.loads(answer.partition(b"\r\n\r\n")[2])


def test_a_body_that_says_it_is_too_large_is_not_read(server: Serving):
    """The answer comes although not one byte of the body was sent."""
    answer = raw(server, HEAD + b"Content-Length: 900000000\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert problem_of(answer)["error"] == "too-large"


def test_a_body_that_turns_out_too_large_is_not_read_to_its_end(server: Serving):
    piece = b"%x\r\n%s\r\n" % (500_000, b"a" * 500_000)
    answer = raw(server, HEAD + b"Transfer-Encoding: chunked\r\n\r\n", piece, piece, piece)
    assert answer.startswith(b"HTTP/1.1 413 ")
    problem_of(answer)


def test_who_sends_too_much_still_sees_the_answer(server: Serving):
    """A browser would say no more than that the connection broke."""
    pieces = (b"a" * 100_000 for _ in range(400))
    answer = server.post("/api/session", content=pieces, headers=JSON)
    assert answer.status_code == 413
    assert server.get("/api/session").status_code == 200


def test_who_never_stops_sending_is_cut_off(server: Serving, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(connection, "HEAD_S", 0.2)

    def endless() -> Iterator[bytes]:
        while True:
            yield b"a" * 100_000

    with contextlib.suppress(httpx2.TransportError):  # what it sends is no longer heard; it ends, that is all
        assert server.post("/api/session", content=endless(), headers=JSON).status_code == 413


def test_a_body_within_the_limit_is_read(server: Serving):
    answer = server.post("/api/session", content=b'{"token": "' + b" " * 900_000 + b'"}', headers=JSON)
    assert answer.status_code == 422


JSON = {"Content-Type": "application/json"}


def test_pictures_may_be_larger_than_words(server: Serving):
    png = {"Content-Type": "image/png"}
    content = b" " * 20_000_000
    assert server.post("/api/session", content=content, headers=JSON).status_code == 413
    assert server.post("/api/uploads", content=content, headers=png).status_code != 413
    assert server.post("/api/uploads", content=content * 2, headers=png).status_code == 413
    assert server.post("/api/uploads", content=content, headers=JSON).status_code == 413
    assert server.patch("/api/pictures", content=content, headers=JSON).status_code == 413


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/xml",
        "multipart/form-data",
        "jason",
        "",
    ],
)
def test_a_body_of_another_kind_is_refused(server: Serving, kind: str):
    answer = server.post("/api/session", content=b"{}", headers={"Content-Type": kind})
    assert answer.status_code == 415
    assert answer.json()["error"] == "unsupported-media-type"
    assert "application/json" in answer.json()["detail"]


def test_json_says_so_in_more_ways_than_one(server: Serving):
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert server.post("/api/session", content=b'{"token": "a"}', headers=headers).status_code == 401


@pytest.mark.parametrize(
    "content", [b"{", b"\xff\xfe", b"[" * 100_000, b'{"token": \xff}', b"null", b"7", b'"a"']
)
def test_bodies_that_are_no_login(server: Serving, content: bytes):
    answer = server.post("/api/session", content=content, headers=JSON)
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_that_stops_coming_is_given_up(server: Serving, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(limits, "PAUSE_S", 0.2)
    answer = raw(server, HEAD + b"Content-Length: 100\r\n\r\n{")
    assert answer.startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "])
def test_a_head_that_stops_coming_is_given_up(server: Serving, monkeypatch: pytest.MonkeyPatch, sent: bytes):
    monkeypatch.setattr(connection, "HEAD_S", 0.2)
    assert raw(server, *([sent] if sent else [])) == b""


def test_a_second_head_that_stops_coming_is_given_up_too(server: Serving, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(connection, "HEAD_S", 0.2)
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as line:
        line.sendall(b"GET /api/session HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert receive(line).startswith(b"HTTP/1.1 200 ")
        line.sendall(b"GET /api/sess")
        assert receive(line) == b""


def test_what_is_no_http_ends_the_connection(server: Serving):
    assert raw(server, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20).startswith(b"HTTP/1.1 400 ")


def test_a_head_without_end_is_refused(server: Serving):
    head = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: " + b"a" * 200_000
    with contextlib.suppress(ConnectionError):  # it does not wait for the rest
        assert raw(server, head).startswith(b"HTTP/1.1 400 ")


def test_a_length_that_is_no_number_is_refused(server: Serving):
    for length in (b"-1", b"1e3", b"abc", b"5, 6"):
        answer = raw(server, HEAD + b"Content-Length: " + length + b"\r\n\r\n{}")
        assert answer.startswith(b"HTTP/1.1 400 ")
