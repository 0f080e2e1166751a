"""A load of HTTP requests at a steady rate, and how long each waited.

Requests are due at fixed times whether or not earlier ones were answered, and a wait counts from when a
request was due, not from when a connection was free for it: a server that stalls is charged for all whom it
kept waiting ("coordinated omission", G. Tene).
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Load:
    """What came of a load. ``waits_ms`` are sorted; ``seconds`` end with the last answer."""

    waits_ms: tuple[float, ...]
    seconds: float
    received_bytes: int

    @property
    def per_s(self) -> float:
        """Answers a second."""
        return len(self.waits_ms) / self.seconds

    def percentile(self, share: float) -> float:
        """The wait in ms that ``share`` of the requests did not exceed."""
        return self.waits_ms[min(len(self.waits_ms) - 1, int(share * len(self.waits_ms)))]


class Connection:
    """One kept-alive connection; reads no more of HTTP than the server's own answers need."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str) -> bytes:
        """The body of the answer.

        Raises:
            RuntimeError: it was not 200.
        """
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port, limit=2**24)
        reader, writer = self._streams
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            said = head.partition(b"\r\n")[0].decode()
            raise RuntimeError(f"{path}: {said}")
        length = next(
            int(line.partition(b":")[2])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length:")
        )
        return await reader.readexactly(length)

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()


async def steady(
    address: tuple[str, int], paths: Callable[[], str], *, per_s: float, seconds: float, connections: int = 32
) -> Load:
    """``per_s`` requests a second for ``seconds``."""
    free: asyncio.Queue[Connection] = asyncio.Queue()
    opened = [Connection(*address) for _ in range(connections)]
    for connection in opened:
        free.put_nowait(connection)
    waits: list[float] = []
    received = 0

    async def ask(due: float, path: str) -> None:
        nonlocal received
        connection = await free.get()
        body = await connection.get(path)
        waits.append((time.perf_counter() - due) * 1e3)
        received += len(body)
        free.put_nowait(connection)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(int(per_s * seconds)):
            due = began + number / per_s
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            group.create_task(ask(due, paths()))
    taken = time.perf_counter() - began
    for connection in opened:
        connection.close()
    return Load(waits_ms=tuple(sorted(waits)), seconds=taken, received_bytes=received)


async def flat_out(
    address: tuple[str, int], paths: Callable[[], str], *, seconds: float, connections: int = 8
) -> Load:
    """As many requests as ``connections`` get answered one after the other."""
    waits: list[float] = []
    received = 0
    began = time.perf_counter()

    async def ask() -> None:
        nonlocal received
        connection = Connection(*address)
        while (sent := time.perf_counter()) - began < seconds:
            body = await connection.get(paths())
            waits.append((time.perf_counter() - sent) * 1e3)
            received += len(body)
        connection.close()

    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(ask())
    taken = time.perf_counter() - began
    return Load(waits_ms=tuple(sorted(waits)), seconds=taken, received_bytes=received)


def in_turn(paths: list[str]) -> Callable[[], str]:
    """Each of ``paths``, and again from the first."""
    endless: Iterator[str] = itertools.cycle(paths)
    return lambda: next(endless)
