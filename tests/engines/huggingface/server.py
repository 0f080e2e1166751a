"""A server on loopback in place of Hugging Face's hub, its router and the providers behind it.

As the client of Hugging Face asks and reads them (huggingface_hub 2.4.0, ``inference/_providers``:
hf_inference, fal_ai, together, nscale), which ``test_server.py`` drives against it. It paints flat colours by
the seed.
"""

from __future__ import annotations

import base64
import io
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlsplit

from PIL import Image

from tests.engines.hosted import breaking

KEY = "hf_0123456789abcdefghijklmnopqrstuvwxyz"
HANGS_S = 5.0
MODELS: dict[str, dict[str, dict[str, str]]] = {
    "maker/hf": {"hf-inference": {"providerId": "maker/hf", "task": "text-to-image"}},
    "maker/fal": {
        "nobody": {"providerId": "x", "task": "text-to-image"},
        "fal-ai": {"providerId": "fal-ai/flux/dev", "task": "text-to-image"},
        "nscale": {"providerId": "maker/fal", "task": "text-to-image"},
    },
    "maker/fal-edit": {"fal-ai": {"providerId": "fal-ai/flux-edit", "task": "image-to-image"}},
    "maker/together": {"together": {"providerId": "Maker/Together", "task": "text-to-image"}},
    "maker/together-edit": {"together": {"providerId": "Maker/FLUX.2", "task": "image-to-image"}},
    "maker/hf-edit": {"hf-inference": {"providerId": "maker/hf-edit", "task": "image-to-image"}},
    "maker/nscale": {"nscale": {"providerId": "Maker/Nscale", "task": "text-to-image"}},
    "maker/words": {"nobody": {"providerId": "x", "task": "conversational"}},
    "maker/none": {},
}
_KNOBS = {
    "negative_prompt": str, "num_inference_steps": int, "guidance_scale": (int, float), "seed": int,
}  # fmt: skip
_SIDES = {"width": int, "height": int}
_BODIES: dict[str, dict[str, Any]] = {
    "hf-inference": {"inputs": str, "parameters": dict},
    "fal-ai": {"prompt": str, "image_size": dict, "image_url": str, "image_urls": list, **_KNOBS},
    "together": {
        "model": str, "prompt": str, "response_format": str, "steps": int, "image_url": str,
        "reference_images": list, **_SIDES, **_KNOBS,
    },
    "nscale": {"model": str, "prompt": str, "size": str, "response_format": str},
}  # fmt: skip


@dataclass
class Order:
    provider: str
    path: str
    body: dict[str, Any]
    broken: bool = False
    state: str = "finished"
    polls: int = 0
    content: bytes = field(default=b"", repr=False)


