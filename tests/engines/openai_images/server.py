"""A server on loopback that paints as OpenAI's Images API does, or as a server of another dialect.

It refuses what ``judging.py`` finds wrong; that what it answers is right, OpenAI's own client judges
(``test_server.py``). Answers are those of the client's ``types/images_response.py`` and
``image_gen_*_event.py``; faults those of OpenAI's guides to errors and to image generation. It paints flat
colours, by the seed if it is sent one, else another each time.
"""

from __future__ import annotations

import base64
import io
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from PIL import Image

from tests.engines.hosted import breaking
from tests.engines.openai_images.judging import Order, read_order, wrong_in

KEY = "sk-proj-0123456789abcdefghijklmnopqrstuvwxyz"
MODELS = ("gpt-image-2.6-flare", "gpt-image-2.6-sunburst", "gpt-image-2", "gpt-image-1.5", "some/model")
HANGS_S = 5.0


@dataclass
class Painted:
    """An order that was taken."""

    order: Order
    broken: bool
    state: str = "finished"
    content: bytes = field(default=b"", repr=False)


class ImageServer(ThreadingHTTPServer):
    """Serves until the context ends; breaks as it is told, and counts what it would charge for."""

    daemon_threads = True

    def __init__(self, dialect: str = "openai") -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.dialect = dialect
        self.lock = threading.Lock()
        self.fault = ""
        self.good = 0
        self.links = False
        self.format = ""
        self.side_px = 0
        self.orders: list[Painted] = []
        self.headers: list[dict[str, str]] = []
        self.called_off = 0
        self.go_on = threading.Event()
        self.revised = ""
        self.counts = dialect == "openai"
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.go_on.set()
        self.shutdown()
        self._thread.join()
        self.server_close()

    @property
    def port(self) -> int:
        return self.server_address[1]

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def fields(self) -> list[dict[str, Any]]:
        """What was asked, order by order."""
        return [painted.order.fields for painted in self.orders]

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # the client hung up, which is what some faults are about

    def take(self, order: Order) -> tuple[int, Painted]:
        with self.lock:
            broken = bool(self.fault) and self.good <= 0
            self.good -= 1
            painted = Painted(order, broken, content=self.picture(order, len(self.orders)))
            if broken and self.fault in {"slow", "cancelled"}:
                painted.state = "under way"
            self.orders.append(painted)
            return len(self.orders) - 1, painted

    def picture(self, order: Order, index: int) -> bytes:
        seed = order.seed if order.seed is not None else index
        size = (self.side_px, self.side_px) if self.side_px else order.size
        see_through = order.fields.get("background") == "transparent"
        colour = (40 + seed * 47 % 200, 20 + seed * 13 % 90, 90, 0 if see_through else 255)
        image = Image.new("RGBA", size, colour)
        if see_through:
            image.paste((*colour[:3], 255), (0, 0, size[0] // 2, size[1]))
        kind = (self.format or order.fields.get("output_format") or "png").upper()
        content = io.BytesIO()
        image.convert("RGB" if kind == "JPEG" or not see_through else "RGBA").save(content, kind)
        return content.getvalue()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: ImageServer

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self._remember()
        if self.path == "/v1/models":
            listed = [{"id": name, "object": "model", "created": 1, "owned_by": "me"} for name in MODELS]
            breaking.send(self, 200, json.dumps({"object": "list", "data": listed}).encode())
            return
        painted = self.server.orders[int(self.path.rpartition("/")[2])]
        if painted.broken and self.server.fault == "expired-link":
            breaking.send(self, 403, b"<Error><Code>AuthenticationFailed</Code></Error>", "application/xml")
        else:
            breaking.send(self, 200, painted.content, "image/png")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self._remember()
        if self._refused():
            return
        order = read_order(self.path, body, self.headers["content-type"])
        param, complaint = wrong_in(order, self.server.dialect)
        if complaint:
            self._complain(400, complaint, "invalid_request_error", code="unknown_parameter", param=param)
        elif order.fields.get("model", MODELS[0]) not in (*MODELS, "sd-cpp-local", "pocket"):
            named = order.fields["model"]
            self._complain(404, f"The model '{named}' does not exist.", code="model_not_found", param="model")
        else:
            self._answer(*self.server.take(order))

    def _remember(self) -> None:
        self.server.headers.append({name.lower(): value for name, value in self.headers.items()})

    def _refused(self) -> bool:
        """Whether it is not painted at all."""
        server = self.server
        broken = server.good <= 0
        match server.fault if broken else "":
            case "wrong-key":
                key = self.headers["authorization"].removeprefix("Bearer ")
                self._complain(401, f"Incorrect API key provided: {key}.", code="invalid_api_key")
            case "no-access":
                said = "Your organization must be verified to use the model `gpt-image-2.6-flare`."
                self._complain(403, said)
            case "spent":
                said = "You exceeded your current quota, please check your plan and billing details."
                self._complain(429, said, "insufficient_quota", code="insufficient_quota")
            case "throttled" | "throttled-once":
                server.fault = server.fault if server.fault == "throttled" else ""
                self._complain(429, "Rate limit reached.", code="rate_limit_exceeded", retry_after="0")
            case "overloaded":
                self._complain(503, "The engine is currently overloaded.", "server_error", retry_after="0")
            case "declined":
                said = "Your request was rejected by the safety system."
                self._complain(400, said, "image_generation_user_error", code="moderation_blocked")
            case "hangs-up-before":
                breaking.hang_up(self)
            case "not-the-service":
                breaking.send_page(self)
            case _:
                return False
        return True

    def _answer(self, index: int, painted: Painted) -> None:
        match self.server.fault if painted.broken else "":
            case "hangs-up-after":
                breaking.hang_up(self)
            case "head-alone":
                streams = painted.order.fields.get("stream")
                breaking.send_head(self, "text/event-stream" if streams else "application/json")
            case "fourth-fails":
                self._complain(500, "The server had an error while processing your request.", "server_error")
            case "slow" | "cancelled":
                if breaking.wait(self, self.server.go_on, at_most_s=HANGS_S):
                    self._send(index, painted)
                else:
                    with self.server.lock:
                        self.server.called_off += 1
                painted.state = "over"
            case "half-sent":
                breaking.send_half(self, self._json(index, painted), "application/json")
            case "no-picture":
                painted.content = b"There is no picture here."
                self._send(index, painted)
            case "too-large":
                before = b'{"created": 1, "data": [{"b64_json": "'
                breaking.send_too_much(
                    self, "application/json", before=before, piece=b"A" * 2**20, after=b'"}]}'
                )
            case _:
                self._send(index, painted)

    def _send(self, index: int, painted: Painted) -> None:
        if not painted.order.fields.get("stream"):
            breaking.send(self, 200, self._json(index, painted))
            return
        kind = "image_edit" if painted.order.images else "image_generation"
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        self.close_connection = True
        shared = {
            "background": "opaque", "created_at": 1, "output_format": "png", "quality": "medium",
            "size": "1024x1024", "b64_json": base64.b64encode(painted.content).decode(),
        }  # fmt: skip
        for at in range(painted.order.fields.get("partial_images", 0)):
            self._event({"type": f"{kind}.partial_image", "partial_image_index": at, **shared})
        if painted.broken and self.server.fault == "stream-breaks":
            return
        if painted.broken and self.server.fault == "stream-fails":
            self._event({"error": {"message": "Out of paint.", "type": "server_error", "code": None}})
            return
        self._event({"type": f"{kind}.completed", "usage": self._usage(painted.order), **shared})

    def _event(self, content: dict[str, Any]) -> None:
        name = content.get("type", "error")
        self.wfile.write(f"event: {name}\ndata: {json.dumps(content)}\n\n".encode())

    def _json(self, index: int, painted: Painted) -> bytes:
        fault = self.server.fault if painted.broken else ""
        picture: dict[str, Any] = {"b64_json": base64.b64encode(painted.content).decode()}
        if self.server.links or fault in {"private-link", "expired-link"}:
            host = "0.0.0.0" if fault == "private-link" else "127.0.0.1"
            picture = {"url": f"http://{host}:{self.server.port}/files/{index}"}
        if self.server.revised:
            picture["revised_prompt"] = self.server.revised
        answer: dict[str, Any] = {"created": 1, "data": [picture]}
        if self.server.counts:
            answer["usage"] = self._usage(painted.order)
        return json.dumps(answer).encode()

    def _usage(self, order: Order) -> dict[str, Any]:
        text, pictures, painted = 10, 1000 * len(order.images), 1756
        return {
            "input_tokens": text + pictures,
            "input_tokens_details": {"text_tokens": text, "image_tokens": pictures},
            "output_tokens": painted,
            "output_tokens_details": {"text_tokens": 0, "image_tokens": painted},
            "total_tokens": text + pictures + painted,
        }

    def _complain(
        self,
        status: int,
        message: str,
        kind: str = "invalid_request_error",
        *,
        code: str = "",
        param: str = "",
        **headers: str,
    ) -> None:
        error = {"message": message, "type": kind, "code": code or None, "param": param or None}
        breaking.send(self, status, json.dumps({"error": error}).encode(), **headers)
