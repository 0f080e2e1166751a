"""Under which names this server may be spoken to: the guard against DNS rebinding.

A page of somebody else can point its own name at 127.0.0.1, and its reader's browser then takes this server
for that page's. The name in ``Host`` gives it away: only names that lead here are answered.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address

from studiolo.errors import ForbiddenError


def is_loopback(host: str) -> bool:
    """Whether ``host``, a name or an address, is this machine and nobody else's way to it."""
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):  # RFC 6761: never asked of the DNS by browsers
        return True
    try:
        address = ip_address(name)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def host_name(header: str) -> str:
    """The name in a ``Host`` header, in lower case, without port, brackets, last dot; empty if malformed."""
    if header.startswith("["):
        name, bracket, rest = header[1:].partition("]")
        well_formed = bracket and ":" in name and (not rest or rest.startswith(":"))
        port = rest[1:]
    else:
        name, _, port = header.partition(":")
        well_formed = bool(name)
    if not well_formed or (port and not port.isascii()) or (port and not port.isdigit()):
        return ""
    return name.lower().rstrip(".")


class Hosts:
    """The names and addresses this server answers to.

    Args:
        bound: what it listens on.
        names: the settings' ``server_names``.
    """

    def __init__(self, bound: str, names: Iterable[str]) -> None:
        self._names = {name.lower().strip("[]").rstrip(".") for name in (bound, *names)}

    def check(self, header: str | None, local: str) -> None:
        """Let through what was meant for this server.

        Args:
            header: the request's ``Host``.
            local: the address of this machine that the connection came in on. Nobody can rebind an address.

        Raises:
            ForbiddenError: it was meant for another.
        """
        name = host_name(header or "")
        if name and (is_loopback(name) or name in self._names or _same_address(name, local)):
            return
        shown = "".join(letter for letter in name[:80] if letter.isprintable())
        raise ForbiddenError(
            f"This server is not called '{shown}'." if shown else "The request does not say for whom it is.",
            hint="If that is its name, say so: STUDIOLO_SERVER_NAMES='[\"NAME\"]', "
            "or server_names in config.toml.",
        )


def _same_address(name: str, local: str) -> bool:
    try:
        return _plain(name) == _plain(local)
    except ValueError:
        return False


def _plain(text: str) -> object:
    address = ip_address(text)
    return getattr(address, "ipv4_mapped", None) or address
