"""Ways for a loopback server to misbehave, for handlers of :mod:`http.server`."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler
from typing import Final

TOO_LARGE: Final = 200_000_000
PAGE: Final = b"<!doctype html><html><title>Welcome to nginx!</title><h1>Welcome to nginx!</h1></html>"
_PIECE: Final = bytes(2**20)


def send(
    handler: BaseHTTPRequestHandler,
    status: int,
    body: bytes,
    media_type: str = "application/json",
    **headers: str,
) -> None:
    """A whole answer; ``retry_after="0"`` is the header Retry-After."""
    handler.send_response(status)
    handler.send_header("content-type", media_type)
    handler.send_header("content-length", str(len(body)))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def send_page(handler: BaseHTTPRequestHandler) -> None:
    """What a web server says that is not the service at all."""
    send(handler, 200, PAGE, "text/html")


def send_head(handler: BaseHTTPRequestHandler, media_type: str = "application/json") -> None:
    """Promises an answer, and hangs up before its first byte."""
    handler.send_response(200)
    handler.send_header("content-type", media_type)
    handler.send_header("content-length", "5000")
    handler.end_headers()
    hang_up(handler)


def send_half(handler: BaseHTTPRequestHandler, body: bytes, media_type: str = "image/png") -> None:
    """Promises all of ``body``, and hangs up in its middle."""
    handler.send_response(200)
    handler.send_header("content-type", media_type)
    handler.send_header("content-length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body[: len(body) // 2])
    hang_up(handler)


def send_too_much(
    handler: BaseHTTPRequestHandler,
    media_type: str = "image/png",
    *,
    before: bytes = b"",
    piece: bytes = _PIECE,
    after: bytes = b"",
) -> None:
    """200 MB in chunks, or until the client hangs up; between ``before`` and ``after``, as within JSON."""
    handler.send_response(200)
    handler.send_header("content-type", media_type)
    handler.send_header("transfer-encoding", "chunked")
    handler.end_headers()
    try:
        for part in (before, *([piece] * (TOO_LARGE // len(piece) + 1)), after):
            if part:
                handler.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
        handler.wfile.write(b"0\r\n\r\n")
    except OSError:  # it hung up, as it should
        handler.close_connection = True


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    """Close the connection without another word."""
    handler.wfile.flush()
    with contextlib.suppress(OSError):  # the client was faster
        handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def wait(handler: BaseHTTPRequestHandler, until: threading.Event, *, at_most_s: float) -> bool:
    """Until the event is set or the time is over; False if the client hung up before."""
    end = time.monotonic() + at_most_s
    while not until.wait(0.01) and time.monotonic() < end:
        readable, _, _ = select.select([handler.connection], [], [], 0)
        if readable and not handler.connection.recv(1, socket.MSG_PEEK):
            handler.close_connection = True
            return False
    return True


def refused_port() -> int:
    """A port of this machine on which nothing listens: it was bound a moment ago, and is not any more."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return bound.getsockname()[1]
