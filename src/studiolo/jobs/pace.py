"""How long steps take, measured: what is left of a painting is said from that alone."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Final

Kind = tuple[str, int]
"""An engine, and how many pixels its picture has: what decides how long a step takes."""

_RECENT: Final = 32
_KINDS: Final = 256


class Paces:
    """Seconds by kind of what is painted: per step, as it is used here. Safe for several threads."""

    def __init__(self) -> None:
        self._seconds: OrderedDict[Kind, float] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, kind: Kind) -> float | None:
        """What was noted last; None if nothing was."""
        with self._lock:
            return self._seconds.get(kind)

    def note(self, kind: Kind, seconds: float) -> None:
        """Remember seconds, and forget what was noted longest ago if there is too much."""
        with self._lock:
            self._seconds[kind] = seconds
            self._seconds.move_to_end(kind)
            if len(self._seconds) > _KINDS:
                self._seconds.popitem(last=False)


class Pace:
    """How fast one job goes."""

    def __init__(self, paces: Paces, kind: Kind, clock: Callable[[], float] = time.monotonic) -> None:
        self._paces = paces
        self._kind = kind
        self._clock = clock
        self._recent: deque[float] = deque(maxlen=_RECENT)
        self._reached: dict[int, int] = {}
        self._last: float | None = None

    def step(self, index: int, step: int) -> float | None:
        """Note that a step is done; gives the seconds it took, None for the first, which loads things too.

        Pictures may be painted at once: steps are those of all of them together.
        """
        # Engines may report every few steps. What lies between two pictures counts for its first step.
        steps = step - self._reached.get(index, 0)
        self._reached[index] = step
        if steps == 0:  # told once more
            return None
        now = self._clock()
        last, self._last = self._last, now
        if last is None or steps < 0:
            return None
        seconds = (now - last) / steps
        self._recent.extend([seconds] * min(steps, _RECENT))
        self._paces.note(self._kind, self.seconds_per_step or seconds)
        return seconds

    @property
    def seconds_per_step(self) -> float | None:
        """The mean of the last steps; before there are any, of paintings of this kind before."""
        if self._recent:
            return sum(self._recent) / len(self._recent)
        return self._paces.get(self._kind)

    def seconds_left(self, steps: int) -> float | None:
        """How long so many steps will take; None if nothing was measured yet."""
        per_step = self.seconds_per_step
        return None if per_step is None else round(steps * per_step, 1)
