"""How the server answers: each request of the API, and each way to fail."""

from __future__ import annotations

import json
import re
import select
import socket
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from tests.engines.hosted import breaking
from tests.engines.replicate import easel
from tests.engines.replicate.runs import (
    LLAVA_VERSION,
    PAINTERS,
    SDXL_VERSION,
    TOKEN,
    Drop,
    Received,
    Run,
    event,
)
from tests.engines.replicate.schemas import complaints

if TYPE_CHECKING:
    from tests.engines.replicate.server import ReplicateServer

_NEVER = 10**9


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: ReplicateServer

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        if self._refused(None):
            return
        if stream := re.fullmatch(r"/stream/(\w+)", self.path):
            self._stream(self.server.predictions[stream[1]])
        elif looked := re.fullmatch(r"/v1/predictions/(\w+)", self.path):
            self._json(200, self.server.state(looked[1]))
            self.server.predictions[looked[1]].looks -= 1
        elif urlsplit(self.path).path == "/v1/predictions":
            self._list(parse_qs(urlsplit(self.path).query))
        elif painted := re.fullmatch(r"/pbxt/(\w+)/out-0.png", self.path):
            self._deliver(self.server.predictions[painted[1]])
        elif pinned := re.fullmatch(r"/v1/models/([^/]+/[^/]+)/versions/(\w+)", self.path):
            self._model(pinned[1], pinned[2])
        elif named := re.fullmatch(r"/v1/models/([^/]+/[^/]+)", self.path):
            self._model(named[1])
        else:
            self._json(404, {"detail": "Not found.", "status": 404})

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        is_json = self.headers.get("content-type", "").startswith("application/json")
        body = json.loads(raw) if is_json and raw else raw
        if self._refused(body):
            return
        if self.path == "/v1/files":
            self._file(raw)
        elif cancelled := re.fullmatch(r"/v1/predictions/(\w+)/cancel", self.path):
            run = self.server.predictions[cancelled[1]]
            if not run.over or not run.picture:
                self.server.called_off += 1
                run.cancelled.set()
            self._json(200, self.server.state(cancelled[1]))
        elif self.path == "/v1/predictions":
            pinned = "stability-ai/sdxl" if body.get("version") == SDXL_VERSION else "yorickvp/llava-13b"
            self._begin(pinned, body, {"version", "input", "stream"})
        elif official := re.fullmatch(r"/v1/models/([^/]+/[^/]+)/predictions", self.path):
            if self.server.models.get(official[1], (None, False))[1]:
                self._begin(official[1], body, {"input", "stream"})
            else:  # anybody's models are run by their version
                self._json(404, {"detail": "The requested resource could not be found.", "status": 404})
        else:
            self._json(404, {"detail": "Not found.", "status": 404})

    def _refused(self, body: Any) -> bool:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.received.append(Received(self.command, self.path, headers, body))
        if self.server.fault == "not-the-service":
            breaking.send_page(self)
            return True
        if self.path.startswith("/pbxt/"):
            return False
        if headers.get("authorization") != f"Bearer {TOKEN}" or self.server.fault == "wrong-key":
            self._json(401, {"title": "Unauthenticated", "detail": "You did not pass a valid token."})
            return True
        if self.server.faults:
            self._json(*self.server.faults.popleft())
            return True
        return False

    def _model(self, name: str, version: str = "") -> None:
        newest_id = SDXL_VERSION if name == "stability-ai/sdxl" else LLAVA_VERSION
        if name not in self.server.models or version not in {"", newest_id}:
            self._json(404, {"detail": "The requested resource could not be found."})
            return
        takes, official = self.server.models[name]
        newest = {
            "id": newest_id,
            "created_at": "2024-07-17T00:00:00.000Z",
            "cog_version": "0.9.4",
            "openapi_schema": takes,
        }
        owner, _, short = name.partition("/")
        model = {
            "url": f"https://replicate.com/{name}",
            "owner": owner,
            "name": short,
            "description": None,
            "visibility": "public",
            "github_url": None,
            "paper_url": None,
            "license_url": None,
            "run_count": 3,
            "cover_image_url": None,
            "default_example": None,
            "is_official": official,
            "latest_version": newest,
        }
        self._json(200, newest if version else model)

    def _begin(self, model: str, body: Any, allowed: set[str]) -> None:
        if set(body) - allowed or "input" not in body or (set(body) & {"version"} != allowed & {"version"}):
            self._json(422, {"title": "Input validation failed", "detail": f"Unknown: {sorted(body)}"})
            return
        takes, _ = self.server.models[model]
        if found := list(complaints(takes, body["input"])):
            self._json(
                422,
                {
                    "title": "Input validation failed",
                    "detail": "".join(f"- {each}\n" for each in found),
                    "status": 422,
                },
            )
            return
        paints = model in PAINTERS
        if paints and self._refuses():
            return
        server = self.server
        with server.lock:
            run = server.runs.popleft() if server.runs else self._new_run(paints, body["input"])
            run.input, run.model, run.version = body["input"], model, body.get("version", "")
            run.created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            name = f"p{len(server.predictions)}"
            server.predictions[name] = run
            if paints and not run.output and run.status == "succeeded":
                run.output = [f"{server.delivery}/{name}/out-0.png"]
        server.on_begun(run)
        if run.broken and server.fault == "hangs-up-after":
            breaking.hang_up(self)
            return
        if paints and server.slow_replies is not None:
            breaking.wait(self, server.slow_replies, at_most_s=5)
        reply = {**server.state(name), "status": "starting", "output": None, "metrics": {}}
        if paints and server.half_replies:
            server.half_replies -= 1
            breaking.send_half(self, json.dumps(reply).encode(), "application/json")
            return
        self._json(201, reply)

    def _new_run(self, paints: bool, given: dict[str, Any]) -> Run:
        if not paints:
            return _parrot(given)
        server = self.server
        run = Run(picture=easel.paint(given, server.files), looks=server.looks, streams=False)
        run.broken = server.fault is not None and server.good <= 0
        server.good -= 1
        match server.fault if run.broken else None:
            case "slow" | "cancelled":
                run.looks = _NEVER
            case "declined":
                run.status = "failed"
                run.error = "NSFW content detected. Try running it again, or try a different prompt."
            case "fourth-fails":
                run.status, run.error = "failed", "CUDA out of memory"
            case _:
                pass
        return run

    def _refuses(self) -> bool:
        """Whether a painting is not begun at all."""
        server = self.server
        match server.fault:
            case "no-access":
                self._json(403, {"detail": "You do not have permission to perform this action."})
            case "spent":
                self._json(402, {"title": "Insufficient credit", "detail": "You have no credit left."})
            case "throttled" | "throttled-once":
                server.fault = server.fault if server.fault == "throttled" else None
                self._json(429, {"detail": "Request was throttled. Your rate limit resets in ~0s."})
            case "overloaded":
                breaking.send(self, 503, b'{"detail": "Service unavailable."}', retry_after="0")
            case "hangs-up-before":
                breaking.hang_up(self)
            case _:
                return False
        return True

    def _list(self, query: dict[str, list[str]]) -> None:
        after = query.get("created_after", [""])[0]
        names = [name for name, run in self.server.predictions.items() if run.created >= after]
        results = [self.server.state(name) for name in reversed(names)][:100]
        self._json(200, {"next": None, "previous": None, "results": results})

    def _deliver(self, run: Run) -> None:
        if self.server.slow_deliveries is not None:
            breaking.wait(self, self.server.slow_deliveries, at_most_s=5)
        match self.server.fault if run.broken else None:
            case "half-sent":
                breaking.send_half(self, run.picture)
                self.server.on_delivery()
            case "no-picture":
                breaking.send(self, 200, b"There is no picture here.", "image/png")
            case "too-large":
                breaking.send_too_much(self)
            case "expired-link":
                breaking.send(self, 404, b"Not found", "text/plain")
            case _:
                breaking.send(self, 200, run.picture, "image/png")

    def _file(self, raw: bytes) -> None:
        self.server.files.append(raw)
        number = len(self.server.files)
        url = f"{self.server.address}/v1/files/f{number}"
        table = {
            "id": f"f{number}",
            "name": "picture",
            "content_type": "image/jpeg",
            "size": len(raw),
            "etag": "e",
            "checksums": {},
            "metadata": {},
            "created_at": "2026-11-22T10:00:00.000Z",
            "expires_at": None,
            "urls": {"get": url},
        }
        self._json(201, table)

    def _json(self, status: int, content: Any) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, run: Run) -> None:
        steps = run.stream
        if steps is None:
            outputs = [event("output", piece, number) for number, piece in enumerate(run.output)]
            failed = [event("error", run.error or "")] if run.status == "failed" else []
            steps = [*outputs, *failed, event("done", "{}")]
        self.send_response(200)
        self.send_header("content-type", "text/event-stream; charset=utf-8")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for step in steps:
            if isinstance(step, Drop):
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            if isinstance(step, threading.Event):
                self.server.began.set()
                if not self._wait(step):
                    return
            else:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(step), step))
        self.wfile.write(b"0\r\n\r\n")

    def _wait(self, until: threading.Event) -> bool:
        while not until.wait(0.01):
            readable, _, _ = select.select([self.connection], [], [], 0)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                self.server.gone.set()
                self.close_connection = True
                return False
        return True


def _parrot(given: dict[str, Any]) -> Run:
    pictures = given.get("image_input") or ([given["image"]] if given.get("image") else [])
    said = given.get("prompt") or given["messages"][-1]["content"]
    words = re.findall(r"\s*\S+", f"[{len(pictures)} seen] {said}" if pictures else said)
    most = next((given[name] for name in given if name.startswith("max_")), len(words))
    written = min(most, len(words))
    counts = {"input_token_count": len(words), "output_token_count": written}
    return Run(output=words[:most], metrics={"predict_time": 1.5, **counts})
