"""The line that lives while pictures are painted: stage, bar, step, which picture, seconds left."""

from __future__ import annotations

import sys
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from studiolo.cli.console import NARROW, stderr_console

if TYPE_CHECKING:
    from threading import Event

    from rich.console import Console, RenderableType
    from rich.progress import Progress as Bar

    from studiolo.requests import Progress


class PaintingLine:
    """Shows the progress of several requests on stderr, if that is a terminal.

    ``counts`` says how many pictures each has. Give :meth:`report` to the painter as its progress callback,
    and call :meth:`picture_done` after each picture; their places are among all pictures, from 0. Use it as a
    context manager; print inside :meth:`paused`.
    """

    def __init__(self, counts: Sequence[int], cancel: Event) -> None:
        self._counts = tuple(counts)
        self._pictures = sum(counts)
        self._cancel = cancel
        self._done = 0
        self._shares: dict[int, float] = {}
        self._over: set[int] = set()
        self._started = time.monotonic()
        self._first_step_at: float | None = None
        self._bar = _bar(stderr_console()) if sys.stderr.isatty() else None
        if self._bar is not None:
            self._task = self._bar.add_task("starting", total=1.0, picture=self._which(), step="", left="")

    def report(self, progress: Progress) -> None:
        """Show how far the picture is, and all of them together."""
        if self._bar is None or progress.index in self._over:
            return
        self._shares[progress.index] = min(1.0, progress.step / max(progress.total, 1))
        share = self._share()
        several = len(self._shares)
        self._bar.update(
            self._task,
            completed=share,
            description="stopping" if self._cancel.is_set() else progress.stage,
            picture=self._which(),
            step=f"{several} at once" if several > 1 else f"step {progress.step}/{progress.total}",
            left=self._time_left(share),
        )

    def picture_done(self, place: int) -> None:
        """A picture is finished."""
        self._done += 1
        self._end(place)

    def request_failed(self, number: int) -> None:
        """Nothing more will come of a request; ``number`` is its place among the requests."""
        first = sum(self._counts[:number])
        self._end(*range(first, first + self._counts[number]))

    def _end(self, *places: int) -> None:
        self._over.update(places)
        for place in places:
            self._shares.pop(place, None)
        if self._bar is not None:
            share = self._share()
            self._bar.update(self._task, completed=share, picture=self._which(), left=self._time_left(share))

    @contextmanager
    def paused(self) -> Generator[None]:
        """Take the line away, so that something can be printed in its place."""
        if self._bar is not None:
            self._bar.stop()
        try:
            yield
        finally:
            if self._bar is not None and len(self._over) < self._pictures:
                self._bar.start()

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def _share(self) -> float:
        return min(1.0, (len(self._over) + sum(self._shares.values())) / self._pictures)

    def _which(self) -> str:
        if self._pictures == 1:
            return ""
        if len(self._shares) > 1:
            return f"{self._done} of {self._pictures} done"
        return f"{min(self._done + 1, self._pictures)} of {self._pictures}"

    def _time_left(self, share: float) -> str:
        """Measured from the first step, so that the loading of weights is not taken for painting."""
        now = time.monotonic()
        if self._first_step_at is None:
            self._first_step_at, self._share_at_first = now, share
            return ""
        gained = share - self._share_at_first
        if gained <= 0:
            return ""
        left = (now - self._first_step_at) / gained * (1.0 - share)
        return f"{left:.0f} s left" if left < 90 else f"{left / 60:.0f} min left"


def _bar(console: Console) -> Bar:
    from rich.progress import BarColumn, Progress, TextColumn

    def text(field: str, style: str = "") -> TextColumn:
        return TextColumn("{task." + field + "}", style=style, markup=False)

    # Room for the "^C" that a terminal echoes; wrapped to the next line, it would leave a torn bar behind.
    console.width = max(20, console.width - 4)
    columns = [text("description", "bold"), BarColumn(bar_width=None if console.width < NARROW else 32)]
    columns += [text("fields[step]"), text("fields[picture]", "cyan")]
    if console.width >= NARROW:
        columns.append(text("fields[left]", "dim"))

    class Line(Progress):
        def get_renderables(self) -> Iterator[RenderableType]:
            table = self.make_tasks_table(self.tasks)
            table.expand = console.width < NARROW
            yield table

    # Nothing of it stays: what is worth keeping is printed.
    return Line(*columns, console=console, transient=True, refresh_per_second=12)
