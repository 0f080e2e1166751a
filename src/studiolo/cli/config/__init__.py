"""``studiolo config``: every setting, its value, where the value comes from; and how to change it."""

from __future__ import annotations

from typing import Annotated

import typer

from studiolo.cli.config import change
from studiolo.cli.help import Command, examples, new_app
from studiolo.cli.options import Json

app = new_app(
    help="Show the settings and where each comes from, or change one.",
    epilog=examples(
        "studiolo config",
        "studiolo config set engine fake",
        "studiolo config set engines.openai.api_key",
        '"$EDITOR" "$(studiolo config --path)"',
    ),
)


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    path: Annotated[
        bool, typer.Option("--path", help="Print only where the config file is, or would be.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show the settings and where each comes from, or change one.

    A setting is read from the environment (`STUDIOLO_ENGINE`), a file `.env` in this folder, or
    `config.toml`; the first that has it counts. Keys and passwords are never shown.
    """
    if context.invoked_subcommand is None:
        from studiolo.cli.config.show import show

        show(path=path, as_json=as_json)


app.command("set", cls=Command, epilog=change.SET_EPILOG)(change.set_)
app.command("unset", cls=Command, epilog=change.UNSET_EPILOG)(change.unset)
