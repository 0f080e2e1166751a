"""A client that asks for something and leaves before it has it."""

from __future__ import annotations

import json
import socket
import threading
from typing import Any

from .serving import TIMEOUT_S, Serving


def ask_and_leave(server: Serving, path: str, body: dict[str, Any], *, at: threading.Event) -> None:
    """Post ``body``, and hang up as soon as ``at`` is set."""
    content = json.dumps(body).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
        assert at.wait(TIMEOUT_S)
