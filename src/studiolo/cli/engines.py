"""``studiolo engines``: who can paint, talk and speak here, and what each can do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from studiolo.cli.comparison import print_comparison
from studiolo.cli.engine_facts import HEADINGS, abilities, description, details, knobs, row
from studiolo.cli.help import examples
from studiolo.cli.options import Json
from studiolo.engines.kinds import Kind
from studiolo.errors import InvalidRequestError

if TYPE_CHECKING:
    from rich.text import Text

    from studiolo.studio.engines import EngineFacts

EPILOG = examples(
    "studiolo engines",
    "studiolo engines pocket",
    "studiolo engines --kind speech",
    "studiolo engines replicate bedrock openai --compare",
)


def engines(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME[:MODEL]", help="Only these, in detail.")
    ] = None,
    kind: Annotated[Kind | None, typer.Option("--kind", help="Only those of this kind.")] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="What those that paint can do, side by side.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show who can paint, talk and speak here, and what each can do."""
    from studiolo.cli.console import for_a_person, print_json, print_rows
    from studiolo.settings import Settings
    from studiolo.studio.engines import build_registries, look_at_engine, look_at_engines

    kinds = [each for each in Kind if kind is None or each is kind]
    if compare:
        if Kind.IMAGE not in kinds:
            raise InvalidRequestError(f"Those of kind '{kind}' do not paint.", hint="Leave --kind out.")
        kinds = [Kind.IMAGE]
    settings = Settings.load()
    registries = build_registries(settings)
    if names:
        found = [each for name in names for each in look_at_engine(registries, settings, name, kinds=kinds)]
    else:
        found = look_at_engines(registries, settings, kinds=kinds)
    if compare:
        print_comparison(found, as_json=as_json)
    elif as_json:
        print_json([engine.document() for engine in found])
    elif not for_a_person():
        print_rows(row(engine) for engine in found)
    elif names:
        for engine in found:
            _print_details(engine)
    else:
        _print_table(found)


def _print_table(found: Sequence[EngineFacts]) -> None:
    from rich.text import Text

    from studiolo.cli.console import new_table, stdout_console

    console = stdout_console()
    for kind, heading in HEADINGS.items():
        of_kind = [engine for engine in found if engine.kind == kind]
        if not of_kind:
            continue
        console.print(heading, style="dim")  # as a column's heading it would widen the names
        table = new_table("", "", "")
        table.show_header = False
        table.columns[2].no_wrap = False
        table.columns[2].overflow = "fold"  # what is to be typed is not cut
        for engine in of_kind:
            name = Text(engine.name, "bold")
            table.add_row(name, _state(engine), Text("\n").join(_lines(engine)))
        console.print(table)
        console.print()
    defaults = ", ".join(f"'{engine.name}'" for engine in found if engine.default)
    console.print(f"Used when none is named: {defaults}. Details: studiolo engines NAME", style="dim")


def _state(engine: EngineFacts) -> Text:
    from rich.text import Text

    return Text("ready", "green") if engine.availability.ready else Text("not ready", "yellow")


def _lines(engine: EngineFacts) -> Iterator[Text]:
    """What one row of the table says: what the engine is, what it does, what mends it."""
    from rich.text import Text

    from studiolo.cli.failure import one_line

    if engine.capabilities is not None:
        yield Text(one_line(description(engine)))
        if engine.kind is Kind.IMAGE:
            yield Text(", ".join(abilities(engine)), "dim")
            yield Text(knobs(engine), "dim")
    if not engine.availability.ready:
        yield Text(one_line(engine.availability.reason), "yellow")
        yield Text(one_line(engine.availability.hint), "cyan")


def _print_details(engine: EngineFacts) -> None:
    from rich.text import Text

    from studiolo.cli.console import print_fields, stdout_console
    from studiolo.cli.failure import one_line

    console = stdout_console()
    head = Text(engine.name, "bold").append("  ").append_text(_state(engine))
    console.print(head.append(f"  {HEADINGS[engine.kind].lower()}", "dim not bold"))
    if not engine.availability.ready:
        console.print(one_line(engine.availability.reason), style="yellow")
        console.print(one_line(engine.availability.hint), style="cyan")
    if engine.capabilities is not None:
        console.print(one_line(description(engine)))
        console.print()
        print_fields(details(engine))
    console.print()
