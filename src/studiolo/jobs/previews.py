"""What pictures look like while they are painted: made only where somebody looks, never on disk."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from studiolo.jobs.pace import Kind, Paces

SIDE_PX: Final = 512
_PAUSE_S: Final = 0.3
"""At most three a second."""

_SHARE: Final = 0.05
"""At most this part of the painting's time goes into them, over all jobs of a kind after its very first:
to decode one can take as long as two steps, and a whole picture no more than twelve."""

_ASKED_S: Final = 10.0
"""Who asked for one so long ago still looks."""

_KEPT_S: Final = 10.0
"""So long after its job they are given to those who were told of them while it ran."""


class Previews:
    """The newest preview of each picture of the jobs that run. Safe for several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._newest: dict[str, dict[int, tuple[int, bytes]]] = {}
        self._not_before: dict[str, float] = {}
        self._asked: dict[str, float] = {}
        self._ended: dict[str, float] = {}
        self._kinds: dict[str, Kind] = {}
        self._owed = Paces()
        self._lock = threading.Lock()

    def get(self, job_id: str, index: int) -> tuple[int, bytes] | None:
        """The step, and the WebP of how the picture looked after it; None if there is none."""
        with self._lock:
            self._forget()
            if job_id in self._newest:
                self._asked[job_id] = self._clock()
            return self._newest.get(job_id, {}).get(index)

    def step_of(self, job_id: str, index: int) -> int | None:
        """The step of the newest preview of a picture."""
        with self._lock:
            found = self._newest.get(job_id, {}).get(index)
        return None if found is None else found[0]

    def open(self, job_id: str, kind: Kind) -> None:
        """A job begins to run: previews of it can be asked for, once those of others of its kind are paid."""
        with self._lock:
            self._forget()
            self._ended.pop(job_id, None)
            self._newest[job_id] = {}
            self._kinds[job_id] = kind
            self._not_before[job_id] = self._clock() + (self._owed.get(kind) or 0.0)

    def close(self, job_id: str) -> None:
        """A job runs no more: what is known of it is forgotten a moment later."""
        with self._lock:
            now = self._ended[job_id] = self._clock()
            self._owed.note(self._kinds[job_id], max(0.0, self._not_before[job_id] - now))

    def _forget(self) -> None:
        long_ago = self._clock() - _KEPT_S
        for job_id in [job_id for job_id, ended in self._ended.items() if ended < long_ago]:
            for known in (self._newest, self._not_before, self._asked, self._ended, self._kinds):
                known.pop(job_id, None)

    def offer(self, job_id: str, index: int, step: int, make: Callable[[], bytes], *, watched: bool) -> bool:
        """Make a preview if anybody looks and the last one is long enough ago; gives whether it did.

        ``make`` gives a WebP of at most ``SIDE_PX`` pixels a side.
        """
        now = self._clock()
        with self._lock:
            looked_at = watched or now - self._asked.get(job_id, float("-inf")) < _ASKED_S
            if not looked_at or now < self._not_before.get(job_id, now) or job_id not in self._newest:
                return False
        content = make()
        took = self._clock() - now
        with self._lock:
            self._not_before[job_id] = now + max(_PAUSE_S, took / _SHARE)
            if job_id in self._newest:
                self._newest[job_id][index] = (step, content)
        return True
