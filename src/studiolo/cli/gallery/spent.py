"""``studiolo gallery spent``: what services were paid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from studiolo.cli.help import examples
from studiolo.cli.options import Json

if TYPE_CHECKING:
    from studiolo.gallery.spending import Spent

EPILOG = examples(
    "studiolo gallery spent",
    "studiolo gallery spent --since 30d --json",
    notes="What was removed for good is not counted, nor what nobody knows the price of.",
)


def spent(
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="From then on: 2026-11-21, yesterday, 30d (days ago).")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what services were paid for pictures and answers, by month and engine.

    In a pipe: month, engine, what for, how many, and US dollars between tabs.
    """
    from studiolo.cli.console import for_a_person, print_json, print_rows, say
    from studiolo.cli.inputs import parse_moment
    from studiolo.cli.rooms import open_gallery

    with open_gallery() as gallery:
        found = gallery.spent(parse_moment(since) if since is not None else None)
    total = sum(each.usd for each in found)
    if as_json:
        print_json({"spent": [each.model_dump() for each in found], "usd": round(total, 6)})
    elif not for_a_person():
        print_rows((each.month, each.engine, each.what, each.count, f"{each.usd:.6f}") for each in found)
    elif found:
        _print_table(found, total)
    else:
        say("Nothing was paid for what is kept.", style="yellow")


def _print_table(found: Sequence[Spent], total: float) -> None:
    from studiolo.cli.console import new_table, stdout_console
    from studiolo.studio.spending import dollars

    table = new_table("month", "engine", "what for", "number", "paid")
    for column in table.columns[3:]:
        column.justify = "right"
    for each in found:
        table.add_row(each.month, each.engine, each.what, str(each.count), dollars(each.usd))
    table.add_row("", "", "", "", dollars(total), style="bold")
    stdout_console().print(table)
