"""The server as a process: where it listens, who may come there, how it begins and ends."""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Final

import uvicorn
from fastapi import FastAPI

from studiolo.errors import SettingsError, reason
from studiolo.server.app import create_app
from studiolo.server.connection import PatientConnection
from studiolo.server.security.hosts import is_loopback
from studiolo.settings import Settings
from studiolo.studio import Studio

CONNECTIONS: Final = 500
"""At once; a page holds one or two. Below the 1024 files that a process may usually have open."""
GRACE_S: Final = 5
"""How long answers on their way may take to end before they are cut."""


class Server(uvicorn.Server):
    """Uvicorn, told to stop by an event instead of by signals, and telling streams of events.

    Args:
        app: what is served.
        stop: ends the server when it is set, within a tenth of a second.
        started: is called when the server answers.
    """

    def __init__(
        self, app: FastAPI, stop: threading.Event, started: Callable[[], None] = lambda: None
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=PatientConnection,
                ws="none",
                lifespan="on",
                log_config=None,
                access_log=False,
                proxy_headers=False,  # whoever sends them could write anything into them
                server_header=False,
                limit_concurrency=CONNECTIONS,
                timeout_graceful_shutdown=GRACE_S,
            )
        )
        self._app = app
        self._stop = stop
        self._tell_started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        self._tell_started()

    async def on_tick(self, counter: int) -> bool:
        """Whether it is time to end."""
        return await super().on_tick(counter) or self._stop.is_set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End streams of events, let other answers come to their end, then stop."""
        self._app.state.closing.set()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Signals are the caller's."""
        yield


def run(studio: Studio, stop: threading.Event, announce: Callable[[str], None]) -> None:
    """Serve ``studio`` where its settings say, until ``stop`` is set.

    Args:
        studio: what is served; stays open.
        stop: ends the server.
        announce: is told the address once it answers.

    Raises:
        SettingsError: it cannot listen there, or nobody could come in.
    """
    host = studio.settings.server_host
    require_tokens(studio)
    with listen(host, studio.settings.server_port) as listener:
        address = address_of(listener)
        Server(create_app(studio), stop, lambda: announce(address)).run(sockets=[listener])


def is_guarded(settings: Settings) -> bool:
    """Whether whoever comes needs a token, this machine's own user, too."""
    return settings.server_tokens or not is_loopback(settings.server_host)


def require_tokens(studio: Studio) -> None:
    """See to it that somebody can come in.

    Raises:
        SettingsError: tokens are required, and there is none that is valid.
    """
    host = studio.settings.server_host
    if is_guarded(studio.settings) and not any(token.usable for token in studio.gallery.tokens.list()):
        where = "With server_tokens set" if is_loopback(host) else f"At {host}, where others can reach it"
        raise SettingsError(
            f"{where}, the studio lets in only who has a token, and there is none.",
            hint="Make one first: studiolo token create NAME",
        )


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens at ``host``; 0 is any port that is free.

    Raises:
        SettingsError: the port is taken, or the address is not this machine's.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, *_, place = min(found, key=lambda entry: entry[0] != socket.AF_INET)
        both = host == "::" and socket.has_dualstack_ipv6()
        return socket.create_server(place[:2], family=family, backlog=128, dualstack_ipv6=both)
    except (OSError, UnicodeError) as error:
        raise _explain(error, host, port) from error


def address_of(listener: socket.socket) -> str:
    """What one types into a browser to come to ``listener``."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _explain(error: OSError | UnicodeError, host: str, port: int) -> SettingsError:
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.EADDRINUSE:
        return SettingsError(
            f"Port {port} of {host} is taken, perhaps by a studio that runs already.",
            hint="Look there with a browser, or take another: studiolo serve --port 0",
        )
    if number in (errno.EACCES, errno.EPERM):
        return SettingsError(
            f"Port {port} may not be used by you.", hint="Choose one above 1023: studiolo serve --port 7333"
        )
    return SettingsError(
        f"The studio cannot listen at '{host}': {reason(error)}.",
        hint="Give an address of this machine: studiolo serve --host 127.0.0.1",
    )
