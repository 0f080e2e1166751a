"""A server on loopback that speaks OpenAI's chat completions.

What it is sent must be what OpenAI's own types say; that what it sends is right, their own client is asked to
judge (``test_server.py``). Left alone it repeats the last question word by word; scripts make it do worse.
"""

from __future__ import annotations

import json
import re
import select
import socket
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

KEY = "sk-test-0123456789abcdefghijklmnopqrstuv"
MODELS = ("gpt-5.4-mini", "gpt-5.5", "llava:13b")
OTHER_DIALECTS = {"top_k", "random_seed", "frequency"}


class Drop:
    """Close the connection in the middle, without a word."""


@dataclass
class Script:
    """One answer: its status, headers, and what is written when; an Event is waited for."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "text/event-stream"})
    steps: Sequence[bytes | threading.Event | Drop] = ()


@dataclass
class Received:
    method: str
    path: str
    headers: dict[str, str]
    body: Any
    client: tuple[str, int]


def chunk(delta: dict[str, Any] | None, *, finish: str | None = None, **more: Any) -> bytes:
    """One event of a stream."""
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    content = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1790000000,
        "model": "gpt-5.4-mini-2026-03-17",
        "choices": choices,
        **more,
    }
    return b"data: " + json.dumps(content).encode() + b"\n\n"


def usage(read: int, written: int, **more: Any) -> dict[str, Any]:
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written, **more}


DONE = b"data: [DONE]\n\n"


def speech(*words: str, finish: str = "stop", counted: dict[str, Any] | None = None) -> list[bytes]:
    """The steps of a whole answer."""
    steps = [chunk({"role": "assistant", "content": ""}), *(chunk({"content": word}) for word in words)]
    steps.append(chunk({}, finish=finish))
    if counted is not None:
        steps.append(chunk(None, usage=counted))
    return [*steps, DONE]


def fault(status: int, message: str, headers: dict[str, str] | None = None, **more: Any) -> Script:
    """An answer with an error status, in OpenAI's form."""
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": None, **more}
    body = json.dumps({"error": error}).encode()
    return Script(status, {"content-type": "application/json", **(headers or {})}, [body])


class ChatServer(ThreadingHTTPServer):
    """Serves until the context ends; remembers what it received, and who went away."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.scripts: deque[Script] = deque()
        self.received: list[Received] = []
        self.gone = threading.Event()
        self.began = threading.Event()
        self.models: Sequence[str] | None = MODELS
        self.key = ""
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    @property
    def asked(self) -> list[Any]:
        """The bodies of the chats so far."""
        return [one.body for one in self.received if one.path == "/v1/chat/completions"]

    def handle_error(self, request: Any, client_address: Any) -> None:
        self.gone.set()  # the client closed the connection between two requests, or within one


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: ChatServer

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self._take(None)
        if self.server.models is None or self.path != "/v1/models":
            return self._play(fault(404, "Not found"))
        listed = [{"id": m, "object": "model", "created": 1, "owned_by": "me"} for m in self.server.models]
        body = json.dumps({"object": "list", "data": listed}).encode()
        return self._play(Script(200, {"content-type": "application/json"}, [body]))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self._take(body)
        if self.path != "/v1/chat/completions":
            return self._play(fault(404, "Not found"))
        if self.server.key and self.headers["authorization"] != f"Bearer {self.server.key}":
            return self._play(fault(401, "Incorrect API key provided.", code="invalid_api_key"))
        complaint = wrong_in(body)
        if complaint:
            return self._play(fault(400, f"This is not OpenAI's request: {complaint}"))
        return self._play(self.server.scripts.popleft() if self.server.scripts else _parrot(body))

    def _take(self, body: Any) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.received.append(Received(self.command, self.path, headers, body, self.client_address))

    def _play(self, script: Script) -> None:
        self.send_response(script.status)
        for name, value in script.headers.items():
            self.send_header(name, value)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for step in script.steps:
            if isinstance(step, Drop):
                self._drop()
                return
            if isinstance(step, threading.Event):
                self.server.began.set()
                if not self._wait(step):
                    return
            elif step:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(step), step))
        self.wfile.write(b"0\r\n\r\n")

    def _drop(self) -> None:
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def _wait(self, event: threading.Event) -> bool:
        """Until ``event``; False if the client went away before."""
        while not event.wait(0.01):
            readable, _, _ = select.select([self.connection], [], [], 0)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                self.server.gone.set()
                self.close_connection = True
                return False
        return True


@cache
def _params() -> Any:
    from openai.types.chat.completion_create_params import CompletionCreateParamsStreaming
    from pydantic import TypeAdapter

    return TypeAdapter(CompletionCreateParamsStreaming), CompletionCreateParamsStreaming.__annotations__


def wrong_in(body: Any) -> str:
    """What OpenAI's own types say against a request, empty if nothing."""
    from openai.types.chat.completion_create_params import CompletionCreateParamsBase
    from pydantic import ValidationError

    adapter, own = _params()
    unknown = set(body) - own.keys() - CompletionCreateParamsBase.__annotations__.keys() - OTHER_DIALECTS
    if unknown:
        return f"no parameters {sorted(unknown)}"
    try:
        # Iterables are validated when they are walked: dumping walks them all.
        adapter.dump_python(adapter.validate_python(body), mode="json")
    except ValidationError as error:
        return str(error)
    return ""


def _parrot(body: Any) -> Script:
    content = body["messages"][-1]["content"]
    parts = content if isinstance(content, list) else [{"type": "text", "text": content}]
    seen = sum(part["type"] == "image_url" for part in parts)
    text = " ".join(part["text"] for part in parts if part["type"] == "text")
    words = re.findall(r"\s*\S+", f"[{seen} seen] {text}" if seen else text)
    most = body.get("max_tokens") or body.get("max_completion_tokens") or len(words)
    asked = (body.get("stream_options") or {}).get("include_usage")
    counted = usage(len(words), min(most, len(words))) if asked else None
    finish = "stop" if len(words) <= most else "length"
    return Script(steps=speech(*words[:most], finish=finish, counted=counted))
