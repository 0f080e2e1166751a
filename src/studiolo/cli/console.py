"""What is printed, and where: for a person at a terminal, for a pipe, or as JSON."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from studiolo.cli.failure import one_line

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

WIDE: Final = 110
"""Columns from which a table shows what is merely nice to know."""
NARROW: Final = 60
"""Columns below which a table shows only what is needed."""


class OutputClosedError(Exception):
    """Whoever read stdout has gone; no :class:`OSError`, which Typer would take for its own."""


def stdout_console() -> Console:
    """A console on stdout; plain when it is no terminal."""
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False)


def stderr_console() -> Console:
    """A console on stderr; plain when it is no terminal."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, markup=False, emoji=False)


def for_a_person(*, as_json: bool = False) -> bool:
    """Whether a person reads stdout: a terminal, and no JSON asked for."""
    return not as_json and sys.stdout.isatty()


def is_unicode(console: Console) -> bool:
    """Whether the terminal takes more than ASCII."""
    return not console.options.ascii_only


def prepare_streams() -> None:
    """Let no letter that the terminal's encoding lacks end the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            unicode = stream.encoding.lower().replace("-", "") == "utf8"
            # surrogateescape: a file name that is no UTF-8 leaves as the bytes it came in.
            stream.reconfigure(errors="surrogateescape" if unicode else "replace")


def print_json(document: Any, *, indent: int | None = 2) -> None:
    """One JSON document to stdout; without ``indent`` on one line, at once (JSON lines)."""
    unicode = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    text = json.dumps(document, indent=indent, ensure_ascii=not unicode, default=str)
    # Half a surrogate pair is no text in any encoding; as an escape it is.
    text = text.encode("utf-8", "backslashreplace").decode()
    print_line(text)


def print_line(text: str) -> None:
    """One plain line to stdout, at once.

    Raises:
        OutputClosedError: nobody reads it any more.
    """
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError as error:
        raise OutputClosedError from error


def print_rows(rows: Iterable[Sequence[object]]) -> None:
    """Rows for a pipe: columns between tabs, a row a line, nothing else."""
    for row in rows:
        print_line("\t".join(one_line(str(cell)) for cell in row))


def new_table(*headings: str) -> Table:
    """A table without frame, its headings dim; columns are added by name."""
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False, show_edge=False)
    for heading in headings:
        table.add_column(heading, no_wrap=True, overflow="ellipsis")
    return table


def say(text: str, *, style: str = "") -> None:
    """A remark for a person: to stderr, so that pipes stay clean."""
    console = stderr_console()
    console.print(one_line(text), style=style or None, soft_wrap=not console.is_terminal)


def count_of(number: int, thing: str = "picture") -> str:
    """``1 picture``, ``2 pictures``."""
    return f"1 {thing}" if number == 1 else f"{number} {thing}s"


def clip_path(path: str, room: int) -> str:
    """``path`` in at most ``room`` characters: its end says more than its beginning."""
    return path if len(path) <= room else "..." + path[-(room - 3) :]


def print_fields(fields: Iterable[tuple[str, object]]) -> None:
    """Names, dim, beside their values, which wrap."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in fields:
        grid.add_row(name, value if isinstance(value, Text) else one_line(str(value)))
    stdout_console().print(grid)
