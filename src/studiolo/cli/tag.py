"""``studiolo tag``: words for what pictures show."""

from __future__ import annotations

from typing import Annotated

import typer

from studiolo.cli.help import examples
from studiolo.cli.options import Assistant

EPILOG = examples(
    "studiolo tag latest",
    "studiolo tag *.png --engine ollama:llava --json",
)


def tag(
    pictures: Annotated[
        list[str],
        typer.Argument(metavar="FILE|ID|ADDRESS...", help="Pictures: files, of the gallery, on the web."),
    ],
    keep: Annotated[
        bool, typer.Option("--keep/--no-keep", help="Add the tags to pictures of the gallery.")
    ] = True,
    engine: Assistant = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document a line for each picture.")
    ] = False,
) -> None:
    """Find 3 to 12 tags for each picture.

    Tags of your own are set with `studiolo gallery tag`.
    """
    from dataclasses import asdict

    from studiolo.cli.console import for_a_person, print_json, print_line, print_rows, say
    from studiolo.cli.interrupt import cancel_on_interrupt
    from studiolo.cli.talking import printable, say_cost, waiting
    from studiolo.studio import Studio

    with Studio.open() as studio, cancel_on_interrupt() as cancel:
        for picture in pictures:
            with waiting(engine or studio.settings.assistant) as progress:
                found = studio.tag(picture, engine=engine, keep=keep, progress=progress, cancel=cancel)
            if as_json:
                print_json({"picture": picture, **asdict(found)}, indent=None)
            elif for_a_person():
                named = f"{picture}: " if len(pictures) > 1 else ""
                print_line(printable(named + ", ".join(found.tags)))
                for note in found.notes:
                    say(note, style="yellow")
                say_cost(found)
            else:
                print_rows([[picture, ",".join(found.tags)]])
