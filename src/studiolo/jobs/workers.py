"""Threads: one for each place of a device, and one that looks after the house."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from studiolo.errors import GalleryError

logger = logging.getLogger("studiolo.jobs")

T = TypeVar("T")

_FAULT_PAUSE_S: Final = 2.0


class Workers(Generic[T]):
    """Takes work and does it, in threads that are started when there is a device for them.

    Args:
        take: the next piece of work on a device; None if there is none.
        do: does it. What it raises is logged; the worker lives on.
    """

    def __init__(self, take: Callable[[str], T | None], do: Callable[[T], None]) -> None:
        self._take = take
        self._do = do
        self._threads: dict[str, list[threading.Thread]] = {}
        self._changed = threading.Condition()
        self._rings = 0
        self._stopping = False

    @property
    def alive(self) -> bool:
        """Whether every thread that was started still works."""
        with self._changed:
            return all(thread.is_alive() for threads in self._threads.values() for thread in threads)

    @property
    def devices(self) -> tuple[str, ...]:
        """Those that have threads."""
        with self._changed:
            return tuple(self._threads)

    def ensure(self, device: str, parallel: int) -> None:
        """Have at least so many threads for ``device``, and let them look for work."""
        with self._changed:
            threads = self._threads.setdefault(device, [])
            while not self._stopping and len(threads) < parallel:
                name = f"studiolo-job-{device}-{len(threads)}"
                # A daemon: who forgets to close the studio is not kept from leaving. The job is not lost.
                thread = threading.Thread(target=self._work, args=(device,), name=name, daemon=True)
                threads.append(thread)
                thread.start()
            self._rings += 1
            self._changed.notify_all()

    def stop(self) -> None:
        """Take nothing more; what is being done goes on."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def join(self, seconds: float) -> bool:
        """Wait for the threads to end, so long at most; gives whether they have."""
        deadline = time.monotonic() + seconds
        with self._changed:
            threads = [thread for threads in self._threads.values() for thread in threads]
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in threads)

    def _work(self, device: str) -> None:
        while True:
            with self._changed:
                if self._stopping:
                    return
                heard = self._rings
            pause: float | None = None  # until the bell rings
            try:
                work = self._take(device)
                if work is not None:
                    self._do(work)
                    continue
            except GalleryError as error:
                logger.warning("Jobs on %s wait: %s", device, error)
                pause = _FAULT_PAUSE_S
            except Exception:
                logger.exception("A worker on %s met what it should not have.", device)
                pause = _FAULT_PAUSE_S
            with self._changed:
                self._changed.wait_for(lambda: self._stopping or self._rings != heard, pause)  # noqa: B023


class Ticker:
    """Does something again and again, in a thread of its own; faults of the gallery pass."""

    def __init__(self, seconds: float, tick: Callable[[], None]) -> None:
        self._seconds = seconds
        self._tick = tick
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="studiolo-jobs", daemon=True)

    @property
    def alive(self) -> bool:
        """Whether it still does."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin; the first time comes after the pause."""
        self._thread.start()

    def stop(self) -> None:
        """Make an end, and wait for it."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._seconds):
            try:
                self._tick()
            except GalleryError as error:
                logger.warning("The queue could not be looked after: %s", error)
