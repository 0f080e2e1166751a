"""The page: whole, pressed, cached, and nothing but the page."""

from __future__ import annotations

import gzip
import os
import socket
from pathlib import Path

import pytest

from studiolo.server.page import MEDIA_TYPES, Page
from studiolo.web import FOLDER

from .serving import Serving


def get_raw(server: Serving, target: bytes) -> bytes:
    """What comes for a target that no client would send as it is."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as line:
        line.sendall(b"GET " + target + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        answer = b""
        while received := line.recv(65_536):
            answer += received
        return answer


def test_the_page(server: Serving):
    answer = server.get("/")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.content == (FOLDER / "index.html").read_bytes()
    assert server.client.head("/").status_code == 200


def test_every_file_of_it_is_served_with_its_type(server: Serving):
    files = [path for path in FOLDER.rglob("*") if path.is_file()]
    assert files
    for path in files:
        answer = server.get(f"/static/{path.relative_to(FOLDER).as_posix()}")
        assert answer.content == path.read_bytes(), path
        assert answer.headers["content-type"] == MEDIA_TYPES[path.suffix]


def test_files_are_pressed_and_not_sent_twice(server: Serving):
    first = server.get("/static/app.js", headers={"Accept-Encoding": "gzip"})
    assert first.headers["content-encoding"] == "gzip"
    plain = server.get("/static/app.js", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == first.content
    assert first.headers["vary"] == "accept-encoding"
    tag = first.headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}'):
        again = server.get("/static/app.js", headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert server.get("/static/app.js", headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    "target",
    [
        b"/static/",
        b"/static",
        b"/static/style",
        b"/static/style/",
        b"/static/../__init__.py",
        b"/static/%2e%2e/__init__.py",
        b"/static/..%2f__init__.py",
        b"/static/..\\__init__.py",
        b"/static/....//....//etc/passwd",
        b"/static//etc/passwd",
        b"/static/%00",
        b"/static/app.js%00.png",
        b"/static/app.js/",
        b"/static/./app.js",
        b"/static/%ff%fe",
        b"/static/" + b"a" * 5000,
        b"/static/C:/Windows/win.ini",
        b"/static/app.js::$DATA",
        b"/index.html",
        b"//etc/passwd",
        b"/../../etc/passwd",
        b"http://evil.example/static/app.js",
    ],
)
def test_nothing_else_is(server: Serving, target: bytes):
    answer = get_raw(server, target)
    assert answer.split(b" ", 2)[1] == b"404", answer[:200]
    assert b"application/problem+json" in answer


def test_a_link_out_of_the_folder_and_unknown_kinds_are_not_served(tmp_path: Path):
    (tmp_path / "a.py").write_text("secret")
    (tmp_path / "b.js").write_text("1")
    page = Page(tmp_path)
    assert set(page._paths) == {"b.js"}


def test_a_file_that_changed_is_read_again(tmp_path: Path):
    from starlette.requests import Request

    file = tmp_path / "a.js"
    file.write_text("first")
    page = Page(tmp_path)
    request = Request({"type": "http", "headers": [(b"accept-encoding", b"gzip")]})
    assert gzip.decompress(bytes(page.serve(request, "a.js").body)) == b"first"
    file.write_text("second")
    os.utime(file, ns=(1, 1))
    assert gzip.decompress(bytes(page.serve(request, "a.js").body)) == b"second"


def test_the_wheel_has_the_page(root: Path):
    """The whole package is in it; see [tool.hatch.build.targets.wheel]."""
    assert FOLDER.is_relative_to(root / "src/studiolo")
