"""The server's side of a websocket (RFC 6455), as far as ComfyUI uses it."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import struct
import threading
from http.server import BaseHTTPRequestHandler

_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3


def accept(handler: BaseHTTPRequestHandler) -> None:
    """Answer a handshake."""
    digest = hashlib.sha1((handler.headers["Sec-WebSocket-Key"] + _GUID).encode()).digest()
    handler.send_response(101)
    handler.send_header("Upgrade", "websocket")
    handler.send_header("Connection", "Upgrade")
    handler.send_header("Sec-WebSocket-Accept", base64.b64encode(digest).decode())
    handler.end_headers()


class Line:
    """The server's side of a websocket (RFC 6455); frames of a server are not masked."""

    def __init__(self, handler: BaseHTTPRequestHandler, breaks_after: int | None) -> None:
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
