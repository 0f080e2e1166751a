"""Which process wrote a row, and whether it is still there to finish what it began."""

from __future__ import annotations

import os
import socket


def this_process() -> tuple[str, int]:
    """The name of this machine, and the number of this process on it."""
    return socket.gethostname(), os.getpid()


def has_died(host: str, process: int) -> bool:
    """Whether that process is known to be gone; of other machines nothing is known."""
    # On Windows signal 0 is Ctrl-C, so that nobody can be asked.
    if host != socket.gethostname() or os.name != "posix":
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
