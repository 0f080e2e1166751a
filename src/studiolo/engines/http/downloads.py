"""Finished pictures that a service gives as links."""

from __future__ import annotations

import ipaddress
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from studiolo.engines.http.exchange import Rejected
from studiolo.engines.http.pace import meanwhile
from studiolo.engines.http.service import Service
from studiolo.engines.http.worker import Beat
from studiolo.errors import EngineError, StudioloError, UnsafeAddressError
from studiolo.fetching import FetchLimits, Network, fetch_picture
from studiolo.offline import is_loopback

MAX_PICTURE_BYTES: Final = 64 * 2**20
_TOTAL_S: Final = 120.0
_GONE: Final = {401, 403, 404, 410}  # of a link, whatever it means elsewhere: key and model were right before
_HERE: Final[tuple[Network, ...]] = (
    ipaddress.IPv4Network("127.0.0.0/8"),
    ipaddress.IPv6Network("::1/128"),
)


def download(service: Service, link: str, beat: Beat, *, max_bytes: int = MAX_PICTURE_BYTES) -> bytes:
    """The bytes behind a link that ``service`` gave.

    Only the service itself is shown its key. Any other address must be public, unless the service is on this
    machine, whose links may stay on it; so no answer can make us ask what only we may reach.

    Raises:
        EngineError: it is not there (any more), too large, not public, or not a picture.
        OfflineError: it is not on this machine, and that is not allowed.
    """
    try:
        parts = urlsplit(link)
        port = parts.port
    except ValueError as error:
        raise _not_there(service, "its link is no address.") from error
    if (parts.scheme, parts.netloc.lower()) == service.options.origin:
        return _from_service(service, link, beat, max_bytes)
    at_home = is_loopback(service.options.host)
    ports = {80, 443, *([port] if at_home and port else [])}
    limits = FetchLimits(
        max_bytes=max_bytes,
        connect_s=service.options.connect_timeout_s,
        total_s=max(_TOTAL_S, service.options.timeout_s),
        ports=frozenset(ports),
    )
    try:
        return meanwhile(partial(fetch_picture, link, limits=limits, allow=_HERE if at_home else ()), beat)
    except UnsafeAddressError as error:
        raise _not_there(service, error.message) from error


def _from_service(service: Service, link: str, beat: Beat, max_bytes: int) -> bytes:
    try:
        return service.read_bytes(link, beat, max_bytes=max_bytes)
    except StudioloError as error:
        refused = error.__cause__
        if isinstance(refused, Rejected) and refused.fault.status in _GONE:
            raise _not_there(service, "its link is not good any more.") from error
        raise


def _not_there(service: Service, why: str) -> EngineError:
    return EngineError(
        f"The picture that {service.host.title} painted cannot be fetched: {why}",
        hint="Ask again; links to finished pictures are only good for a while.",
    )
