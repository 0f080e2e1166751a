"""What is worth counting, for whoever keeps the numbers."""

from __future__ import annotations

from dataclasses import dataclass

from studiolo.jobs.job import JobState


class JobObserver:
    """Told of what happens in the queue; override what is to be counted. Called in the workers' threads."""

    def step(self, engine: str, seconds: float) -> None:
        """A step of a painting took so long."""

    def picture(self, engine: str, cost: float | None) -> None:
        """A picture was kept; ``cost`` in US dollars, None where nothing is charged or nobody knows."""

    def ended(self, engine: str, state: JobState, seconds: float, error: str | None) -> None:
        """A job ended after so long, begun last; ``error`` is the kind of what it failed of."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """How many jobs wait for a device, and how many it works on."""

    waiting: int = 0
    running: int = 0
