"""A server on loopback that speaks as ComfyUI does: its routes, its queue, its websocket.

Written after ``server.py``, ``execution.py`` (PromptQueue, PromptExecutor), ``main.py`` (prompt_worker,
hijack_progress) and ``comfy_execution/progress.py`` of Comfy-Org/ComfyUI as they were in 2026-11. Workflows
are judged as ``execution.py`` does (``validating.py``) and painted in flat colours (``nodes.py``).
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import json
import struct
import threading
import time
import uuid
from dataclasses import dataclass, field
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from PIL import Image

from tests.engines.comfyui.nodes import Easel, Interrupted, Models, definitions
from tests.engines.comfyui.validating import judge

_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3
PATIENCE_S = 20


@dataclass
class Behaviour:
    """What is out of the ordinary; all of it may be changed while the server runs."""

    key: str = ""
    """Asked for as a proxy in front of it would."""
    html: bool = False
    takes_ids: bool = True
    """Newer servers take the caller's prompt_id."""
    minds_ids: bool = True
    """Newer servers interrupt the prompt alone that /interrupt names."""
    has_websocket: bool = True
    breaks_after: int | None = None
    """The websocket breaks after so many messages."""
    silent: bool = False
    """Everything was cached: no node runs, no step is told."""
    hold: bool = False
    """A painting runs until it is interrupted, or this is False again."""
    hold_queue: bool = False
    """Nothing that waits is begun."""
    well: int = 0
    """How many paintings go well before the faults below."""
    refuse: tuple[int, dict[str, str]] | None = None
    """POST /prompt is answered by this status and these headers."""
    refusals: int = 10**6
    hangs_up: bool = False
    loses_reply: bool = False
    fails: tuple[str, str] | None = None
    """Type and message of an exception that the sampler raises."""
    forgets: bool = False
    """What ran is in no history."""
    shows: str = ""
    """Of /view: half, text, flood, gone."""


@dataclass
class Item:
    number: int
    name: str
    prompt: dict[str, Any]
    extra: dict[str, Any]
    outputs: list[str]
    interrupted: threading.Event = field(default_factory=threading.Event)

    def told(self) -> list[Any]:
        return [self.number, self.name, self.prompt, self.extra, self.outputs]


