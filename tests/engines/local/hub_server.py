"""A model hub on loopback: the part of its interface that downloads use.

Paths and headers: https://huggingface.co/docs/hub/api and the source of huggingface_hub. Weights are kept as
on the real hub: by the sha256 of their content, and given out in ranges.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

SHA = "0123456789abcdef0123456789abcdef01234567"
_BLOCK = 300_000
LARGE = (".safetensors", ".bin", ".ckpt")


class Hub(BaseHTTPRequestHandler):
    """Serves ``models``: by the name of each, the folder of its files.

    ``gated`` hubs refuse all files. ``cut`` is after how many bytes of weights a connection breaks, once
    for each number. ``lies`` about sizes, and ``spoils`` the content of files whose names it has.
    ``ranged`` False ignores ranges, as some proxies do. ``slow`` is the pause after each block, in seconds.
    """

    models: ClassVar[dict[str, Path]] = {}
    sizes: ClassVar[dict[str, int]] = {}
    gated: ClassVar[bool] = False
    ranged: ClassVar[bool] = True
    cuts: ClassVar[list[int]] = []
    spoils: ClassVar[set[str]] = set()
    slow: ClassVar[float] = 0.0
    asked: ClassVar[list[str]] = []
    sent: ClassVar[list[int]] = []
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
        model = next((name for name in self.models if re.match(f"/(api/models/)?{name}(/|$)", path)), None)
        if model is None:
            self._send(404, b"", {"X-Error-Code": "RepoNotFound"}, body=body)
            return
        about, files = f"/api/models/{model}", f"/{model}/resolve/{SHA}/"
        if self.gated and path.startswith((files, f"{about}/tree")):
            self._send(403, b"", {"X-Error-Code": "GatedRepo"}, body=body)
        elif path in {about, f"{about}/revision/main", f"{about}/revision/{SHA}"}:
            names = [{"rfilename": name} for name in self._names(model)]
            self._json({"id": model, "sha": SHA, "siblings": names})
        elif path == f"{about}/tree/{SHA}":
            self._json([self._entry(model, name) for name in self._names(model)])
        elif path.startswith(f"{about}/"):
            self._send(404, b"", {"X-Error-Code": "RevisionNotFound"}, body=body)
        elif path.removeprefix(files) in self._names(model):
            self._give(model, path.removeprefix(files), body=body)
        else:
            self._send(404, b"", {"X-Error-Code": "EntryNotFound"}, body=body)

    def _give(self, model: str, name: str, *, body: bool) -> None:
        data = (self.models[model] / name).read_bytes()
        headers = {
            "ETag": f'"{_tag(name, data)}"',
            "X-Repo-Commit": SHA,
            "X-Linked-Size": str(self._entry(model, name)["size"]),
        }
        if name in self.spoils:
            data = bytes(len(data))
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if asked and self.ranged:
            begin = int(asked[1])
            headers["Content-Range"] = f"bytes {begin}-{len(data) - 1}/{len(data)}"
            self._send(206, data[begin:], headers, body=body)
        else:
            self._send(200, data, headers, body=body, breaks=name.endswith(LARGE))

    def _names(self, model: str) -> list[str]:
        folder = self.models[model]
        return sorted(place.relative_to(folder).as_posix() for place in folder.rglob("*") if place.is_file())

    def _entry(self, model: str, name: str) -> dict[str, object]:
        data = (self.models[model] / name).read_bytes()
        size = self.sizes.get(name, len(data))
        entry: dict[str, object] = {"type": "file", "path": name, "size": size, "oid": "0" * 40}
        if name.endswith(LARGE):
            entry["lfs"] = {"oid": _tag(name, data), "size": size, "pointerSize": 130}
        return entry

    def _json(self, content: object) -> None:
        self._send(200, json.dumps(content).encode(), {"Content-Type": "application/json"}, body=True)

    def _send(
        self, status: int, data: bytes, headers: dict[str, str], *, body: bool, breaks: bool = False
    ) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if not body:
            return
        if breaks and self.cuts:
            data = data[: self.cuts.pop(0)]
            self.close_connection = True
        for start in range(0, len(data), _BLOCK) if self.slow else ():
            self._write(data[start : start + _BLOCK])
            time.sleep(self.slow)
        if not self.slow:
            self._write(data)
        self.sent.append(len(data))

    def _write(self, data: bytes) -> None:
        try:
            self.wfile.write(data)
        except ConnectionError:  # whoever asked has gone
            self.close_connection = True


def _tag(name: str, data: bytes) -> str:
    made = hashlib.sha256(data) if name.endswith(LARGE) else hashlib.sha1(data, usedforsecurity=False)
    return made.hexdigest()


@contextmanager
def serving(folder: Path, model: str = "someone/tiny", **how: object) -> Generator[tuple[str, type[Hub]]]:
    """The address of a hub with the files of ``folder`` as one model, and the class that serves them."""
    with serving_all({model: folder}, **how) as served:
        yield served


@contextmanager
def serving_all(models: dict[str, Path], **how: object) -> Iterator[tuple[str, type[Hub]]]:
    """As :func:`serving`, with several models."""
    kept = {"models": models, "asked": [], "sent": [], "cuts": [], **how}
    handler = type("ThisHub", (Hub,), kept)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", handler
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
