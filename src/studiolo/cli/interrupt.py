"""Ctrl-C: the first asks the painter to stop after the step it is at, the second ends the program."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_SHOW_CURSOR = b"\x1b[?25h"


@contextmanager
def cancel_on_interrupt() -> Generator[threading.Event]:
    """An event that SIGINT and SIGTERM set, while the block runs. Only the main thread can."""
    cancel = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield cancel
        return

    def stop(number: int, frame: FrameType | None) -> None:
        del frame
        if not cancel.is_set():
            cancel.set()
            return
        # The gallery takes a kill at any point; a hidden cursor is what would stay behind.
        if sys.stderr.isatty():
            os.write(sys.stderr.fileno(), _SHOW_CURSOR + b"\n")
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)

    before: dict[signal.Signals, Any] = {
        name: signal.signal(name, stop) for name in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield cancel
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
