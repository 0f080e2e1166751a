"""A small service of nobody's, which breaks as it is told.

``POST /paintings`` (prompt, seed, width, height, model; a bearer key) answers ``{"id": …}``;
``GET /paintings/ID`` ``{"status": "painting"|"painted"|"declined"|"failed", "link": …}``;
``POST /paintings/ID/cancel`` calls it off.
"""

from __future__ import annotations

import io
import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from PIL import Image

from tests.engines.hosted import breaking
from tests.engines.hosted.rows import FaultName

MODEL = "easel-1"
HANGS_S = 5.0


@dataclass
class Painting:
    asked: dict[str, Any]
    broken: bool
    state: str = "painted"
    begun_s: float = field(default_factory=time.monotonic)


class DemoServer(ThreadingHTTPServer):
    """Breaks as it is told; counts what it would charge for: every painting that it begins."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.lock = threading.Lock()
        self.fault: FaultName | None = None
        self.good = 0
        self.paintings: dict[str, Painting] = {}
        self.called_off = 0
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # the client hung up, which is what some faults are about

    def take(self, asked: dict[str, Any]) -> tuple[str, Painting]:
        with self.lock:
            broken = self.good <= 0 and self.fault is not None
            self.good -= 1
            painting = Painting(asked, broken)
            self.paintings[f"p{len(self.paintings)}"] = painting
            if broken and self.fault in {"slow", "cancelled"}:
                painting.state = "painting"
            return f"p{len(self.paintings) - 1}", painting


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: DemoServer

    def log_message(self, *args: object) -> None:
        pass

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"] or 0))
        if self.path.endswith("/cancel"):
            self._call_off(self.path.split("/")[-2])
        elif not self._refused():
            self._begin(json.loads(body))

    def do_GET(self) -> None:
        _, kind, name = self.path.split("/")
        painting = self.server.paintings[name]
        if kind == "files":
            self._send_picture(painting)
            return
        host, state = f"127.0.0.1:{self.server.server_address[1]}", painting.state
        fault = self.server.fault if painting.broken else None
        if fault == "cancelled" and state == "painting" and time.monotonic() - painting.begun_s > HANGS_S:
            state = painting.state = "painted"
        if fault == "private-link":
            host = host.replace("127.0.0.1", "0.0.0.0")
        if fault in {"declined", "fourth-fails"}:
            state = {"declined": "declined", "fourth-fails": "failed"}[fault]
        answer = {"status": state, "link": f"http://{host}/files/{name}"}
        breaking.send(self, 200, json.dumps(answer).encode())

    def _refused(self) -> bool:
        """Whether the painting is not begun at all."""
        server = self.server
        key = self.headers["authorization"].removeprefix("Bearer ")
        match server.fault:
            case "wrong-key":
                self._complain(401, f"{key} is not a key")
            case "no-access":
                self._complain(403, "your account may not use this model")
            case "spent":
                self._complain(402, "no credit left")
            case "throttled" | "throttled-once":
                server.fault = server.fault if server.fault == "throttled" else None
                self._complain(429, "slow down", retry_after="0")
            case "overloaded":
                self._complain(503, "no painter is free", retry_after="0")
            case "hangs-up-before":
                breaking.hang_up(self)
            case "not-the-service":
                breaking.send_page(self)
            case _:
                return False
        return True

    def _begin(self, asked: dict[str, Any]) -> None:
        if asked["model"] != MODEL:
            self._complain(404, asked["model"], code="no_model")
            return
        name, painting = self.server.take(asked)
        if painting.broken and self.server.fault == "hangs-up-after":
            breaking.hang_up(self)
        else:
            breaking.send(self, 201, json.dumps({"id": name}).encode())

    def _call_off(self, name: str) -> None:
        with self.server.lock:
            if self.server.paintings[name].state == "painting":
                self.server.paintings[name].state = "called off"
                self.server.called_off += 1
        breaking.send(self, 200, b"{}")

    def _send_picture(self, painting: Painting) -> None:
        picture = _picture(painting.asked)
        match self.server.fault if painting.broken else None:
            case "half-sent":
                breaking.send_half(self, picture)
            case "no-picture":
                breaking.send(self, 200, b"There is no picture here.", "image/png")
            case "too-large":
                breaking.send_too_much(self)
            case "expired-link":
                breaking.send(self, 403, b"Request has expired", "text/plain")
            case _:
                breaking.send(self, 200, picture, "image/png")

    def _complain(self, status: int, message: str, code: str = "", **headers: str) -> None:
        body = json.dumps({"error": {"message": message, "code": code}}).encode()
        breaking.send(self, status, body, **headers)


def _picture(asked: dict[str, Any]) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (asked["width"], asked["height"]), (asked["seed"] % 256, 20, 90)).save(content, "PNG")
    return content.getvalue()
