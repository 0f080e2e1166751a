"""``studiolo models``: which models engines can have, which of them are here; and ``remove``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Final

import typer

from studiolo.cli.help import Command, examples, new_app
from studiolo.cli.options import Json

if TYPE_CHECKING:
    from rich.text import Text

    from studiolo.studio.pulling import InstalledModel, Store

app = new_app(
    help="Show which models there are and which are here, or delete one.",
    epilog=examples("studiolo models", "studiolo pull sdxl", "studiolo models remove sdxl"),
)
_VERY_WIDE: Final = 150
"""Columns from which the table says what each model is."""

REMOVE_EPILOG = examples("studiolo models remove sdxl", "studiolo models remove someone/model")


@app.callback(invoke_without_command=True)
def root(context: typer.Context, as_json: Json = False) -> None:
    """Show which models there are and which are here, or delete one.

    Engines that bring their models with them, or ask a service for them, are not in the list. Sizes of what
    is not here are about.
    """
    if context.invoked_subcommand is not None:
        return
    from studiolo.cli.console import for_a_person, print_json, print_rows
    from studiolo.settings import Settings
    from studiolo.studio.engines import build_registries
    from studiolo.studio.pulling import list_models, store_of

    settings = Settings.load()
    found, store = list_models(build_registries(settings)), store_of(settings)
    if as_json:
        print_json(
            {
                "models": [model.document() for model in found],
                "folder": str(store.folder),
                "free_bytes": store.free_bytes,
            }
        )
    elif for_a_person():
        _print_table(found, store)
    else:
        print_rows(_row(model) for model in found)


def remove(
    name: Annotated[str, typer.Argument(metavar="NAME", help="One of `studiolo models`.")],
    as_json: Json = False,
) -> None:
    """Delete a model from this machine; what other models need of it stays."""
    from studiolo.cli.console import print_json, say
    from studiolo.engines.local.machine import gigabytes
    from studiolo.settings import Settings
    from studiolo.studio.engines import build_registries
    from studiolo.studio.pulling import forget_model

    freed = forget_model(build_registries(Settings.load()), name)
    if as_json:
        print_json({"name": name, "freed_bytes": freed})
    else:
        say(f"{name} is deleted; {gigabytes(freed)} are free again. To have it back: studiolo pull {name}")


def _row(model: InstalledModel) -> list[object]:
    """A line for a pipe: engine, name, whether it is here, bytes here and in all, licence."""
    return [model.engine, model.name, _state(model), model.bytes_here, model.download_bytes, model.licence]


def _state(model: InstalledModel) -> str:
    if model.ready:
        return "here"
    return "in part" if model.bytes_here else "not here"


def _print_table(found: Sequence[InstalledModel], store: Store) -> None:
    from rich.text import Text

    from studiolo.cli.console import new_table, stdout_console
    from studiolo.cli.failure import one_line
    from studiolo.engines.local.machine import gigabytes

    console = stdout_console()
    wide = console.width >= _VERY_WIDE
    table = new_table("name", "engine", "size", "", "licence", *(["what it is"] if wide else []))
    table.columns[2].justify = "right"
    for column in table.columns[4:]:
        column.no_wrap = False
    for model in found:
        size = model.bytes_here if model.ready else model.download_bytes
        cells: list[str | Text] = [
            Text(model.name, "bold" if model.ready else ""),
            model.engine,
            ("" if model.ready else "~") + gigabytes(size),
            Text(_state(model), {"here": "green", "in part": "yellow"}.get(_state(model), "dim")),
            Text(one_line(model.licence), "dim"),
        ]
        table.add_row(*cells, *([Text(one_line(model.description), "dim")] if wide else []))
    console.print(table)
    console.print()
    console.print(
        f"{gigabytes(store.free_bytes)} free in {store.folder}. To have one: studiolo pull NAME", style="dim"
    )


app.command("remove", cls=Command, epilog=REMOVE_EPILOG)(remove)
