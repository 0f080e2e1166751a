"""Which job answers which request, so that a client that asks again does not have it painted twice.

OpenAI's clients ask again by themselves when an answer takes longer than they wait. They say so (in
``X-Stainless-Retry-Count``), and how long they wait; those that send an ``Idempotency-Key`` say it all.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter, OrderedDict
from dataclasses import dataclass
from typing import Final

from fastapi import Request

from studiolo.errors import InvalidRequestError, NotFoundError
from studiolo.jobs.job import Job
from studiolo.jobs.queue import JobQueue
from studiolo.server.dialects.openai.orders import Order

_REMEMBERED: Final = 1000
_RETURN_S: Final = 15.0
"""Within this time, a client that will ask again has done so: they wait 8 s at most."""

_EARLY_S: Final = 1.0
"""A client's clock began before ours."""


@dataclass(frozen=True, kw_only=True)
class Patience:
    """What a client's headers say of its asking again. ``key`` is its own for this very request."""

    key: str = ""
    again: bool = False
    timeout_s: float | None = None

    @classmethod
    def of(cls, request: Request) -> Patience:
        """As ``request`` says; the Python client has another name for its time than the others."""
        headers = request.headers
        waits = headers.get("x-stainless-read-timeout") or headers.get("x-stainless-timeout") or ""
        return cls(
            key=headers.get("idempotency-key", ""),
            again=headers.get("x-stainless-retry-count", "0") not in {"", "0"},
            timeout_s=float(waits) if waits.replace(".", "", 1).isdecimal() else None,
        )

    def will_return(self, waited_s: float) -> bool:
        """Whether a client that leaves after so long is likely to ask again."""
        return bool(self.key) or (self.timeout_s is not None and waited_s >= self.timeout_s - _EARLY_S)


class Attempts:
    """The jobs that requests were answered with, the newest remembered, and who still waits for them.

    Safe for several threads.
    """

    def __init__(self, jobs: JobQueue) -> None:
        self._jobs = jobs
        self._known: OrderedDict[tuple[str, str], tuple[str, str]] = OrderedDict()
        self._waiting: Counter[str] = Counter()
        self._lock = threading.Lock()

    def begin(self, order: Order, patience: Patience, *, owner: str) -> Job:
        """The job for ``order``: a new one, or the one that the same client asked for before.

        Raises:
            QueueFullError: too many jobs wait.
            InputError: the engine cannot do it, or the key belongs to another order.
        """
        with self._lock:
            job = self._earlier(order, patience, owner)
            if job is None:
                job = self._jobs.submit(
                    order.request, engine=order.engine, translate=order.body.translate, owner=owner
                )
            for name in filter(None, (order.fingerprint, patience.key)):
                self._known[owner, name] = (job.id, order.fingerprint)
                self._known.move_to_end((owner, name))
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
            self._waiting[job.id] += 1
        return job

    def end(self, job: Job, order: Order) -> None:
        """Somebody who waited for ``job`` has got it: the same order is a new one from now on."""
        self._leave(job)
        with self._lock:
            self._known.pop((job.owner, order.fingerprint), None)

    def abandon(self, job: Job, *, returns: bool) -> None:
        """Somebody left before ``job`` was done. It is cancelled if nobody else waits for it.

        Args:
            job: the job.
            returns: wait a while for the same client to ask again. Call it in the event loop.
        """
        loop = asyncio.get_running_loop()
        loop.call_later(
            _RETURN_S if returns else 0, lambda: loop.run_in_executor(None, self._cancel_if_left, job)
        )

    def _earlier(self, order: Order, patience: Patience, owner: str) -> Job | None:
        """One that failed or was cancelled does not count: asking again is right."""
        name = patience.key or (order.fingerprint if patience.again else "")
        job_id, fingerprint = self._known.get((owner, name), ("", ""))
        if not job_id:
            return None
        if fingerprint != order.fingerprint:
            raise InvalidRequestError(
                "This Idempotency-Key was sent with another request.",
                hint="Send a new key with each request.",
            )
        try:
            job = self._jobs.get(job_id, owner=owner)
        except NotFoundError:  # long ended, and forgotten
            return None
        return job if job.state in {"queued", "running", "done"} else None

    def _leave(self, job: Job) -> bool:
        """Whether nobody waits for it any more."""
        with self._lock:
            self._waiting[job.id] -= 1
            if self._waiting[job.id] > 0:
                return False
            del self._waiting[job.id]
            return True

    def _cancel_if_left(self, job: Job) -> None:
        if self._leave(job):
            self._jobs.cancel(job.id, owner=job.owner)
