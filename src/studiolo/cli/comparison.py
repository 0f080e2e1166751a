"""``studiolo engines --compare``: what those that paint can do, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.console import Console

    from studiolo.engines.capabilities import Capabilities
    from studiolo.engines.comparing import Row
    from studiolo.studio.engines import EngineFacts

_LABEL: Final = 20
_COLUMN: Final = 24


def print_comparison(found: Sequence[EngineFacts], *, as_json: bool) -> None:
    """The image engines among ``found``: as a table, as rows for a pipe, or as JSON."""
    from studiolo.cli.console import for_a_person, print_json, print_rows, stdout_console
    from studiolo.engines.comparing import compare

    engines = _painters(found)
    rows = compare(engines)
    names = [*engines]
    if as_json:
        print_json([row.document(names) for row in rows])
    elif for_a_person():
        _print_tables(stdout_console(), names, rows)
    else:
        print_rows([["ability", *names], *([row.ability, *row.cells] for row in rows)])


def _painters(found: Sequence[EngineFacts]) -> dict[str, Capabilities]:
    """Without those that are broken, and the test double."""
    from studiolo.engines.capabilities import Capabilities

    told = {engine.name: engine.capabilities for engine in found}
    return {name: can for name, can in told.items() if isinstance(can, Capabilities) and name != "fake"}


def _print_tables(console: Console, names: Sequence[str], rows: Sequence[Row]) -> None:
    """As many engines beside each other as there is room for, the others below."""
    from rich.text import Text

    from studiolo.cli.console import new_table

    beside = max(1, (console.width - _LABEL) // _COLUMN)
    for first in range(0, len(names), beside):
        shown = names[first : first + beside]
        table = new_table("", *shown)
        for column in table.columns[1:]:
            column.no_wrap = False
        for row in rows:
            cells = row.cells[first : first + beside]
            table.add_row(row.ability, *(Text(cell, "dim" if cell == "no" else "") for cell in cells))
        console.print(table)
        console.print()
