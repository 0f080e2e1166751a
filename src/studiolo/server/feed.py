"""Events on their way to one client: taken over from the threads they happen in, and bounded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Final

from studiolo.jobs.events import Event, EventLog

MOST_WAITING: Final = 1000
"""Events a client may be behind; then it is cut off, and hears how things stand when it comes back."""
PACE_S: Final = 0.1
"""Events are sent together, ten times a second at most: a job's progress no more often than that."""

_SUPERSEDED: Final = frozenset({"job", "progress"})


class Feed:
    """What happens from now on, for one client; made and read in one event loop.

    Of each job only the newest state and progress wait: a client that is slower than what happens is told
    less, not later.

    Args:
        log: where things happen.
        owner: whose; None for everybody's.
        wants: which of these events.
    """

    def __init__(
        self, log: EventLog, *, owner: str | None, wants: Callable[[Event], bool] = lambda _: True
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._wants = wants
        self._waiting: dict[tuple[str, str | int], Event] = {}
        self._arrived = asyncio.Event()
        self._overrun = False
        self._subscription = log.subscribe(self._hand_over, owner)

    def close(self) -> None:
        """Hear nothing more; harmless when repeated."""
        self._subscription.close()

    async def batches(self, *, idle_s: float) -> AsyncIterator[list[Event]]:
        """Events in their order, as many as there are; an empty list after ``idle_s`` seconds without any.

        Ends when the client was too slow.
        """
        while not self._overrun:
            try:
                async with asyncio.timeout(idle_s):
                    await self._arrived.wait()
            except TimeoutError:
                yield []
                continue
            self._arrived.clear()
            events, self._waiting = list(self._waiting.values()), {}
            yield events
            await asyncio.sleep(PACE_S)

    def _hand_over(self, event: Event) -> None:
        """Called in whatever thread ``event`` happened in, which must not wait."""
        with suppress(RuntimeError):  # the loop has ended, and with it the client
            self._loop.call_soon_threadsafe(self._take, event)

    def _take(self, event: Event) -> None:
        if self._overrun or not self._wants(event):
            return
        superseded = event.kind in _SUPERSEDED and event.job_id is not None
        key = (event.kind, event.job_id if superseded and event.job_id is not None else event.number)
        self._waiting.pop(key, None)
        self._waiting[key] = event
        if len(self._waiting) > MOST_WAITING:
            self._overrun = True
            self._waiting = {}
            self.close()
        self._arrived.set()
