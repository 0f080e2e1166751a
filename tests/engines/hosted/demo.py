"""A small service of nobody's, and an engine for it: what the fault suite is tried on.

``POST /paintings`` (prompt, seed, width, height, model; a bearer key) answers ``{"id": …}``;
``GET /paintings/ID`` ``{"status": "painting"|"painted"|"declined"|"failed", "link": …}``;
``POST /paintings/ID/cancel`` calls it off.
"""

from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from PIL import Image

from studiolo.engines.base import EngineConfig, ImageEngine
from studiolo.engines.capabilities import Capabilities, Sizes
from studiolo.engines.http import Host, HostedImageOptions, Service
from studiolo.engines.http.downloads import download
from studiolo.engines.http.replies import Fault
from studiolo.engines.parallel import Places
from studiolo.engines.pictures import picture_from
from studiolo.errors import (
    ContentRefusedError,
    EngineError,
    EngineTimeoutError,
    StudioloError,
    UnknownEngineError,
)
from studiolo.requests import GeneratedImage, ImageRequest, Progress, ProgressCallback, ignore_progress
from tests.engines.hosted import breaking
from tests.engines.hosted.rows import FaultName

KEY = "demo-0123456789abcdefghijklmnopqrstuvwxyz"
WRONG_KEY = "demo-zyxwvutsrqponmlkjihgfedcba9876543210"
MODEL = "easel-1"
HANGS_S = 5.0
_HOST = Host(engine="demo", title="The demo", key_variable="DEMO_KEY")


class DemoEngine(ImageEngine):
    """Sound; the faulty ones in ``test_catches.py`` differ from it in one place each."""

    def __init__(self, config: EngineConfig | None = None) -> None:
        super().__init__(config)
        self.options = HostedImageOptions.read("demo", self.config.options)
        self.service = Service(_HOST, self.options, explain=self.explain)
        self.places = Places(self.options.max_parallel)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            description="Paints plain pictures at a service of nobody's.",
            sizes=Sizes(minimum=16, maximum=256, multiple=16, default=(32, 32)),
            device="demo",
            parallel=self.options.max_parallel,
        )

    def generate(
        self, request: ImageRequest, progress: ProgressCallback = ignore_progress
    ) -> Iterator[GeneratedImage]:
        if not self.options.key:
            raise _HOST.no_key()
        yield from self.places.paint_each(request, self.paint, progress)

    def paint(self, request: ImageRequest, progress: ProgressCallback) -> GeneratedImage:
        def beat() -> None:
            progress(Progress(step=0, total=1, stage="waiting"))

        painting = self.begin(request, beat)
        try:
            link = self.follow(painting, beat)
        except BaseException:
            self.call_off(painting)
            raise
        image = picture_from(self.fetch(link, beat), title=_HOST.title)
        progress(Progress(step=1, total=1))
        return GeneratedImage(image=image, request=request, engine="demo", model=MODEL, cost=0.01)

    def begin(self, request: ImageRequest, beat: Any) -> str:
        asked = request.model_dump(include={"prompt", "seed", "width", "height"})
        reply = self.service.post("paintings", {**asked, "model": self.model}, beat, once=True)
        return str(reply["id"])

    def follow(self, painting: str, beat: Any) -> str:
        until = time.monotonic() + self.options.total_timeout_s
        while True:
            reply = self.service.get(f"paintings/{painting}", beat)
            match reply["status"]:
                case "painted":
                    return str(reply["link"])
                case "declined":
                    raise ContentRefusedError("The demo declined to paint this.", hint="Say it otherwise.")
                case "failed":
                    raise EngineError("The demo failed: out of paint.", hint="Ask again.")
                case _:
                    if time.monotonic() > until:
                        raise EngineTimeoutError("The demo took too long.", hint="Ask again.")
                    self.service.pause(0.02, beat)

    def fetch(self, link: str, beat: Any) -> bytes:
        return download(self.service, link, beat)

    def call_off(self, painting: str) -> None:
        self.service.tell(f"paintings/{painting}/cancel")

    def explain(self, fault: Fault) -> StudioloError | None:
        if fault.code == "no_model":
            return UnknownEngineError(
                f"The demo has no such model: {fault.message}.", hint=f"It has {MODEL}."
            )
        return None

    @property
    def model(self) -> str:
        return self.config.model or MODEL

    def close(self) -> None:
        self.service.close()


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


class DemoHosting:
    """The demo as the suite wants it."""

    secrets = (KEY, WRONG_KEY)

    def __init__(self, server: DemoServer, kind: type[DemoEngine] = DemoEngine) -> None:
        self._server = server
        self._kind = kind

    @property
    def paid(self) -> int:
        return len(self._server.paintings)

    @property
    def under_way(self) -> int:
        return sum(one.state == "painting" for one in self._server.paintings.values())

    @property
    def called_off(self) -> int:
        return self._server.called_off

    def engine(self, **options: Any) -> DemoEngine:
        fault = self._server.fault
        port = breaking.refused_port() if fault == "refused-connection" else self._server.server_address[1]
        given: dict[str, Any] = {"base_url": f"http://127.0.0.1:{port}", "api_key": KEY, "max_wait_s": 1}
        if fault == "no-key":
            del given["api_key"]
        if fault == "wrong-key":
            given["api_key"] = WRONG_KEY
        if fault == "slow":
            given |= {"timeout_s": 0.5, "total_timeout_s": 0.5}
        model = "easel-9" if fault == "unknown-model" else None
        return self._kind(EngineConfig(name="demo", model=model, options={**given, **options}))

    def break_with(self, fault: FaultName, *, after: int = 0) -> None:
        self._server.fault, self._server.good = fault, after

    def mend(self) -> None:
        self._server.fault = None


@contextmanager
def demo_hosting(kind: type[DemoEngine] = DemoEngine) -> Iterator[DemoHosting]:
    with DemoServer() as server:
        yield DemoHosting(server, kind)
