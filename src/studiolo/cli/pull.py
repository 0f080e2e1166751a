"""``studiolo pull``: bring a model onto this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from studiolo.cli.help import examples
from studiolo.cli.options import Json

EPILOG = examples(
    "studiolo pull sdxl",
    "studiolo pull sdxl-control",
    "studiolo pull stabilityai/sdxl-turbo",
    "studiolo pull llava-hf/llava-1.5-7b-hf",
    "studiolo models",
)


def pull(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="One of `studiolo models`, or a name on the hub: owner/name."),
    ],
    as_json: Json = False,
) -> None:
    """Bring a model onto this machine, to use it offline from then on.

    What is here already is not fetched again; what Ctrl-C or a broken connection stopped goes on where it
    was with the same command.
    """
    from studiolo.cli.console import print_json, say
    from studiolo.cli.downloading import DownloadLine
    from studiolo.cli.interrupt import cancel_on_interrupt
    from studiolo.engines.local.machine import gigabytes
    from studiolo.errors import Cancelled
    from studiolo.settings import Settings
    from studiolo.studio.core import cancellable
    from studiolo.studio.engines import build_registries
    from studiolo.studio.pulling import pull_model

    registries = build_registries(Settings.load())
    with cancel_on_interrupt() as cancel:
        try:
            with DownloadLine(cancel) as line:
                model = pull_model(registries, name, cancellable(line.report, cancel))
        except Cancelled as cancelled:
            raise Cancelled(
                "Stopped; what had come is kept.", hint=f"To go on: studiolo pull {name}"
            ) from cancelled
    if as_json:
        print_json(model.document())
        return
    say(f"{model.engine}:{model.name} is here: {gigabytes(model.bytes_here)}, licence: {model.licence}.")
