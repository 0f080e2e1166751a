"""The sockets of a call, so that another thread can end it while it waits.

boto3 has no way to give up a call: closing its stream waits for the read that hangs. Shutting the socket
down wakes that read. boto3's own connection classes are kept; these only remember who uses which socket.
"""

# pyright: reportUntypedBaseClass=false, reportUnknownMemberType=false, reportAttributeAccessIssue=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

# pyright: reportMissingTypeStubs=false

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

from botocore.awsrequest import (
    AWSHTTPConnection,
    AWSHTTPConnectionPool,
    AWSHTTPSConnection,
    AWSHTTPSConnectionPool,
)


class Call:
    """One call, and the connection it uses."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: _Held | None = None
        self._socket: socket.socket | None = None
        self.cancelled = False

    def hold(self, connection: _Held) -> None:
        """From now on this call uses ``connection``, whoever had it before.

        Raises:
            ConnectionAbortedError: the call was cancelled before.
        """
        with self._lock:
            if self.cancelled:
                raise ConnectionAbortedError("the call was cancelled")
            connection.call = self
            # The socket apart: a connection forgets it when the answer is the last one.
            self._connection, self._socket = connection, connection.sock

    def cancel(self) -> None:
        """End it now, whatever it waits for; a connection that serves another call by now is left alone."""
        with self._lock:
            self.cancelled = True
            if self._socket and self._connection and self._connection.call is self:
                with suppress(OSError):  # it is closed already
                    self._socket.shutdown(socket.SHUT_RDWR)


current_call: ContextVar[Call | None] = ContextVar("current_call", default=None)
"""The call that this thread is busy with."""


class _Held:
    """Reports its socket to the call of its thread: when it is new, and when it is used again."""

    sock: socket.socket | None
    call: Call | None = None

    def connect(self) -> None:
        super().connect()
        self._report()

    def request(self, *args: Any, **kwargs: Any) -> None:
        self._report()
        super().request(*args, **kwargs)

    def _report(self) -> None:
        if call := current_call.get():
            call.hold(self)


class _HeldConnection(_Held, AWSHTTPConnection):
    pass


class _HeldSecureConnection(_Held, AWSHTTPSConnection):
    pass


class _Pool(AWSHTTPConnectionPool):
    ConnectionCls = _HeldConnection


class _SecurePool(AWSHTTPSConnectionPool):
    ConnectionCls = _HeldSecureConnection


def hold_connections(client: Any) -> None:
    """Have a boto3 client use connections that can be cut; there is no public place to say so."""
    http = client._endpoint.http_session  # noqa: SLF001
    pools = {"http": _Pool, "https": _SecurePool}
    http._pool_classes_by_scheme = pools  # noqa: SLF001 - of the proxies that are met later
    http._manager.pool_classes_by_scheme = pools  # noqa: SLF001
