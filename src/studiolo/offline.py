"""STUDIOLO_OFFLINE=1: nothing in this process connects beyond this machine.

The guard is an audit hook of the interpreter (PEP 578), so it also holds for libraries that
use :mod:`socket` without our knowing. Libraries that open sockets in native code are
not seen by it; rooms that use one check :func:`is_forbidden` themselves.
"""

from __future__ import annotations

import ipaddress
import sys
from typing import Any

from studiolo.errors import OfflineError

_guard: dict[str, bool] = {"installed": False, "forbidden": False}


def forbid() -> None:
    """Refuse every connection beyond loopback from now on, in this whole process."""
    _guard["forbidden"] = True
    if not _guard["installed"]:
        sys.addaudithook(_refuse_remote)  # cannot be removed again, hence the switch beside it
        _guard["installed"] = True


def allow() -> None:
    """Lift :func:`forbid`."""
    _guard["forbidden"] = False


def is_forbidden() -> bool:
    """Whether connections beyond this machine are refused."""
    return _guard["forbidden"]


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this machine: ``localhost`` or a loopback address."""
    if host in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _refuse_remote(event: str, arguments: tuple[Any, ...]) -> None:
    if not _guard["forbidden"] or event not in {"socket.connect", "socket.getaddrinfo", "socket.sendto"}:
        return
    address = arguments[0] if event == "socket.getaddrinfo" else arguments[1]
    if isinstance(address, tuple):  # (host, port, …); a Unix socket's address is a string or bytes
        host = str(address[0])  # pyright: ignore[reportUnknownArgumentType]
    elif event == "socket.getaddrinfo" and address is not None:
        host = address.decode() if isinstance(address, bytes) else str(address)
    else:
        return
    if not is_loopback(host):
        raise OfflineError(
            f"A connection to {host} was refused: STUDIOLO_OFFLINE is set.",
            hint="Unset STUDIOLO_OFFLINE (or offline in the config file) to allow it.",
        )
