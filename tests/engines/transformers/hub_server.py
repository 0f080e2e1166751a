"""A model hub on loopback: the part of its interface that downloads use.

Paths and headers: https://huggingface.co/docs/hub/api and the source of huggingface_hub.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

SHA = "0123456789abcdef0123456789abcdef01234567"


class Hub(BaseHTTPRequestHandler):
    """Serves ``files`` as the model ``model``; ``gated`` models refuse their files."""

    model: ClassVar[str] = "someone/tiny"
    folder: ClassVar[Path]
    sizes: ClassVar[dict[str, int]] = {}
    gated: ClassVar[bool] = False
    asked: ClassVar[list[str]] = []
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self, *, body: bool) -> None:
        path = self.path.partition("?")[0]
        self.asked.append(f"{self.command} {path}")
        about, files = f"/api/models/{self.model}", f"/{self.model}/resolve/{SHA}/"
        if self.gated and path.startswith((files, f"{about}/tree")):
            self._send(403, b"", {"X-Error-Code": "GatedRepo"}, body=body)
        elif path in {about, f"{about}/revision/main"}:
            self._json(
                {"id": self.model, "sha": SHA, "siblings": [{"rfilename": name} for name in self._names()]}
            )
        elif path == f"{about}/tree/{SHA}":
            self._json([self._entry(name) for name in self._names()])
        elif path.startswith(f"{about}/"):
            self._send(404, b"", {"X-Error-Code": "RevisionNotFound"}, body=body)
        elif path.startswith(files) and path.removeprefix(files) in self._names():
            data = (self.folder / path.removeprefix(files)).read_bytes()
            tag = hashlib.sha1(data, usedforsecurity=False).hexdigest()
            size = self._entry(path.removeprefix(files))["size"]
            headers = {"ETag": f'"{tag}"', "X-Repo-Commit": SHA, "X-Linked-Size": str(size)}
            self._send(200, data, headers, body=body)
        else:
            self._send(404, b"", {"X-Error-Code": "RepoNotFound"}, body=body)

    def _names(self) -> list[str]:
        return sorted(file.name for file in self.folder.iterdir())

    def _entry(self, name: str) -> dict[str, object]:
        size = self.sizes.get(name, (self.folder / name).stat().st_size)
        return {"type": "file", "path": name, "size": size, "oid": "0" * 40}

    def _json(self, content: object) -> None:
        self._send(200, json.dumps(content).encode(), {"Content-Type": "application/json"}, body=True)

    def _send(self, status: int, data: bytes, headers: dict[str, str], *, body: bool) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if body:
            self.wfile.write(data)


@contextmanager
def serving(folder: Path, **how: object) -> Generator[tuple[str, type[Hub]]]:
    """The address of a hub with the files of ``folder``, and the class that serves them."""
    handler = type("ThisHub", (Hub,), {"folder": folder, "asked": [], **how})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", handler
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
