"""What ComfyUI tells while it paints, over a websocket. When that breaks, its history is asked instead.

Messages as ``server.py``, ``execution.py`` and ``comfy_execution/progress.py`` send them (looked up 2026-11).
"""

from __future__ import annotations

import json
import struct
import threading
import time
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from studiolo._version import __version__
from studiolo.engines.comfyui import faults
from studiolo.engines.comfyui.graph import table
from studiolo.engines.http import HostedOptions
from studiolo.engines.http.pace import meanwhile
from studiolo.engines.http.worker import BEAT_S, Beat
from studiolo.offline import is_loopback

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

_PREVIEW: Final = 1  # of BinaryEventTypes in protocol.py: a number for JPEG or PNG, then the picture
_HEAD: Final = struct.Struct(">II")
_MAX_BYTES: Final = 64 * 2**20
_CLOSE_S: Final = 1.0
# A server that loads a model may not answer for long; whether it lives is asked in other ways, too.
_PING_S: Final = 60.0
_ENDS: Final = {"execution_success", "execution_error", "execution_interrupted"}


@dataclass(frozen=True, kw_only=True)
class Begun:
    """The painting runs."""


@dataclass(frozen=True, kw_only=True)
class Steps:
    """How far nodes are, each from 0 to 1."""

    done: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Glimpse:
    """The file of a preview."""

    content: bytes


@dataclass(frozen=True, kw_only=True)
class Over:
    """The painting ended, one way or another."""


Message = Begun | Steps | Glimpse | Over


class Line:
    """What is told of one painting. ``broken`` says why nothing is."""

    def __init__(self, connection: ClientConnection | None = None, broken: str = "") -> None:
        self._connection = connection
        self.broken = broken

    def next(self, painting: str) -> Message | None:
        """What is told of ``painting`` next; None if nothing is for a moment, or of other things."""
        from websockets.exceptions import ConnectionClosed

        if self._connection is None:
            time.sleep(BEAT_S)
            return None
        try:
            told = self._connection.recv(timeout=BEAT_S)
        except TimeoutError:
            return None
        except ConnectionClosed as closed:
            self._connection, self.broken = None, faults.one_line(str(closed)).rstrip(".")
            return None
        return _glimpse(told) if isinstance(told, bytes) else _read(told, painting)


@contextmanager
def listening(options: HostedOptions, name: str, beat: Beat) -> Generator[Line]:
    """The line on which the server tells ``name``; a silent one where there is no websocket."""
    from websockets.exceptions import WebSocketException

    with ExitStack() as stack:
        try:
            line = Line(stack.enter_context(_connected(options, name, beat)))
        except (WebSocketException, OSError) as error:
            line = Line(broken=faults.one_line(str(error) or type(error).__name__).rstrip("."))
        yield line


def _connected(options: HostedOptions, name: str, beat: Beat) -> ClientConnection:
    """A connection to be entered; if ``beat`` raises meanwhile, it is closed once it is there."""
    given_up = threading.Event()
    try:
        return meanwhile(partial(_connect, options, name, given_up), beat)
    except BaseException:
        given_up.set()
        raise


def _connect(options: HostedOptions, name: str, given_up: threading.Event) -> ClientConnection:
    from websockets.sync.client import connect

    scheme, authority, path = options.base_url.partition("://")
    connection = connect(
        f"{scheme.replace('http', 'ws')}{authority}{path}/ws?clientId={name}",
        additional_headers={"Authorization": f"Bearer {options.key}"} if options.key else None,
        user_agent_header=f"studiolo/{__version__}",
        proxy=None if is_loopback(options.host) else True,
        compression=None,
        open_timeout=options.connect_timeout_s,
        close_timeout=_CLOSE_S,
        ping_timeout=_PING_S,
        max_size=_MAX_BYTES,
    )
    if given_up.is_set():
        with connection:
            pass
    return connection


def _read(text: str, painting: str) -> Message | None:
    try:
        told = table(json.loads(text))
    except ValueError:
        return None
    kind, data = told.get("type"), table(told.get("data"))
    if data.get("prompt_id", painting) != painting:
        return None
    if kind in _ENDS or (kind == "executing" and "node" in data and data["node"] is None):
        return Over()
    if kind in {"execution_start", "executing"}:
        return Begun()
    if kind == "progress":
        return Steps(done=_shares({str(data.get("node")): data}))
    if kind == "progress_state":
        return Steps(done=_shares(table(data.get("nodes"))))
    return None


def _shares(nodes: Mapping[str, Any]) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, state in nodes.items():
        value, most = table(state).get("value"), table(state).get("max")
        if isinstance(value, int | float) and isinstance(most, int | float) and most > 0:
            found[name] = min(max(value / most, 0.0), 1.0)
    return found


def _glimpse(content: bytes) -> Message | None:
    if len(content) <= _HEAD.size or _HEAD.unpack_from(content)[0] != _PREVIEW:
        return None
    return Glimpse(content=content[_HEAD.size :])
