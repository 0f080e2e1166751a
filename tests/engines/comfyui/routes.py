"""ComfyUI's routes, as its ``server.py`` has them."""

from __future__ import annotations

import contextlib
import json
import time
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.engines.comfyui.line import Line, accept

if TYPE_CHECKING:
    from tests.engines.comfyui.server import ComfyServer


class Handler(BaseHTTPRequestHandler):
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
        elif found := [other for start, other in does.garbage.items() if path.startswith(start)]:
            self._json(200, found[0])
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
        while self.server.does.hold_line:
            time.sleep(0.01)
        accept(self)
        line = self.server.lines[name] = Line(self, self.server.does.breaks_after)
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
