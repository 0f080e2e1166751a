"""Who paints when no engine is named, and what is said where nobody can."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from studiolo.engines.capabilities import Capabilities
from studiolo.engines.checking import check
from studiolo.errors import UnsupportedRequestError
from studiolo.registry import EngineRegistry
from studiolo.requests import ImageRequest

_NEVER: Final = "fake"
"""For tests; nobody who did not name it wants its bands."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """An engine that can do what is asked; ``note`` says why it is not the settings', empty if it is."""

    engine: str
    note: str = ""


def choose_engine(registry: EngineRegistry, preferred: str, request: ImageRequest) -> Choice:
    """``preferred`` if it can, else the first engine that can, works on this machine and is ready.

    Nothing is sent to a service, or paid for, that nobody named.

    Raises:
        UnknownEngineError: there is no engine ``preferred``.
        UnsupportedRequestError: no engine that is ready can; the hint says what mends that.
        InvalidRequestError: ``preferred`` could, but for a value it does not take.
    """
    try:
        check(registry.resolve(preferred).capabilities, request, engine=preferred)
    except UnsupportedRequestError as error:
        for name in _others(registry, request, preferred):
            engine = registry.resolve(name)
            able = engine.capabilities
            if able.offline and not able.served and engine.availability().ready:
                why = error.message.removeprefix(f"Engine '{preferred}' ").rstrip(".")
                return Choice(engine=name, note=f"by {name}: {preferred} {why}")
        raise _refusal(registry, request, preferred, error) from error
    return Choice(engine=preferred)


def check_engine(
    registry: EngineRegistry, capabilities: Capabilities, request: ImageRequest, engine: str
) -> None:
    """Refuse what ``engine`` cannot do, naming those that can.

    Raises:
        UnsupportedRequestError, InvalidRequestError: as :func:`studiolo.engines.checking.check`.
    """
    try:
        check(capabilities, request, engine=engine)
    except UnsupportedRequestError as error:
        raise _refusal(registry, request, engine, error) from error


def _others(registry: EngineRegistry, request: ImageRequest, preferred: str) -> Iterator[str]:
    for name in registry.able_to(request):
        if name not in {_NEVER, preferred}:
            yield name


def _refusal(
    registry: EngineRegistry, request: ImageRequest, engine: str, error: UnsupportedRequestError
) -> UnsupportedRequestError:
    """``error``, with who could do it instead, and what those lack that cannot yet."""
    here: list[str] = []
    servers: list[str] = []
    services: list[str] = []
    unset: list[str] = []
    lacking: list[str] = []
    for name in _others(registry, request, engine):
        other = registry.resolve(name)
        able, found = other.capabilities, other.availability()
        if not found.ready and not able.offline:
            unset.append(name)
        elif not found.ready:
            lacking.append(f"{name} could. {(found.hint or found.reason).rstrip('.')}.")
        elif not able.offline:
            services.append(name)
        else:
            (servers if able.served else here).append(name)
    told = (
        error.hint,
        f"Engines here that can: {', '.join(here)}." if here else "No engine here can.",
        f"If their server runs: {', '.join(servers)}." if servers else "",
        f"Services: {', '.join(services)}." if services else "",
        f"Services, once set up: {', '.join(unset)}." if unset and not here else "",
        *([] if here else lacking),
        "See: studiolo engines",
    )
    return UnsupportedRequestError(error.message, hint=" ".join(filter(None, told)))
