"""The server's numbers, counted as things happen; :mod:`exposition` gives them to Prometheus."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Final

from studiolo.jobs.job import JobState
from studiolo.jobs.observing import JobObserver
from studiolo.server.door import Visit

REQUEST_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
STEP_SECONDS: Final = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
METHODS: Final = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
"""A method is anything a client likes to write; only these get a number of their own."""


@dataclass
class Histogram:
    """How often something took how long: counts by upper bound, the last without one, and their sum."""

    bounds: tuple[float, ...]
    counts: list[int] = field(init=False)
    total: float = 0.0

    def __post_init__(self) -> None:
        self.counts = [0] * (len(self.bounds) + 1)

    def note(self, value: float) -> None:
        """Count one."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value


class Metrics(JobObserver):
    """Counters since the server began. Safe for several threads."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.requests: Counter[tuple[str, str, int]] = Counter()
        self.request_seconds: defaultdict[str, Histogram] = defaultdict(lambda: Histogram(REQUEST_SECONDS))
        self.step_seconds: defaultdict[str, Histogram] = defaultdict(lambda: Histogram(STEP_SECONDS))
        self.pictures: Counter[str] = Counter()
        self.dollars: defaultdict[str, float] = defaultdict(float)
        self.jobs: Counter[tuple[str, JobState]] = Counter()
        self.failures: Counter[tuple[str, str]] = Counter()

    def visited(self, visit: Visit) -> None:
        """A request ended. How long a stream of events was listened to says nothing of the server's pace."""
        method = visit.method if visit.method in METHODS else "other"
        with self.lock:
            self.requests[method, visit.route, visit.status] += 1
            if not visit.streamed:
                self.request_seconds[visit.route].note(visit.seconds)

    def step(self, engine: str, seconds: float) -> None:
        """A step of a painting took so long."""
        with self.lock:
            self.step_seconds[_name(engine)].note(seconds)

    def picture(self, engine: str, cost: float | None) -> None:
        """A picture was kept."""
        with self.lock:
            self.pictures[_name(engine)] += 1
            if cost is not None:
                self.dollars[_name(engine)] += cost

    def ended(self, engine: str, state: JobState, seconds: float, error: str | None) -> None:
        """A job ended."""
        del seconds
        with self.lock:
            self.jobs[_name(engine), state] += 1
            if error is not None:
                self.failures[_name(engine), error] += 1


def _name(engine: str) -> str:
    """The engine of ``name:model``: a model is called anything a client likes to write."""
    return engine.partition(":")[0]
