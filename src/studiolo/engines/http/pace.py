"""Says how far an answer is, and how long it took; keeps saying so while something takes its time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from studiolo.engines.http.worker import BEAT_S, Beat
from studiolo.requests import Progress, ProgressCallback

T = TypeVar("T")


def meanwhile(work: Callable[[], T], beat: Beat) -> T:
    """What ``work`` gives, with a heartbeat while it works; it is left to itself if ``beat`` raises."""
    future: Future[T] = Future()
    # A daemon: what nobody waits for any more does not keep the interpreter from its end, either.
    threading.Thread(target=_settle, args=(future, work), name="studiolo-meanwhile", daemon=True).start()
    while True:
        try:
            return future.result(BEAT_S)
        except TimeoutError:
            if future.done():  # it is the work's own
                raise
            beat()


def _settle(future: Future[T], work: Callable[[], T]) -> None:
    try:
        future.set_result(work())
    except BaseException as error:  # noqa: BLE001 - raised in the thread that waits
        future.set_exception(error)


class Pace:
    """Counts pieces for ``progress``; :meth:`beat` is called while nothing comes."""

    def __init__(self, progress: ProgressCallback, *, total: int) -> None:
        self._progress = progress
        self._total = total
        self._pieces = 0
        self._started = time.perf_counter()
        self._first_s: float | None = None

    def beat(self) -> None:
        """Still there. What the callback raises goes through."""
        stage = "writing" if self._pieces else "waiting"
        self._progress(Progress(step=self._pieces, total=self._total, stage=stage))

    def piece(self) -> None:
        """One more piece."""
        if self._first_s is None:
            self._first_s = time.perf_counter() - self._started
        self._pieces += 1
        self.beat()

    @property
    def timings(self) -> dict[str, float]:
        """Seconds until the first piece, if there was one, and until now."""
        total = {"total": round(time.perf_counter() - self._started, 4)}
        return total if self._first_s is None else {"first_token": round(self._first_s, 4), **total}
