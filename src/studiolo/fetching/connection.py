"""A connection that goes to an address already checked, and ends when its time is up."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpcore2

_MAX_TRIED = 4


class Deadline:
    """When a fetch has to be over, however slowly the other side talks."""

    def __init__(self, total_s: float) -> None:
        self._end = time.monotonic() + total_s

    def cap(self, timeout_s: float | None) -> float:
        """``timeout_s``, or what is left if that is less; 0 at the end."""
        left_s = max(0.0, self._end - time.monotonic())
        return left_s if timeout_s is None else min(timeout_s, left_s)


class PinnedBackend(httpcore2.NetworkBackend):
    """Connects to ``addresses``, whatever the name is: nothing is resolved a second time."""

    def __init__(self, addresses: Sequence[str], deadline: Deadline) -> None:
        self._addresses = tuple(addresses)[:_MAX_TRIED]
        self._deadline = deadline
        self._sockets = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the first address that answers."""
        failure: httpcore2.NetworkError | httpcore2.TimeoutException = httpcore2.ConnectError(host)
        for address in self._addresses:
            left_s = self._deadline.cap(timeout)
            if not left_s:
                raise httpcore2.ConnectTimeout
            try:
                stream = self._sockets.connect_tcp(address, port, left_s, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream, self._deadline)
        raise failure


class _TimedStream(httpcore2.NetworkStream):
    """A stream whose every wait ends at the deadline: a byte now and then does not buy more time."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._left_s(httpcore2.ReadTimeout, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._left_s(httpcore2.WriteTimeout, timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        left_s = self._left_s(httpcore2.ConnectTimeout, timeout)
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, left_s), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def _left_s(self, late: type[httpcore2.TimeoutException], timeout: float | None) -> float:
        left_s = self._deadline.cap(timeout)
        if not left_s:  # a socket takes 0 for "do not wait at all", and says so in other words
            raise late
        return left_s


def resolved_within(look_up: Callable[[], Sequence[str]], deadline: Deadline) -> Sequence[str]:
    """What ``look_up`` finds; the system's resolver has no time limit of its own, hence the thread.

    Raises:
        OSError: there is no such name.
        TimeoutError: the deadline came first.
    """
    resolver = ThreadPoolExecutor(max_workers=1, thread_name_prefix="studiolo-resolver")
    try:
        return resolver.submit(look_up).result(deadline.cap(None))
    finally:
        resolver.shutdown(wait=False)
