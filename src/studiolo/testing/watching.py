"""What a piece of code opens or connects to while it runs."""

from __future__ import annotations

import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

# An audit hook cannot be removed (PEP 578), so there is one, and it reports to who is watching.
_watchers: dict[int, list[str]] = {}
_hook_installed = threading.Event()


@contextmanager
def watch_input_and_output() -> Generator[list[str]]:
    """What this thread opens or connects to, while the context lasts."""
    if not _hook_installed.is_set():
        sys.addaudithook(_report)
        _hook_installed.set()
    events: list[str] = []
    _watchers[threading.get_ident()] = events
    try:
        yield events
    finally:
        del _watchers[threading.get_ident()]


def _report(event: str, arguments: tuple[Any, ...]) -> None:
    if _watchers and event in {"open", "socket.connect", "socket.getaddrinfo", "subprocess.Popen"}:
        events = _watchers.get(threading.get_ident())
        if events is not None:
            events.append(f"{event} {arguments[0]!r}")