class ComfyServer(ThreadingHTTPServer):
    """Serves until the context ends; remembers what it received."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.models = Models()
        self.does = Behaviour()
        self.received: list[tuple[str, str, Any]] = []
        self.files: dict[tuple[str, str, str], bytes] = {
            ("input", "", "example.png"): _png(Image.new("RGB", (64, 64)))
        }
        self.waiting: list[Item] = []
        self.running: Item | None = None
        self.history: dict[str, Any] = {}
        self.started = 0
        self.called_off = 0
        self.lines: dict[str, _Line] = {}
        self.prompts: list[dict[str, Any]] = []
        self.lock = threading.RLock()
        self._news = threading.Condition(self.lock)
        self._over = False
        self._workers = [
            threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}),
            threading.Thread(target=self._work),
        ]

    def __enter__(self) -> Self:
        for thread in self._workers:
            thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        with self._news:
            self._over, self.does.hold = True, False
            self._news.notify_all()
        self.shutdown()
        for line in list(self.lines.values()):
            line.drop()
        for thread in self._workers:
            thread.join()
        self.server_close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def known(self) -> dict[str, Any]:
        return definitions(self.models)

    @property
    def under_way(self) -> int:
        with self.lock:
            return len(self.waiting) + (self.running is not None)

    @property
    def last(self) -> dict[str, Any]:
        """The nodes of the last workflow that was sent, by class."""
        return {node["class_type"]: node["inputs"] for node in self.prompts[-1].values()}

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away."""

    # The queue

    def put(self, body: dict[str, Any]) -> tuple[int, Any]:
        """As POST /prompt: status and answer."""
        if "prompt" not in body:
            return 400, {"error": {"type": "no_prompt", "message": "No prompt provided"}, "node_errors": {}}
        given = body.get("prompt_id") if self.does.takes_ids else None
        if given is not None and str(uuid.UUID(given)) != given:
            return 400, {"error": {"type": "invalid_prompt_id", "message": "no UUID"}, "node_errors": {}}
        error, node_errors, outputs = judge(
            body["prompt"], self.known, lambda name: self.find(name) is not None
        )
        if error:
            return 400, {"error": error, "node_errors": node_errors}
        extra = {**body.get("extra_data", {}), "create_time": int(time.time() * 1000)}
        if "client_id" in body:
            extra["client_id"] = body["client_id"]
        with self._news:
            number = len(self.prompts)
            self.prompts.append(body["prompt"])
            item = Item(number, given or str(uuid.uuid4()), body["prompt"], extra, outputs)
            self.waiting.append(item)
            self._news.notify_all()
        return 200, {"prompt_id": item.name, "number": number, "node_errors": {}}

    def delete(self, names: list[str]) -> None:
        with self.lock:
            before = len(self.waiting)
            self.waiting = [item for item in self.waiting if item.name not in names]
            self.called_off += before - len(self.waiting)

    def interrupt(self, name: str | None) -> None:
        with self.lock:
            if self.running and (self.running.name == name or not (self.does.minds_ids and name)):
                self.running.interrupted.set()

    def release(self) -> None:
        """Go on with what is held."""
        with self._news:
            self.does.hold = self.does.hold_queue = False
            self._news.notify_all()

    def _work(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._over or (self.waiting and not self.does.hold_queue))
                if self._over:
                    return
                item = self.running = self.waiting.pop(0)
                self.started += 1
            messages, outputs, well = self._execute(item)
            with self.lock:
                self.running = None
                if not self.does.forgets:
                    self.history[item.name] = {
                        "prompt": item.told(),
                        "outputs": outputs,
                        "status": {
                            "status_str": "success" if well else "error",
                            "completed": well,
                            "messages": messages,
                        },
                        "meta": {},
                    }
            self.tell(item, "executing", {"node": None, "prompt_id": item.name})

    def _execute(self, item: Item) -> tuple[list[Any], dict[str, Any], bool]:
        messages: list[Any] = []

        def add(kind: str, **data: Any) -> None:
            data = {**data, "prompt_id": item.name, "timestamp": int(time.time() * 1000)}
            messages.append([kind, data])
            self.tell(item, kind, data)

        add("execution_start")
        add("execution_cached", nodes=list(item.prompt) if self.does.silent else [])
        outputs: dict[str, Any] = {}
        done: dict[str, Any] = {}
        easel = Easel(
            find=lambda name: self.find(name),
            step=lambda node, step, steps, seen: self._step(item, node, step, steps, seen),
            store=self._store,
        )
        name = kind = ""
        try:
            for name in _in_order(item.prompt, item.outputs):
                kind = item.prompt[name]["class_type"]
                if not self.does.silent:
                    self.tell(item, "executing", {"node": name, "display_node": name, "prompt_id": item.name})
                given = {
                    entry: done[value[0]][value[1]] if isinstance(value, list) else value
                    for entry, value in item.prompt[name]["inputs"].items()
                }
                if self._is_due() and self.does.fails and kind.startswith("KSampler"):
                    break
                made = easel.work(name, kind, given)
                if isinstance(made, dict):
                    outputs[name] = made
                    self.tell(item, "executed", {"node": name, "output": made, "prompt_id": item.name})
                done[name] = made
            else:
                add("execution_success")
                return messages, outputs, True
        except Interrupted:
            with self.lock:
                self.called_off += 1
            add("execution_interrupted", node_id=name, node_type=kind, executed=list(done))
            return messages, outputs, False
        kind_of_error, message = self.does.fails
        add(
            "execution_error",
            node_id=name,
            node_type=kind,
            executed=list(done),
            exception_message=message,
            exception_type=kind_of_error,
            traceback=["  File …\n"],
            current_inputs={},
            current_outputs=[],
        )
        return messages, outputs, False

    def _is_due(self) -> bool:
        return self.started > self.does.well

    def _step(self, item: Item, node: str, step: int, steps: int, seen: Image.Image) -> None:
        until = time.monotonic() + PATIENCE_S
        while self.does.hold and self._is_due() and time.monotonic() < until:
            if item.interrupted.wait(0.01):
                break
        if item.interrupted.is_set():
            raise Interrupted
        if self.does.silent:
            return
        told = {"value": step, "max": steps, "prompt_id": item.name}
        state = {"state": "running", "node_id": node, "real_node_id": node, **told}
        self.tell(item, "progress_state", {"prompt_id": item.name, "nodes": {node: state}})
        self.tell(item, "progress", {**told, "node": node})
        if item.extra.get("preview_method") not in (None, "none"):
            self.show(item, seen)

    # Files

    def find(self, name: str) -> Image.Image | None:
        """As folder_paths.annotated_filepath: ``studiolo/name.png [temp]``."""
        bare, _, kind = name.partition(" [")
        folder, _, file = bare.rpartition("/")
        content = self.files.get((kind.rstrip("]") or "input", folder, file))
        return Image.open(io.BytesIO(content)) if content else None

    def _store(self, kind: str, image: Image.Image) -> dict[str, str]:
        name = f"ComfyUI_{len(self.files):05}_.png"
        self.files[kind, "", name] = _png(image)
        return {"filename": name, "subfolder": "", "type": kind}

    # The websocket

    def tell(self, item: Item, kind: str, data: dict[str, Any]) -> None:
        line = self.lines.get(item.extra.get("client_id", ""))
        if line is not None:
            line.send(1, json.dumps({"type": kind, "data": data}).encode())

    def show(self, item: Item, seen: Image.Image) -> None:
        line = self.lines.get(item.extra.get("client_id", ""))
        if line is not None:
            buffer = io.BytesIO()
            seen.convert("RGB").save(buffer, "JPEG", quality=95)
            line.send(2, struct.pack(">II", 1, 1) + buffer.getvalue())


