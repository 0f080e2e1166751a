"""Which web addresses are fetched: read strictly, and only what is public on the internet."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from studiolo.errors import UnsafeAddressError

if TYPE_CHECKING:
    from httpx2 import URL

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

HINT: Final = "Download it yourself and give the file."
_MAX_CHARACTERS: Final = 4096
_SCHEMES: Final = {"http": 80, "https": 443}
_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_][a-z0-9_-]{0,62})*", re.IGNORECASE)
_ENDS_IN_NUMBER = re.compile(r"(^|\.)(\d+|0x[0-9a-f]*)$", re.IGNORECASE)

# What the registries of special addresses (RFC 6890 and the IANA tables that keep it true) set aside, and
# :mod:`ipaddress` calls global, or does so in some versions of Python.
_NOT_PUBLIC: Final = tuple(
    ipaddress.ip_network(text)
    for text in (
        "192.0.0.0/24",  # protocol assignments; Oracle's cloud has its metadata here
        "192.88.99.0/24",  # 6to4 relays
        "168.63.129.16/32",  # looks public, is the host of an Azure machine
        "2001::/23",  # protocol assignments: Teredo, benchmarking, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address inside
        "3fff::/20",  # documentation
    )
)
# All that is handed out (RFC 4291). IPv4 in disguise (mapped, compatible, translated, NAT64), unique local
# and link-local addresses all lie outside.
_GLOBAL_UNICAST: Final = ipaddress.IPv6Network("2000::/3")


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where one request goes. ``path`` has the query; ``str()`` has neither query nor credentials."""

    scheme: str
    host: str
    port: int
    path: bytes

    @property
    def authority(self) -> str:
        """Host and, if it is not the usual one, port, as the Host header has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _SCHEMES[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        path = self.path.partition(b"?")[0].decode("ascii", "replace")
        return f"{self.scheme}://{self.authority}{path if len(path) <= 80 else path[:79] + '…'}"


def is_address(text: str) -> bool:
    """Whether ``text`` is meant as a web address; whether it is fetched is another question."""
    return re.match(r"https?://", text.strip(), re.IGNORECASE) is not None


def read_target(text: str, *, ports: Collection[int], origin: URL | None = None) -> tuple[Target, URL]:
    """Read an address, or a redirect's from ``origin``.

    Raises:
        UnsafeAddressError: not http or https, has credentials, a forbidden port or no proper host.
    """
    import httpx2

    text = text.strip()
    if len(text) > _MAX_CHARACTERS:
        raise refusal("The address", f"has more than {_MAX_CHARACTERS} characters")
    try:
        url = origin.join(text) if origin else httpx2.URL(text)
    except (httpx2.InvalidURL, ValueError) as error:  # its words may hold the password
        raise refusal("The address", "cannot be read") from error
    if url.scheme not in _SCHEMES:
        raise refusal("The address", f"begins with '{url.scheme[:20]}:', not with http:// or https://")
    if url.userinfo:
        raise refusal("The address", "has a user name or password in it")
    host = _checked_host(url.raw_host.decode("ascii"))
    port = url.port if url.port is not None else _SCHEMES[url.scheme]
    if port not in ports:
        allowed = " and ".join(str(number) for number in sorted(ports))
        raise refusal(f"'{host}'", f"is asked at port {port}; only {allowed} are")
    return Target(scheme=url.scheme, host=host, port=port, path=url.raw_path), url


def _checked_host(host: str) -> str:
    if ":" in host:  # the brackets are gone already
        if "%" in host:
            raise refusal("The address", "names a network card of this machine")
        return str(ipaddress.IPv6Address(host))
    name = host.removesuffix(".")
    if not _NAME.fullmatch(name):
        raise refusal("The address", "has no proper host name")
    if _ENDS_IN_NUMBER.search(name):
        try:
            ipaddress.IPv4Address(name)
        except ValueError as error:  # decimal, octal, hexadecimal, shortened: no two programs agree
            raise refusal(f"'{name}'", "is an unusual way to write an address") from error
    return name


def check_public(target: Target, found: Sequence[str], *, allow: Collection[Network]) -> None:
    """Each address that the target's host has must be public, or in one of ``allow``.

    One that is not condemns them all: an honest name does not have both kinds.

    Raises:
        UnsafeAddressError: one is not, or there is none.
    """
    if not found:
        raise refusal(f"'{target.host}'", "has no address")
    for text in found:
        address = _parsed(text)
        if address is None or not (_is_public(address) or any(address in network for network in allow)):
            where = "" if text == target.host else f" ({text})"
            raise refusal(f"'{target.host}'{where}", "is no public address of the internet")


def _parsed(text: str) -> _Address | None:
    try:
        return None if "%" in text else ipaddress.ip_address(text)
    except ValueError:
        return None


def _is_public(address: _Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    special = address.is_multicast or address.is_reserved or not address.is_global
    return not special and not any(address in network for network in _NOT_PUBLIC)


def refusal(what: str, why: str) -> UnsafeAddressError:
    """Why something was not fetched, or not to the end."""
    return UnsafeAddressError(f"{what} {why}; it was not fetched.", hint=HINT)
