"""STUDIOLO_OFFLINE=1: nothing in this process connects beyond this machine.

The guard is an audit hook of the interpreter (PEP 578), so it also holds for libraries that
use :mod:`socket` without our knowing. Libraries that open sockets in native code are
not seen by it; rooms that use one check :func:`is_forbidden` themselves.
"""

from __future__ import annotations

import ipaddress
import sys
from typing import Any, cast

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
    if host.lower() in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


# Where each event of :mod:`socket` carries the other side: its position, as a host or an address.
_HOST_AT = {"socket.getaddrinfo": 0, "socket.gethostbyname": 0, "socket.gethostbyaddr": 0}
_ADDRESS_AT = {"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1, "socket.getnameinfo": 0}


def _refuse_remote(event: str, arguments: tuple[Any, ...]) -> None:
    if not _guard["forbidden"]:
        return
    host: Any = None
    if event in _HOST_AT:
        host = arguments[_HOST_AT[event]]
    elif event in _ADDRESS_AT:
        address = arguments[_ADDRESS_AT[event]]
        if isinstance(address, tuple):  # (host, port, …); a Unix socket's address is a string or bytes
            host = cast("tuple[Any, ...]", address)[0]
    if host is None:
        return
    name = host.decode(errors="replace") if isinstance(host, bytes) else str(host)
    if not is_loopback(name):
        raise OfflineError(
            f"A connection to {name} was refused: STUDIOLO_OFFLINE is set.",
            hint="Unset STUDIOLO_OFFLINE (or offline in the config file) to allow it.",
        )
