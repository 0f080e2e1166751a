"""From what a service or the network says to our own errors: the one place where that is done."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from typing import cast
from urllib.parse import urlsplit

from studiolo.engines.http.hosting import Host, HostedOptions
from studiolo.engines.http.replies import Fault
from studiolo.errors import (
    BrokenStreamError,
    CredentialsError,
    EngineError,
    EngineTimeoutError,
    OfflineError,
    RateLimitedError,
    StudioloError,
)
from studiolo.offline import is_forbidden, is_loopback


def refuse_offline(host: Host, options: HostedOptions, *, offline: bool) -> None:
    """Nothing beyond this machine when offline, said before anything is sent.

    Raises:
        OfflineError: the service is elsewhere.
    """
    if (offline or is_forbidden()) and not is_loopback(options.host):
        raise OfflineError(
            f"{host.title} is at {options.host}, and STUDIOLO_OFFLINE is set.",
            hint="Unset STUDIOLO_OFFLINE (or offline in the config file), or use an engine of this machine: "
            "studiolo engines",
        )


def refusal(fault: Fault, host: Host, options: HostedOptions) -> StudioloError:
    """The error for an answer with an error status."""
    said = words_of(fault)
    if fault.status in {401, 403}:
        return CredentialsError(f"{host.title} does not take the key{said}", hint=host.key_hint)
    if fault.spent:
        return RateLimitedError(
            f"The credit or quota at {host.title} is used up{said}", hint="Add credit there, then ask again."
        )
    if fault.passing:
        return _busy(fault, host, said)
    if fault.status in {408, 504}:
        return EngineTimeoutError(f"{host.title} took too long{said}", hint="Ask again.")
    if fault.status == 413:
        return EngineError(
            f"{host.title} takes no request that large{said}",
            hint=f"Set max_image_side_px in [engines.{host.engine}] lower, or send fewer pictures.",
        )
    if 300 <= fault.status < 400:
        return EngineError(
            f"{host.title} is not at {options.base_url} any more (status {fault.status}).",
            hint=f"Change base_url in [engines.{host.engine}] of config.toml.",
        )
    if fault.status >= 500:
        return EngineError(f"{host.title} failed (status {fault.status}){said}", hint="Ask again later.")
    status = f" (status {fault.status})" if fault.status else ""
    return EngineError(f"{host.title} refused the request{status}{said}", hint="Change what it names.")


def sentence(text: str) -> str:
    """``text`` of a service with a full stop, as a hint follows."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def words_of(fault: Fault) -> str:
    """What it says, for the end of a sentence of ours: after a colon, if it says anything."""
    return f": {sentence(fault.message)}" if fault.message else "."


def _busy(fault: Fault, host: Host, said: str) -> RateLimitedError:
    wait_s = fault.retry_after_s
    hint = "Ask again in a minute." if wait_s is None else "Ask again."
    if wait_s is not None and wait_s >= 1:
        hint = f"Ask again in {wait_s:.0f} s."
    asks = "asks to wait" if fault.status == 429 else "is overloaded"
    return RateLimitedError(f"{host.title} {asks}{said}", hint=hint, retry_after_s=wait_s)


def disconnected(error: Exception, host: Host, options: HostedOptions, *, answering: bool) -> StudioloError:
    """The error for a fault of the connection, ``answering`` if part of the answer had come."""
    import httpx2

    if answering:
        return BrokenStreamError(
            f"The answer of {host.title} broke off: {_cause(error)}.", hint="What came is kept. Ask again."
        )
    where = _address(options)
    if isinstance(error, (httpx2.TimeoutException, TimeoutError)):
        return EngineTimeoutError(
            f"{host.title} did not answer in time.",
            hint=f"Ask again, or set timeout_s in [engines.{host.engine}] higher than {options.timeout_s:g}.",
        )
    causes = list(_causes(error))
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return EngineError(
            f"There is no machine named '{options.host}', or no network to ask.",
            hint=f"Check the network, and base_url in [engines.{host.engine}] of config.toml.",
        )
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return EngineError(
            f"The connection to {where} is not safe: {_cause(error)}.",
            hint="Check base_url, the machine's clock and its certificates.",
        )
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return EngineError(
            f"Nothing answers at {where}.",
            hint=host.start or f"Check base_url in [engines.{host.engine}] of config.toml.",
        )
    return EngineError(f"The connection to {where} failed: {_cause(error)}.", hint="Ask again.")


def perhaps_paid(error: StudioloError, host: Host) -> StudioloError:
    """``error`` of a request that was sent and may have been done: it must not be sent again by itself."""
    if not host.charges:
        return error
    hint = f"{host.title} may have painted it all the same, and charged for it; it was not asked twice."
    return type(error)(error.message, hint=f"{hint} {error.hint}")


def was_sent(error: Exception) -> bool:
    """Whether a request that failed like this may have reached the service."""
    import httpx2

    return not isinstance(error, (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout))


def unreadable(host: Host, what: str) -> EngineError:
    """An answer that is not in the form its protocol has."""
    return EngineError(
        f"{host.title} sent something that cannot be read: {what}.",
        hint=f"Is base_url in [engines.{host.engine}] the address of its API? {host.looks}",
    )


def may_help_to_ask_again(error: Exception, *, once: bool = False) -> bool:
    """Whether nothing was answered, and not for want of time; with ``once``, nothing was sent, either."""
    import httpx2

    if once and not isinstance(error, httpx2.ConnectError):
        return False
    return isinstance(error, (httpx2.NetworkError, httpx2.RemoteProtocolError)) and not any(
        isinstance(cause, (socket.gaierror, ssl.SSLError)) for cause in _causes(error)
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """``error`` and what it came from, through the groups that happy eyeballs leave."""
    yield error
    if isinstance(error, BaseExceptionGroup):
        for inner in cast("BaseExceptionGroup[BaseException]", error).exceptions:
            yield from _causes(inner)
    before = error.__cause__ or error.__context__
    if before is not None:
        yield from _causes(before)


def _cause(error: Exception) -> str:
    """The innermost reason in words."""
    import httpx2

    if isinstance(error, (httpx2.TimeoutException, TimeoutError)):
        return "nothing more came in time"
    for cause in _causes(error):
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror.lower().rstrip(".")
    return str(error).partition("\n")[0].rstrip(".") or type(error).__name__


def _address(options: HostedOptions) -> str:
    parts = urlsplit(options.base_url)
    return f"{parts.scheme}://{parts.netloc}"
