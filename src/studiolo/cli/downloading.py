"""The line that lives while a model comes: file, bar, bytes, speed, time left."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Self

from studiolo.cli.console import NARROW, say, stderr_console

if TYPE_CHECKING:
    from threading import Event

    from rich.progress import Progress as Bar

    from studiolo.requests import Progress


class DownloadLine:
    """Shows a download on stderr: a bar at a terminal, a line for each file elsewhere.

    Give :meth:`report` to the engine as its progress callback. Use it as a context manager.
    """

    def __init__(self, cancel: Event) -> None:
        self._cancel = cancel
        self._stage = ""
        self._bar = _bar() if sys.stderr.isatty() else None
        self._task: Any = None

    def report(self, progress: Progress) -> None:
        """Show how far it is."""
        if self._bar is None:
            if progress.stage != self._stage:
                say(f"{progress.stage}: {_percent(progress)}")
        elif self._task is None:
            # The speed is of what comes now, not of what an earlier download brought.
            self._task = self._bar.add_task("", total=progress.total, completed=progress.step, file="")
        else:
            file = "stopping" if self._cancel.is_set() else progress.stage
            self._bar.update(self._task, completed=progress.step, total=progress.total, file=file)
        self._stage = progress.stage

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._bar is not None:
            self._bar.stop()


def _percent(progress: Progress) -> str:
    return f"{100 * progress.step // max(1, progress.total)} %"


def _bar() -> Bar:
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        ProgressColumn,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )
    from rich.table import Column

    console = stderr_console()
    # Room for the "^C" that a terminal echoes; wrapped to the next line, it would leave a torn bar behind.
    console.width = max(20, console.width - 4)
    columns: list[ProgressColumn] = [
        BarColumn(bar_width=None, table_column=Column(ratio=1)),
        DownloadColumn(),
    ]
    if console.width >= NARROW:
        file = Column(no_wrap=True, overflow="ellipsis", ratio=1)
        columns.insert(0, TextColumn("{task.fields[file]}", markup=False, table_column=file))
        columns += [TransferSpeedColumn(), TimeRemainingColumn(compact=True)]
    return Progress(*columns, console=console, transient=True, expand=True, refresh_per_second=8)
