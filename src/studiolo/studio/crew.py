"""Several paintings of one call: in turn on this machine, at once where a service paints several."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from typing import Final

from studiolo.engines.capabilities import Capabilities
from studiolo.errors import (
    Cancelled,
    CostLimitError,
    CredentialsError,
    GalleryError,
    MissingExtraError,
    OfflineError,
    RateLimitedError,
    StudioloError,
)
from studiolo.gallery import Picture
from studiolo.requests import Progress, ProgressCallback

_BEAT_S: Final = 0.1

_CONCERNS_ALL: Final = (
    Cancelled,
    CostLimitError,
    CredentialsError,
    GalleryError,
    MissingExtraError,
    OfflineError,
    RateLimitedError,
)
"""What the next painting would meet, too: none is begun any more."""


@dataclass(frozen=True, kw_only=True)
class Errand:
    """One painting of several.

    ``number`` is its place among them, ``first`` that of its first picture among all pictures, ``total`` how
    many those are. ``paint`` paints, and keeps each picture before it gives it.
    """

    number: int
    first: int
    total: int
    capabilities: Capabilities
    paint: Callable[[ProgressCallback], Iterator[Picture]]

    def among_all(self, step: Progress) -> Progress:
        """``step`` with the place of its picture among those of all paintings."""
        return replace(step, index=self.first + step.index, count=self.total)


News = tuple[Errand, Picture | StudioloError]
"""A picture is kept, or a painting has failed."""


def concerns_all(error: StudioloError) -> bool:
    """Whether the paintings after the one that failed so would fail as well, or are not wanted."""
    return isinstance(error, _CONCERNS_ALL)


def run(errands: Sequence[Errand], progress: ProgressCallback, *, in_turn: bool = False) -> Iterator[News]:
    """What comes of ``errands``, as it comes.

    A device is given as many at once as its engines declare; all go ``in_turn`` if that is asked for, or
    where no device takes several. After an error that concerns all, none is begun any more, and those that
    are under way are finished: they may have been paid for.

    Raises:
        Cancelled, or what else ``progress`` raises: after the pictures that were finished by then.
    """
    several = any(errand.capabilities.parallel > 1 for errand in errands)
    if in_turn or not several or len(errands) == 1:
        return _run_in_turn(errands, progress)
    return _run_at_once(errands, progress)


def _run_in_turn(errands: Sequence[Errand], progress: ProgressCallback) -> Iterator[News]:
    for errand in errands:

        def report(step: Progress, errand: Errand = errand) -> None:
            progress(errand.among_all(step))

        try:
            for picture in errand.paint(report):
                yield errand, picture
        except Cancelled:
            raise
        except StudioloError as error:
            yield errand, error
            if concerns_all(error):
                return


def _run_at_once(errands: Sequence[Errand], progress: ProgressCallback) -> Iterator[News]:
    crew = _Crew(errands)
    try:
        yield from crew.news(progress)
    finally:
        crew.end()


_Event = tuple[Errand, Progress | Picture | BaseException | None]
"""None: the errand is done."""


class _Crew:
    """A thread for each errand that is under way. What they tell is heard in the thread that asked."""

    def __init__(self, errands: Sequence[Errand]) -> None:
        self._stop = threading.Event()
        self._events: SimpleQueue[_Event] = SimpleQueue()
        places: dict[str, int] = {}
        for errand in errands:
            can = errand.capabilities
            places[can.device] = max(places.get(can.device, 1), can.parallel)
        self._pools = {
            device: ThreadPoolExecutor(min(places[device], len(errands)), thread_name_prefix="studiolo-easel")
            for device in places
        }
        self._running: dict[int, Future[None]] = {
            errand.number: self._pools[errand.capabilities.device].submit(self._paint, errand)
            for errand in errands
        }

    def news(self, progress: ProgressCallback) -> Iterator[News]:
        crash: BaseException | None = None
        while self._running:
            errand, event = self._next()
            match event:
                case Progress():
                    try:
                        progress(errand.among_all(event))
                    except BaseException:
                        yield from self._finished()
                        raise
                case Picture():
                    yield errand, event
                case StudioloError():
                    del self._running[errand.number]
                    if concerns_all(event):
                        self._begin_no_more()
                    yield errand, event
                case BaseException():
                    del self._running[errand.number]
                    self._begin_no_more()
                    crash = crash or event
                case None:
                    del self._running[errand.number]
        if crash is not None:
            raise crash

    def end(self) -> None:
        """Whatever is still being painted is called off and waited for."""
        self._stop.set()
        for pool in self._pools.values():
            pool.shutdown(cancel_futures=True)

    def _next(self) -> _Event:
        while True:
            try:
                return self._events.get(timeout=_BEAT_S)  # with a time, so that signals are heard everywhere
            except Empty:
                continue

    def _begin_no_more(self) -> None:
        self._running = {number: future for number, future in self._running.items() if not future.cancel()}

    def _finished(self) -> Iterator[News]:
        """What is finished in spite of being called off."""
        self._stop.set()
        self._begin_no_more()
        while self._running:
            errand, event = self._next()
            if isinstance(event, Picture):
                yield errand, event
            elif not isinstance(event, Progress):
                del self._running[errand.number]

    def _paint(self, errand: Errand) -> None:
        def tell(step: Progress) -> None:
            if self._stop.is_set():
                raise Cancelled
            self._events.put((errand, step))

        try:
            for picture in errand.paint(tell):
                self._events.put((errand, picture))
        except BaseException as error:  # noqa: BLE001 - raised in the thread that asked
            self._events.put((errand, error))
        else:
            self._events.put((errand, None))
