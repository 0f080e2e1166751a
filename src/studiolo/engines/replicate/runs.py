"""Runs that are paid for: begun once, found again if the reply is lost, followed, called off."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast
from urllib.parse import urlencode

from pydantic import BaseModel, ValidationError

from studiolo.engines.http import Service, failures
from studiolo.engines.http.exchange import Rejected
from studiolo.engines.http.worker import Beat
from studiolo.engines.replicate.models import Target, bare, named
from studiolo.engines.replicate.predictions import Prediction, begin, read
from studiolo.errors import Cancelled, CredentialsError, EngineError, EngineTimeoutError, OfflineError

_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 1.0  # replicate.com/docs/topics/predictions/rate-limits: 3000 looks a minute
# A run is found over half a pause late on average: 4 % of 2 s, 2.5 % of 5 s, 2 % of 10 s, and less of more.
_SLOWER: Final = 1.03
_LOOKS_LOST: Final = 4
_SEARCHES: Final = 3
_SEARCH_AGAIN_S: Final = 0.5
_MOMENT_S: Final = 3.0
# How far this machine's clock may be ahead of Replicate's. An older run of the same input is no harm: it
# gives the same picture.
_CLOCKS: Final = timedelta(minutes=10)


class _Page(BaseModel):
    results: list[dict[str, Any]]


class _OutOfTimeError(Exception):
    """A moment is over."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """A run to be begun: of which model, with which input.

    ``known_by`` are the inputs that tell it from others; files are not among them, as they come back changed.
    """

    target: Target
    model: str
    values: Mapping[str, Any]
    known_by: frozenset[str]

    def is_of(self, run: Prediction) -> bool:
        """Whether ``run`` is of this order, as far as can be told."""
        asked: Any = run.input
        if run.status in {"canceled", "aborted"} or not isinstance(asked, Mapping):
            return False
        if self.target.version and run.version != self.target.version:
            return False
        if not self.target.version and run.model not in (None, bare(self.model)):
            return False
        given = cast("Mapping[str, Any]", asked)
        return all(given.get(name) == self.values[name] for name in self.known_by)


class Runs:
    """The runs of one engine. Safe to use from several threads.

    Replicate takes no idempotency key (replicate/replicate-python-beta, which is generated from its OpenAPI
    document; read 2026-11-22). When the reply to a new run is lost, it is looked for among the account's
    newest runs by its input, and no other is begun.
    """

    def __init__(self) -> None:
        self._mine: set[str] = set()
        self._lock = threading.Lock()

    def begin(self, service: Service, order: Order, beat: Beat) -> tuple[Prediction, bool]:
        """Begin one, once; the second value says that its reply was lost, and that it was found again.

        Raises:
            UnknownEngineError, InvalidRequestError: there is no such model, or it takes no such input.
            EngineError: it was not begun; or it may have been, which it says, and was not found.
            Cancelled: ``beat`` asked to stop; what had been begun was called off.
        """
        since = datetime.now(UTC)
        body = order.target.body(dict(order.values))
        try:
            with named(order.model):
                run = begin(service, order.target.path, body, beat, once=True)
        except EngineError as error:
            if not _may_run(error):
                raise
            return self._found_again(service, order, since, beat, error), True
        except Cancelled:
            self._call_off_unseen(service, order, since)
            raise
        with self._lock:
            self._mine.add(run.id)
        return run, False

    def _found_again(
        self, service: Service, order: Order, since: datetime, beat: Beat, lost: EngineError
    ) -> Prediction:
        """Look a few times: a run may take a moment to be listed."""
        for attempt in range(_SEARCHES):
            if attempt:
                service.pause(_SEARCH_AGAIN_S, beat)
            try:
                found = self._find(service, order, since, beat)
            except EngineError:  # what went wrong first says more
                raise failures.perhaps_paid(lost, service.host) from lost
            if found is not None:
                return found
        raise EngineError(
            f"{lost.message} Nor is the run among those of the account.",
            hint=f"{service.host.title} most likely did not begin it; if it did, it is charged, and listed "
            "at https://replicate.com/predictions. Ask again.",
        ) from lost

    def _call_off_unseen(self, service: Service, order: Order, since: datetime) -> None:
        """Of a run whose reply was not waited for; else it would go on until its time is over."""
        try:
            found = self._find(service, order, since, _for_a_moment())
        except (EngineError, _OutOfTimeError):
            return
        if found is not None:
            call_off(service, found)

    def _find(self, service: Service, order: Order, since: datetime, beat: Beat) -> Prediction | None:
        after = (since - _CLOCKS).strftime("%Y-%m-%dT%H:%M:%SZ")
        content = service.get(f"predictions?{urlencode({'created_after': after})}", beat)
        try:
            listed = [Prediction.model_validate(each) for each in _Page.model_validate(content).results]
        except ValidationError as error:
            raise service.unreadable("no list of predictions") from error
        with self._lock:
            found = next((run for run in listed if run.id not in self._mine and order.is_of(run)), None)
            if found is not None:
                self._mine.add(found.id)
        return found


def follow(service: Service, run: Prediction, tell: Callable[[Prediction], None], beat: Beat) -> Prediction:
    """Look at ``run`` until it is over, less often the longer it takes; call it off if that ends early.

    ``tell`` is called with each state of it; what that or ``beat`` raises ends it.

    Raises:
        EngineTimeoutError: it did not end in time.
        EngineError: Replicate cannot be asked any more.
    """
    limit_s, pause_s = service.options.total_timeout_s, _FIRST_PAUSE_S
    until = time.monotonic() + limit_s
    over, failed = False, 0
    try:
        tell(run)
        while not run.over:
            if time.monotonic() > until:
                raise EngineTimeoutError(
                    f"{service.host.title} did not finish within {limit_s:g} s; the run was called off.",
                    hint=f"Ask again, or set total_timeout_s in [engines.{service.host.engine}] higher.",
                )
            service.pause(pause_s, beat)
            pause_s = min(pause_s * _SLOWER, _LONGEST_PAUSE_S)
            try:
                run = read(service, service.get(f"predictions/{run.id}", beat))
            except (CredentialsError, OfflineError):
                raise
            except (
                EngineError
            ):  # the run goes on, and is paid for: one look that fails is no reason to end it
                failed += 1
                if failed > _LOOKS_LOST:
                    raise
                continue
            failed = 0
            tell(run)
        over = True
    finally:
        if not over:
            call_off(service, run)
    return run


def call_off(service: Service, run: Prediction) -> None:
    """Tell Replicate that ``run`` is not wanted any more."""
    service.tell(f"predictions/{run.id}/cancel")


def _may_run(error: EngineError) -> bool:
    """Whether what was to be begun may be running all the same."""
    import httpx2

    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, Rejected):
            return cause.fault.leaves_it_open
        if isinstance(cause, (httpx2.TransportError, TimeoutError)):
            return failures.was_sent(cause)
        cause = cause.__cause__
    return False


def _for_a_moment() -> Beat:
    until = time.monotonic() + _MOMENT_S

    def beat() -> None:
        if time.monotonic() > until:
            raise _OutOfTimeError

    return beat
