"""A server on loopback that speaks as ComfyUI does: its routes, its queue, its websocket.

Written after ``server.py``, ``execution.py`` (PromptQueue, PromptExecutor), ``main.py`` (prompt_worker,
hijack_progress) and ``comfy_execution/progress.py`` of Comfy-Org/ComfyUI as they were in 2026-11. Workflows
are judged as ``execution.py`` does (``validating.py``) and painted in flat colours (``nodes.py``).
"""

from __future__ import annotations

import io
import json
import struct
import threading
import time
import uuid
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from typing import Any, Self

from PIL import Image

from tests.engines.comfyui.line import Line
from tests.engines.comfyui.nodes import Easel, Interrupted, Models, definitions
from tests.engines.comfyui.routes import Handler
from tests.engines.comfyui.validating import judge

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
    hold_line: bool = False
    """The websocket's handshake is not answered until this is False again."""
    garbage: dict[str, Any] = field(default_factory=dict)
    """By the beginning of a path: other JSON than it should be."""
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
        super().__init__(("127.0.0.1", 0), Handler)
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
        self.lines: dict[str, Line] = {}
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
            self._over, self.does.hold, self.does.hold_line = True, False, False
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
            self.does.hold = self.does.hold_queue = self.does.hold_line = False
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