class _Line:
    """The server's side of a websocket (RFC 6455); frames of a server are not masked."""

    def __init__(self, handler: _Handler, breaks_after: int | None) -> None:
        self._handler = handler
        self._left = breaks_after
        self._lock = threading.Lock()

    def send(self, opcode: int, content: bytes) -> None:
        with self._lock:
            if self._left is not None:
                if not self._left:
                    self.drop()
                    return
                self._left -= 1
            size = len(content)
            head = bytes([0x80 | opcode])
            head += bytes([size]) if size < 126 else bytes([126]) + struct.pack(">H", size)
            with contextlib.suppress(OSError):
                self._handler.wfile.write(head + content)

    def drop(self) -> None:
        with contextlib.suppress(OSError):
            self._handler.connection.shutdown(2)

    def listen(self) -> None:
        """Until the other side closes."""
        read = self._handler.rfile.read
        while head := read(2):
            opcode, size = head[0] & 0x0F, head[1] & 0x7F
            size = struct.unpack(">H", read(2))[0] if size == 126 else size
            mask, body = read(4), read(size)
            plain = bytes(byte ^ mask[index % 4] for index, byte in enumerate(body))
            if opcode == 8:
                self.send(8, plain)
                return
            if opcode == 9:
                self.send(10, plain)


