"""The real application behind a real socket, in a thread of the test's process."""

from __future__ import annotations

import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
from fastapi import FastAPI

from studiolo.embedding import TextEmbedder
from studiolo.gallery import Gallery
from studiolo.registry import build_registry
from studiolo.server import create_app
from studiolo.server.running import Server
from studiolo.settings import Settings
from studiolo.studio import Studio

TIMEOUT_S = 60


@dataclass
class Serving:
    """A server that runs: its address, what it serves, and a client that knows the way."""

    address: str
    studio: Studio
    app: FastAPI
    client: httpx2.Client = field(repr=False)

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def new_client(self, **options: Any) -> httpx2.Client:
        """Another client, without the first one's cookies."""
        return httpx2.Client(base_url=self.address, timeout=TIMEOUT_S, trust_env=False, **options)

    def get(self, path: str, **options: Any) -> httpx2.Response:
        return self.client.get(path, **options)

    def post(self, path: str, **options: Any) -> httpx2.Response:
        return self.client.post(path, **options)

    def patch(self, path: str, **options: Any) -> httpx2.Response:
        return self.client.patch(path, **options)

    def put(self, path: str, **options: Any) -> httpx2.Response:
        return self.client.put(path, **options)

    def delete(self, path: str, **options: Any) -> httpx2.Response:
        return self.client.delete(path, **options)


def open_studio(embedder: TextEmbedder | None = None, **settings: Any) -> Studio:
    """A studio in this test's home, with the fake engines unless it is told otherwise."""
    read = Settings.load(**{"engine": "fake", "speech": "fake", **settings})
    registry = build_registry(read, embedder)
    return Studio(read, registry, Gallery.open(read.gallery_folder, embedder=embedder), embedder=embedder)


@contextmanager
def serve(studio: Studio, *, port: int = 0, **options: Any) -> Generator[Serving]:
    """Serve ``studio`` on a free port of loopback, or that one; ``options`` are those of ``create_app``."""
    app = create_app(studio, **options)
    with socket.create_server(("127.0.0.1", port)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        stop = threading.Event()
        server = Server(app, stop)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="server")
        thread.start()
        try:
            with httpx2.Client(base_url=address, timeout=TIMEOUT_S, trust_env=False) as client:
                yield Serving(address, studio, app, client)
        finally:
            stop.set()
            thread.join(TIMEOUT_S)
            assert not thread.is_alive(), "the server did not end"
