"""What can be said about what becomes of finished pictures, wherever some are made."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

_RESULT: Final = "What to do with it"

Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FOLDER|FILE",
        help="Also put the pictures here. They are in the gallery in any case.",
        rich_help_panel=_RESULT,
    ),
]
File = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FOLDER|FILE", help="Where to put it; here, if not given."),
]
Force = Annotated[bool, typer.Option("--force", help="Replace files that exist.", rich_help_panel=_RESULT)]
Open = Annotated[bool, typer.Option("--open", help="Open the pictures in a viewer.", rich_help_panel=_RESULT)]
Preview = Annotated[
    bool,
    typer.Option(
        "--preview/--no-preview",
        help="Show the pictures in the terminal, where it can.",
        rich_help_panel=_RESULT,
    ),
]
Json = Annotated[
    bool,
    typer.Option(
        "--json",
        help="One JSON document a line for each picture, as soon as it is finished.",
        rich_help_panel=_RESULT,
    ),
]
