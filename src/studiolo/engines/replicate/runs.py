"""Runs that are paid for: begun once, found again if the reply is lost, followed, called off."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
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
# How far this machine's clock may be ahead of Replicate's. What is older than one in step has it may be of
# another process: if it is finished and has our seed, it is our picture; if not, it is not to be touched.
_CLOCKS: Final = timedelta(minutes=10)
_CLOCKS_IN_STEP: Final = timedelta(seconds=10)


class _Page(BaseModel):
    results: list[dict[str, Any]]


class _OutOfTimeError(Exception):
    """A moment is over."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """A run to be begun: of which model, with which input.

    ``known_by`` are the inputs that tell it from others; files are not among them, as they come back changed.
    ``repeats`` says that the same input gives the same picture: there is a seed among it.
    """

    target: Target
    model: str
    values: Mapping[str, Any]
    known_by: frozenset[str]
    repeats: bool = True

    @property
    def likeness(self) -> str:
        """The same for orders whose runs cannot be told apart."""
        known = {name: self.values[name] for name in self.known_by}
        return json.dumps([self.model, self.target.path, self.target.version, known], sort_keys=True)

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
    newest runs by its input, and no other is begun. It is not looked for while replies to others of the same
    input are awaited: a run that one of them speaks of would be taken for it.
    """

    def __init__(self) -> None:
        self._mine: set[str] = set()
        self._awaited: Counter[str] = Counter()
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
            with self._awaiting(order), named(order.model):
                run = begin(service, order.target.path, body, beat, once=True)
                with self._lock:
                    self._mine.add(run.id)
        except EngineError as error:
            if not _may_run(error):
                raise
            return self._found_again(service, order, since, beat, error), True
        except Cancelled:
            self._call_off_unseen(service, order, since)
            raise
        return run, False

    @contextmanager
    def _awaiting(self, order: Order) -> Generator[None]:
        """While this lasts, a run like it may be one whose reply is on its way."""
        with self._lock:
            self._awaited[order.likeness] += 1
        try:
            yield
        finally:
            with self._lock:
                self._awaited[order.likeness] -= 1

    def _found_again(
        self, service: Service, order: Order, since: datetime, beat: Beat, lost: EngineError
    ) -> Prediction:
        """Look a few times: a run may take a moment to be listed."""
        for attempt in range(_SEARCHES):
            if attempt:
                service.pause(_SEARCH_AGAIN_S, beat)
            try:
                found = self._find(service, order, since, beat, finished=order.repeats)
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

    def _find(
        self, service: Service, order: Order, since: datetime, beat: Beat, *, finished: bool = False
    ) -> Prediction | None:
        """The newest of ``order`` begun ``since``; with ``finished``, also one that ended well before."""
        while self._awaited[order.likeness]:
            service.pause(_FIRST_PAUSE_S, beat)
        begun, earliest = _stamp(since - _CLOCKS_IN_STEP), _stamp(since - _CLOCKS)
        content = service.get(f"predictions?{urlencode({'created_after': earliest})}", beat)
        try:
            listed = [Prediction.model_validate(each) for each in _Page.model_validate(content).results]
        except ValidationError as error:
            raise service.unreadable("no list of predictions") from error
        with self._lock:
            found = next(
                (
                    run
                    for run in listed
                    if run.id not in self._mine
                    and order.is_of(run)
                    and (run.created_at >= begun or (finished and run.status == "succeeded"))
                ),
                None,
            )
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
        if isinstance(cause, ValueError):  # it took it, but what it said cannot be read
            return True
        cause = cause.__cause__
    return False


def _stamp(moment: datetime) -> str:
    """As Replicate writes it, but for the fraction of the second, which sorts after none."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _for_a_moment() -> Beat:
    until = time.monotonic() + _MOMENT_S

    def beat() -> None:
        if time.monotonic() > until:
            raise _OutOfTimeError

    return beat
