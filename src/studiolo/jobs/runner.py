"""Who paints a job: the seam behind which this process, or a cluster, does the work."""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Protocol

from studiolo.gallery import Picture
from studiolo.imaging.thumbnails import thumbnail
from studiolo.jobs.previews import SIDE_PX
from studiolo.jobs.recording import record_picture
from studiolo.requests import ImageRequest, Progress, ProgressCallback

if TYPE_CHECKING:
    from PIL.Image import Image

Preview = Callable[[], bytes]
"""Gives a WebP of at most ``SIDE_PX`` a side. Called only where somebody looks."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where an engine's jobs run, and how many at once."""

    device: str
    parallel: int = 1


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """A request that an engine can do: who, with every default filled in, and what is to be said of it.

    ``max_cost`` is what all of it may cost, in US dollars, None: whatever it costs.
    """

    engine: str
    request: ImageRequest
    max_cost: float | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Task:
    """A job as a runner gets it: all of it, and the places (from 0) of the pictures that are missing.

    ``notes`` are for each of its pictures. ``max_cost`` is what these may cost, in US dollars, None: whatever
    they cost.
    """

    job_id: str
    queue: str
    engine: str
    request: ImageRequest
    missing: tuple[int, ...]
    translate: bool
    original_prompt: str
    max_cost: float | None
    notes: tuple[str, ...] = ()

    def record(self, connection: sqlite3.Connection, picture: Picture, *, number: int) -> None:
        """Write, in the transaction that keeps ``picture``, that it is the one of that place.

        Raises:
            Cancelled: another process has taken the job over.
        """
        record_picture(connection, picture, job_id=self.job_id, queue=self.queue, number=number)


class Report(ABC):
    """What a runner is told to stop by, and tells of its work. ``index`` is a picture's place in the job."""

    @property
    @abstractmethod
    def stopped(self) -> bool:
        """Whether the work is to end: for runners that cannot be stopped by :meth:`progress`."""

    @abstractmethod
    def progress(
        self, *, index: int, step: int, total: int, stage: str, preview: Preview | None = None
    ) -> None:
        """A step is done.

        Raises:
            Cancelled: the work is to end.
        """

    @abstractmethod
    def picture(self, index: int, picture_id: str) -> None:
        """A picture is in the gallery, kept with :meth:`Task.record`."""

    @abstractmethod
    def log(self, message: str) -> None:
        """Something worth knowing happened."""


class Runner(ABC):
    """Runs a job in the thread that calls it, or elsewhere: all that is shared is the gallery."""

    @abstractmethod
    def place(self, engine: str) -> Place:
        """Where jobs of ``engine`` run.

        Raises:
            UnknownEngineError, EngineError: there is no such engine, or it is broken.
        """

    @abstractmethod
    def prepare(self, request: ImageRequest, *, engine: str | None, max_cost: float | None) -> Accepted:
        """Who will paint (chosen here if no engine is named), and with every default filled in, the seed too.

        Args:
            request: what is asked for.
            engine: who is to paint it.
            max_cost: what all of it may cost, in US dollars; the usual limit here if it is None.

        Raises:
            InputError: the engine cannot do this, or none can, or it may cost too much.
        """

    @abstractmethod
    def run(self, task: Task, report: Report) -> None:
        """Paint the missing pictures, and keep each as soon as it is finished.

        Raises:
            Cancelled: the work was to end.
            StudioloError: it could not be done. Anything else counts as a crash of the engine.
        """


class Paint(Protocol):
    """How the facade paints: as ``generate_each``.

    Each picture has ``notes``, and is kept together with what ``within`` writes. ``max_cost`` None: whatever
    it costs.
    """

    def __call__(
        self,
        request: ImageRequest,
        /,
        *,
        engine: str,
        progress: ProgressCallback,
        translate: bool,
        original_prompt: str,
        max_cost: float | None,
        notes: tuple[str, ...],
        within: Callable[[sqlite3.Connection, Picture], None],
    ) -> Generator[Picture]:
        """Paint ``request.count`` pictures."""
        ...


class LocalRunner(Runner):
    """Paints in this process, in the thread that calls."""

    def __init__(
        self,
        *,
        place: Callable[[str], Place],
        prepare: Callable[[ImageRequest, str | None, float | None], Accepted],
        paint: Paint,
    ) -> None:
        self._place = place
        self._prepare = prepare
        self._paint = paint

    def place(self, engine: str) -> Place:
        """As the engine declares it."""
        return self._place(engine)

    def prepare(self, request: ImageRequest, *, engine: str | None, max_cost: float | None) -> Accepted:
        """As the facade does."""
        return self._prepare(request, engine, max_cost)

    def run(self, task: Task, report: Report) -> None:
        """Paint through the facade, so that a job is what ``generate`` would have made."""
        left = task.max_cost
        for first, count in _stretches(task.missing):
            seed = (task.request.seed or 0) + first
            request = task.request.model_copy(update={"seed": seed, "count": count})
            paid = self._paint_stretch(replace(task, max_cost=left), report, first, request)
            left = None if left is None else max(0.0, left - paid)

    def _paint_stretch(self, task: Task, report: Report, first: int, request: ImageRequest) -> float:
        """Paint pictures with consecutive places; gives what they cost, as far as that is known."""

        def number_of(picture: Picture) -> int:
            """Its place in the job: engines that paint several at once finish them in any order."""
            return first + (picture.seed or 0) - (request.seed or 0)

        def progress(step: Progress) -> None:
            report.progress(
                index=first + step.index,
                step=step.step,
                total=step.total,
                stage=step.stage,
                preview=None if step.preview is None else partial(_webp, step.preview),
            )

        def within(connection: sqlite3.Connection, picture: Picture) -> None:
            task.record(connection, picture, number=number_of(picture))

        painting = self._paint(
            request,
            engine=task.engine,
            progress=progress,
            translate=task.translate,
            original_prompt=task.original_prompt,
            max_cost=task.max_cost,
            notes=task.notes,
            within=within,
        )
        paid = 0.0
        with closing(painting):
            for picture in painting:
                paid += picture.cost or 0.0
                report.picture(number_of(picture), picture.id)
        return paid


def _webp(preview: Callable[[], Image]) -> bytes:
    return thumbnail(preview(), side_px=SIDE_PX)


def _stretches(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Runs of consecutive numbers, as (first, how many)."""
    found: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if found and number == sum(found[-1]):
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((number, 1))
    return found
