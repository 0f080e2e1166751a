"""The line that lives while pictures are painted: stage, bar, step, which picture, seconds left."""

from __future__ import annotations

import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from studiolo.cli.console import NARROW, stderr_console

if TYPE_CHECKING:
    from threading import Event

    from rich.console import Console, RenderableType
    from rich.progress import Progress as Bar

    from studiolo.requests import Progress


class PaintingLine:
    """Shows the progress of ``pictures`` pictures on stderr, if that is a terminal.

    Give :meth:`report` to the painter as its progress callback; call :meth:`picture_done` after
    each picture. Use it as a context manager; print inside :meth:`paused`.
    """

    def __init__(self, pictures: int, cancel: Event) -> None:
        self._pictures = pictures
        self._cancel = cancel
        self._done = 0
        self._started = time.monotonic()
        self._first_step_at: float | None = None
        self._bar = _bar(stderr_console()) if sys.stderr.isatty() else None
        if self._bar is not None:
            self._task = self._bar.add_task("starting", total=1.0, picture=self._which(0), step="", left="")

    def report(self, progress: Progress) -> None:
        """Show how far the present picture is."""
        if self._bar is None:
            return
        share = self._share(progress.step / max(progress.total, 1))
        self._bar.update(
            self._task,
            completed=share,
            description="stopping" if self._cancel.is_set() else progress.stage,
            picture=self._which(self._done),
            step=f"step {progress.step}/{progress.total}",
            left=self._time_left(share),
        )

    def picture_done(self) -> None:
        """One more picture is finished."""
        self._done += 1
        if self._bar is not None:
            share = self._share(0.0)
            self._bar.update(
                self._task, completed=share, picture=self._which(self._done), left=self._time_left(share)
            )

    @contextmanager
    def paused(self) -> Generator[None]:
        """Take the line away, so that something can be printed in its place."""
        if self._bar is not None:
            self._bar.stop()
        try:
            yield
        finally:
            if self._bar is not None and self._done < self._pictures:
                self._bar.start()

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def _share(self, of_this_picture: float) -> float:
        return min(1.0, (self._done + of_this_picture) / self._pictures)

    def _which(self, done: int) -> str:
        return f"{min(done + 1, self._pictures)} of {self._pictures}" if self._pictures > 1 else ""

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
