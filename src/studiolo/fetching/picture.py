"""Fetch one picture.

The guard against requests in somebody else's name (server-side request forgery): only http and https,
every address of the host checked, the connection pinned to what was checked, and each redirect treated the
same way. Nothing of the environment (proxies, .netrc) is used. Libraries for this exist; in November 2026
the known one, advocate, was six years without a release, and the others not yet one year old.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from studiolo import offline
from studiolo._version import __version__
from studiolo.errors import InvalidImageError, OfflineError, UnsafeAddressError, reason
from studiolo.fetching.addresses import HINT, Network, Target, check_public, read_target, refusal
from studiolo.imaging.decode import FORMATS, open_image

if TYPE_CHECKING:
    import ssl

    import httpcore2
    from httpx2 import URL

    from studiolo.fetching.connection import Deadline

Resolver = Callable[[str, int], Sequence[str]]
"""From a host and port to the host's addresses; raises OSError when there are none."""

_HEADERS: Final = (
    ("Accept", "image/png, image/jpeg, image/webp, image/*;q=0.8"),
    ("Accept-Encoding", "identity"),  # no picture gets smaller by packing, but a bomb does
    ("User-Agent", f"studiolo/{__version__} (+https://github.com/studiolo/studiolo)"),
    ("Connection", "close"),
)
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_SNIFFED_BYTES: Final = 4096


@dataclass(frozen=True, kw_only=True)
class FetchLimits:
    """How much is taken: bytes of the picture, seconds to connect and for everything, redirects, ports."""

    max_bytes: int = 30_000_000
    connect_s: float = 5
    total_s: float = 20
    max_redirects: int = 3
    ports: frozenset[int] = frozenset({80, 443})


DEFAULT_LIMITS: Final = FetchLimits()


def system_resolver(host: str, port: int) -> Sequence[str]:
    """All addresses the system knows for ``host``."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def fetch_picture(
    address: str,
    *,
    limits: FetchLimits = DEFAULT_LIMITS,
    allow: Collection[Network] = (),
    resolve: Resolver = system_resolver,
    ssl_context: ssl.SSLContext | None = None,
) -> bytes:
    """The bytes of the picture at a web address, checked to be one we open.

    ``allow`` are networks reached although they are not public (a picture server of your own);
    ``ssl_context`` takes the place of the system's certificates.

    Raises:
        UnsafeAddressError: it is not fetched, or not to the end: not public, too large, too slow, no
            picture, not there. It never says more of an address than host and path.
        OfflineError: STUDIOLO_OFFLINE is set; nothing was resolved.
    """
    if offline.is_forbidden():
        raise OfflineError(
            "A picture from the web was asked for, but STUDIOLO_OFFLINE is set.",
            hint="Unset STUDIOLO_OFFLINE (or offline in the config file), or give a file.",
        )
    from studiolo.fetching.connection import Deadline

    deadline = Deadline(limits.total_s)
    target, url = read_target(address, ports=limits.ports)
    for _ in range(limits.max_redirects + 1):
        addresses = _addresses(target, resolve, deadline)
        check_public(target, addresses, allow=allow)
        with _answer(target, addresses, limits, deadline, ssl_context) as response:
            if response.status not in _REDIRECTS:
                return _picture(response, target, limits.max_bytes)
            target, url = _redirected(response, target, url, limits)
    raise refusal("The address", f"leads on more than {limits.max_redirects} times")


def _addresses(target: Target, resolve: Resolver, deadline: Deadline) -> Sequence[str]:
    from studiolo.fetching.connection import resolved_within

    try:
        return resolved_within(lambda: resolve(target.host, target.port), deadline)
    except TimeoutError as error:
        raise _late(target) from error
    except OSError as error:
        raise UnsafeAddressError(
            f"There is no '{target.host}': {reason(error)}.", hint="Check the address and your connection."
        ) from error


@contextmanager
def _answer(
    target: Target,
    addresses: Sequence[str],
    limits: FetchLimits,
    deadline: Deadline,
    ssl_context: ssl.SSLContext | None,
) -> Generator[httpcore2.Response]:
    """The response to a GET; what goes wrong while it is read is said in our words."""
    import httpcore2

    from studiolo.fetching.connection import PinnedBackend

    backend = PinnedBackend(addresses, deadline)
    url = httpcore2.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
    headers = [("Host", target.authority), *_HEADERS]
    extensions = {"timeout": {"connect": limits.connect_s}}
    try:
        with (
            httpcore2.ConnectionPool(ssl_context=ssl_context, network_backend=backend) as pool,
            pool.stream("GET", url, headers=headers, extensions=extensions) as response,
        ):
            yield response
    except httpcore2.TimeoutException as error:
        raise _late(target) from error
    except httpcore2.ProtocolError as error:
        raise UnsafeAddressError(f"The answer of {target} broke off or is no HTTP.", hint=HINT) from error
    except httpcore2.NetworkError as error:
        raise UnsafeAddressError(f"{target} cannot be reached: {reason(error)}.", hint=HINT) from error


def _late(target: Target) -> UnsafeAddressError:
    return UnsafeAddressError(f"{target} did not answer in time, or too slowly.", hint=f"Try again. {HINT}")


def _redirected(
    response: httpcore2.Response, target: Target, url: URL, limits: FetchLimits
) -> tuple[Target, URL]:
    location = _header(response, b"location")
    if not location:
        raise refusal(f"{target}", "leads on without saying where")
    onward, onward_url = read_target(location, ports=limits.ports, origin=url)
    if target.scheme == "https" and onward.scheme == "http":
        raise refusal(f"{target}", "leads from https to http")
    return onward, onward_url


def _picture(response: httpcore2.Response, target: Target, max_bytes: int) -> bytes:
    if response.status != 200:
        raise UnsafeAddressError(f"{target} answered {response.status}, not a picture.", hint=HINT)
    if _header(response, b"content-encoding").lower() not in {"", "identity"}:
        raise refusal(f"{target}", "is sent packed, though a plain picture was asked for")
    length = _header(response, b"content-length")
    if length.isdecimal() and int(length) > max_bytes:
        raise _too_large(target, max_bytes)
    content, sniffed = bytearray(), False
    for chunk in response.iter_stream():
        content += chunk
        if len(content) > max_bytes:
            raise _too_large(target, max_bytes)
        if not sniffed and len(content) >= _SNIFFED_BYTES:
            _refuse_unless_picture(bytes(content), target)
            sniffed = True
    _refuse_unless_picture(bytes(content), target, whole=True)
    return bytes(content)


def _refuse_unless_picture(content: bytes, target: Target, *, whole: bool = False) -> None:
    """Look at the first bytes, as our decoder does; at all of the header once everything is there."""
    if not whole and _begins_like_picture(content):
        return
    try:
        open_image(content, name=f"What is at {target}").close()
    except InvalidImageError as error:
        raise UnsafeAddressError(error.message, hint="Give the address of the picture itself.") from error


def _begins_like_picture(content: bytes) -> bool:
    from PIL import Image

    Image.init()
    tests = (Image.OPEN[name][1] for name in FORMATS)
    return any(test is not None and test(content[:16]) for test in tests)


def _too_large(target: Target, max_bytes: int) -> UnsafeAddressError:
    return refusal(f"{target}", f"is larger than {max_bytes / 1e6:.0f} MB")


def _header(response: httpcore2.Response, name: bytes) -> str:
    """The value of a header; several of one name are not merged, the first counts."""
    values = (value for key, value in response.headers if key.lower() == name)
    return next(values, b"").decode("latin-1").strip()