class _Handler(BaseHTTPRequestHandler):
    disable_nagle_algorithm = True
    protocol_version = "HTTP/1.1"
    server: ComfyServer

    def log_message(self, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        self.server.received.append(("GET", address.path, query))
        if self._is_stopped(address.path):
            return
        parts = [unquote(part) for part in address.path.strip("/").split("/")]
        match parts:
            case ["ws"]:
                self._listen(query.get("clientId", ""))
            case ["object_info", kind]:
                known = self.server.known
                self._json(200, {kind: known[kind]} if kind in known else {})
            case ["queue"]:
                with self.server.lock:
                    running = [self.server.running.told()] if self.server.running else []
                    waiting = [item.told() for item in self.server.waiting]
                self._json(200, {"queue_running": running, "queue_pending": waiting})
            case ["history", name]:
                with self.server.lock:
                    entry = self.server.history.get(name)
                self._json(200, {name: entry} if entry else {})
            case ["view"]:
                self._view(query)
            case _:
                self._send(404, b"404: Not Found", "text/plain; charset=utf-8")

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length", 0)))
        path = urlsplit(self.path).path
        # As aiohttp does, whatever the content type says.
        body = json.loads(raw) if raw and path != "/upload/image" else None
        self.server.received.append(("POST", path, body))
        if self._is_stopped(path):
            return
        match path:
            case "/prompt":
                self._prompt(body)
            case "/queue":
                self.server.delete(body.get("delete", []))
                self._send(200, b"", "application/octet-stream")
            case "/interrupt":
                self.server.interrupt((body or {}).get("prompt_id"))
                self._send(200, b"", "application/octet-stream")
            case "/upload/image":
                self._upload(raw)
            case _:
                self._send(404, b"404: Not Found", "text/plain; charset=utf-8")

    def _is_stopped(self, path: str) -> bool:
        does = self.server.does
        if does.html:
            self._send(200, b"<!doctype html><title>Welcome</title>", "text/html")
        elif does.key and self.headers.get("authorization") != f"Bearer {does.key}":
            self._send(401, b"<h1>401 Authorization Required</h1>", "text/html")
        else:
            return False
        return True

    def _prompt(self, body: Any) -> None:
        does = self.server.does
        due = self.server.started + len(self.server.waiting) >= does.well
        if due and does.refuse and does.refusals:
            does.refusals -= 1
            status, headers = does.refuse
            self._send(status, b"<h1>no</h1>", "text/html", headers)
        elif due and does.hangs_up:
            self._hang_up()
        else:
            status, answer = self.server.put(body)
            if due and does.loses_reply and status == 200:
                self._hang_up()
            else:
                self._json(status, answer)

    def _upload(self, raw: bytes) -> None:
        """As image_upload."""
        head = f"content-type: {self.headers['content-type']}\r\n\r\n".encode()
        form = BytesParser().parsebytes(head + raw)
        fields: dict[str, str] = {}
        for part in form.get_payload():
            name = part.get_param("name", header="content-disposition")
            if part.get_filename():
                filename, content = part.get_filename(), part.get_payload(decode=True)
            else:
                fields[name] = part.get_payload()
        kind, folder = fields.get("type", "input"), fields.get("subfolder", "")
        assert kind in {"input", "temp", "output"}
        assert fields.get("overwrite") in {None, "true", "1"}
        self.server.files[kind, folder, filename] = content
        self._json(200, {"name": filename, "subfolder": folder, "type": kind})

    def _view(self, query: dict[str, str]) -> None:
        place = query.get("type", "output"), query.get("subfolder", ""), query["filename"]
        content = self.server.files.get(place)
        shows = self.server.does.shows if self.server.started > self.server.does.well else ""
        if content is None or shows == "gone":
            self._send(404, b"", "application/octet-stream")
        elif shows == "text":
            self._send(200, b"not a picture", "text/plain")
        elif shows == "half":
            self._send(200, content[: len(content) // 2], "image/png", {"content-length": str(len(content))})
            self.close_connection = True
        elif shows == "flood":
            self._flood()
        else:
            self._send(200, content, "image/png", {"Content-Disposition": f'filename="{place[2]}"'})

    def _flood(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "image/png")
        self.send_header("content-length", str(200 * 10**6))
        self.end_headers()
        with contextlib.suppress(OSError):
            for _ in range(200):
                self.wfile.write(b"\0" * 10**6)
        self.close_connection = True

    def _listen(self, name: str) -> None:
        if not self.server.does.has_websocket:
            self._send(404, b"404: Not Found", "text/plain")
            return
        accept = base64.b64encode(hashlib.sha1((self.headers["Sec-WebSocket-Key"] + _GUID).encode()).digest())
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", accept.decode())
        self.end_headers()
        line = self.server.lines[name] = _Line(self, self.server.does.breaks_after)
        status = {"status": {"exec_info": {"queue_remaining": self.server.under_way}}, "sid": name}
        line.send(1, json.dumps({"type": "status", "data": status}).encode())
        try:
            line.listen()
        finally:
            self.server.lines.pop(name, None)
            self.close_connection = True

    def _hang_up(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(2)

    def _json(self, status: int, content: Any) -> None:
        self._send(status, json.dumps(content).encode(), "application/json; charset=utf-8")

    def _send(self, status: int, content: bytes, kind: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {
            "content-type": kind,
            "content-length": str(len(content)),
            **(headers or {}),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


def _in_order(prompt: dict[str, Any], outputs: list[str]) -> list[str]:
    """The nodes that outputs need, each after those it needs."""
    order: list[str] = []

    def visit(name: str) -> None:
        if name not in order:
            for value in prompt[name]["inputs"].values():
                if isinstance(value, list):
                    visit(value[0])
            order.append(name)

    for name in outputs:
        visit(name)
    return order


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()
