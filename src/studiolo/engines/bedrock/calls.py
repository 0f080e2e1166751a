"""A call that another thread can end while it waits.

boto3 has no way to give up a call: closing its stream waits for the read that hangs. Shutting the socket
down wakes that read.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from contextvars import ContextVar
from typing import Protocol


class Held(Protocol):
    """A connection that knows which call it serves."""

    sock: socket.socket | None
    call: Call | None


class Call:
    """One call, and the connection it uses."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: Held | None = None
        self._socket: socket.socket | None = None
        self.cancelled = False

    def hold(self, connection: Held) -> None:
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
