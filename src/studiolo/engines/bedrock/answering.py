"""A call in a thread of its own, so that its caller can breathe while it waits, and can stop it."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from studiolo.engines.bedrock.calls import Call, current_call

Event = Mapping[str, Any]

_HEARTBEAT_S: Final = 0.1


class Answering:
    """Runs ``work`` and hands on its events."""

    def __init__(self, work: Callable[[], Iterable[Event]]) -> None:
        self._call = Call()
        self._events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="studiolo-bedrock")
        self._done = self._threads.submit(self._run, work)

    def __iter__(self) -> Iterator[Event | None]:
        """Events; None for each tenth of a second in which none came. What ``work`` raises is raised."""
        while True:
            try:
                event = self._events.get(timeout=_HEARTBEAT_S)
            except queue.Empty:
                yield None
                continue
            if event is None:
                self._done.result()
                return
            yield event

    def end(self) -> None:
        """Cut the connection if it is still at work; do not wait for it."""
        if not self._done.done():
            self._call.cancel()
        self._threads.shutdown(wait=False)

    def _run(self, work: Callable[[], Iterable[Event]]) -> None:
        current_call.set(self._call)
        try:
            for event in work():
                self._events.put(event)
        finally:
            self._events.put(None)