class HubServer(ThreadingHTTPServer):
    """Serves until the context ends; breaks as it is told, and counts what would be charged for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.lock = threading.Lock()
        self.fault = ""
        self.good = 0
        self.as_list = False
        self.side_px = 0
        self.unsafe = False
        self.orders: list[Order] = []
        self.called_off = 0
        self.keys: dict[str, str] = {}
        self.go_on = threading.Event()
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
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # the client hung up, which is what some faults are about

    def take(self, order: Order) -> int:
        with self.lock:
            order.broken = bool(self.fault) and self.good <= 0
            self.good -= 1
            if order.broken and self.fault in {"slow", "cancelled"}:
                order.state = "under way"
            order.content = self._picture(order, len(self.orders))
            self.orders.append(order)
            return len(self.orders) - 1

    def _picture(self, order: Order, index: int) -> bytes:
        given = {**order.body, **order.body.get("parameters", {})}
        size = given.get("image_size") or given.get("target_size") or given
        across, down = size.get("width"), size.get("height")
        if "size" in given:
            across, down = (int(side) for side in given["size"].split("x"))
        seed = given.get("seed", index)
        content = io.BytesIO()
        side = self.side_px
        colour = (40 + seed * 47 % 200, seed % 256, 90)
        Image.new("RGB", (side or across or 64, side or down or 64), colour).save(content, "PNG")
        return content.getvalue()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: HubServer

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self._note_key()
        if self.server.fault == "not-the-service":
            breaking.send_page(self)
        elif parts.path.startswith("/api/models/"):
            self._offer(parts.path.removeprefix("/api/models/"))
        elif parts.path.startswith("/files/"):
            self._file(self.server.orders[int(parts.path.rpartition("/")[2])])
        else:
            self._queue(parts.path)

    def do_POST(self) -> None:
        self._note_key()
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self._refused():
            return
        path = urlsplit(self.path)
        provider = path.path.split("/")[1]
        wrong = _wrong_in(provider, body)
        if wrong:
            self._complain(422, wrong)
            return
        order = Order(provider, self.path, body)
        self._answer(self.server.take(order), order, queued=path.query == "_subdomain=queue")

    def _note_key(self) -> None:
        path = urlsplit(self.path).path
        if not path.startswith("/files/"):
            self.server.keys[path] = self.headers["authorization"] or ""

    def _offer(self, model: str) -> None:
        if self.server.fault == "wrong-key":
            key = self.headers["authorization"].removeprefix("Bearer ")
            self._complain(401, f"Invalid credentials {key} in Authorization header")
        elif model not in MODELS:
            self._complain(404, "Repository not found")
        else:
            mapping: Any = {name: {"status": "live", **offer} for name, offer in MODELS[model].items()}
            if self.server.as_list:
                mapping = [{"provider": name, **offer} for name, offer in mapping.items()]
            answer = {"_id": "1", "id": model, "pipeline_tag": "text-to-image"}
            if "expand" in self.path:
                answer["inferenceProviderMapping"] = mapping
            self._send_json(answer)

    def _refused(self) -> bool:
        server = self.server
        match server.fault if server.good <= 0 else "":
            case "no-access":
                said = "This token does not have sufficient permissions to call Inference Providers"
                self._complain(403, said)
            case "spent":
                said = "You have exceeded your monthly included credits for Inference Providers."
                self._complain(402, said)
            case "throttled" | "throttled-once":
                server.fault = server.fault if server.fault == "throttled" else ""
                self._complain(429, "Too many requests", retry_after="0")
            case "overloaded":
                self._complain(503, "No capacity", retry_after="0")
            case "declined":
                self._complain(422, "Content policy violation: the prompt was flagged.")
            case "hangs-up-before":
                breaking.hang_up(self)
            case _:
                return False
        return True

    def _answer(self, index: int, order: Order, *, queued: bool) -> None:
        match self.server.fault if order.broken else "":
            case "hangs-up-after":
                breaking.hang_up(self)
            case "head-alone":
                breaking.send_head(self)
            case "odd-answer":
                self._send_json({"images": "none", "data": 3, "has_nsfw_concepts": True})
            case "fourth-fails":
                self._complain(500, "Internal error")
            case "slow" | "cancelled":
                if breaking.wait(self, self.server.go_on, at_most_s=HANGS_S):
                    self._send(index, order, queued)
                else:
                    with self.server.lock:
                        self.server.called_off += 1
                order.state = "over"
            case "half-sent" if order.provider == "hf-inference":
                breaking.send_half(self, order.content)
            case "no-picture":
                order.content = b"There is no picture here."
                self._send(index, order, queued)
            case "too-large" if order.provider == "hf-inference":
                breaking.send_too_much(self)
            case _:
                self._send(index, order, queued)

    def _send(self, index: int, order: Order, queued: bool) -> None:
        if queued:
            where = f"{self.server.address}/fal-ai/flux-edit/requests/{index}"
            self._send_json({"request_id": str(index), "status": "IN_QUEUE", "response_url": where})
        elif order.provider == "hf-inference":
            breaking.send(self, 200, order.content, "image/png")
        elif order.provider == "fal-ai":
            self._send_json(self._linked(index, order))
        else:
            text = base64.b64encode(order.content).decode()
            self._send_json({"data": [{"b64_json": text}]})

    def _linked(self, index: int, order: Order) -> dict[str, Any]:
        host = self.server.address
        if order.broken and self.server.fault == "private-link":
            host = host.replace("127.0.0.1", "0.0.0.0")
        unsafe = {"has_nsfw_concepts": [self.server.unsafe]}
        return {"images": [{"url": f"{host}/files/{index}", "content_type": "image/png"}], **unsafe}

    def _file(self, order: Order) -> None:
        match self.server.fault if order.broken else "":
            case "expired-link":
                breaking.send(self, 404, b"not found", "text/plain")
            case "half-sent":
                breaking.send_half(self, order.content)
            case "too-large":
                breaking.send_too_much(self)
            case _:
                breaking.send(self, 200, order.content, "image/png")

    def _queue(self, path: str) -> None:
        *_, number = path.removesuffix("/status").split("/")
        index = int(number)
        order = self.server.orders[index]
        if not path.endswith("/status"):
            self._send_json(self._linked(index, order))
            return
        order.polls += 1
        if self.server.fault == "queue-falters" and order.polls < 3:
            self._complain(502, "Bad gateway")
            return
        failed = order.broken and self.server.fault == "queue-fails"
        status = "ERROR" if failed else "IN_PROGRESS" if order.polls < 3 else "COMPLETED"
        self._send_json({"status": status, "request_id": number})

    def _send_json(self, content: Any) -> None:
        breaking.send(self, 200, json.dumps(content).encode())

    def _complain(self, status: int, message: str, **headers: str) -> None:
        breaking.send(self, status, json.dumps({"error": message}).encode(), **headers)


def _wrong_in(provider: str, body: dict[str, Any]) -> str:
    known = _BODIES[provider]
    for name, value in body.items():
        if name not in known or not isinstance(value, known[name]):
            return f"{provider}: {name} is {str(value)[:40]!r}"
    inner = {**_KNOBS, **_SIDES, "prompt": str, "target_size": dict}
    for name, value in body.get("parameters", {}).items():
        if name not in inner or not isinstance(value, inner[name]):
            return f"{provider}: parameters.{name} is {value!r}"
    return ""
