"""A server on loopback that says exactly the bytes it is told, also those no honest server would."""

import contextlib
import io
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

Reply = Callable[[str], Iterable[bytes]]
"""From the path asked for to the pieces of the answer, head and all."""


def picture(width: int = 8, height: int = 8) -> bytes:
    buffer = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 255, (height, width, 3), dtype=np.uint8)
    Image.fromarray(noise).save(buffer, "PNG")
    return buffer.getvalue()


def answer(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def moved(location: str, status: str = "302 Found") -> bytes:
    return answer(b"", f"Location: {location}", status=status)


@dataclass
class Server:
    """``asked`` are the heads of the requests, ``names`` what TLS clients said they want (SNI)."""

    port: int
    asked: list[str] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)


@contextlib.contextmanager
def serving(reply: Reply, *, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            # A client that hangs up, in TLS or after it, is what several tests are about.
            with contextlib.suppress(OSError):
                connection = tls.wrap_socket(self.request, server_side=True) if tls else self.request
                with connection:
                    self.talk(connection)

        def talk(self, connection):
            head = b""
            while b"\r\n\r\n" not in head:
                piece = connection.recv(4096)
                if not piece:
                    return
                head += piece
            server.asked.append(head.decode("latin-1"))
            for part in reply(head.decode("latin-1").split(" ")[1]):
                connection.sendall(part)

    class Listener(socketserver.ThreadingTCPServer):
        daemon_threads = False
        request_queue_size = 20

    with Listener(("127.0.0.1", 0), Handler) as listener:
        server = Server(port=listener.server_address[1])
        if tls:
            tls.sni_callback = lambda _socket, name, _context: server.names.append(name)
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            listener.shutdown()
            thread.join()
