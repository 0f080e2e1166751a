"""Options that mean the same wherever they stand."""

from __future__ import annotations

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Preview = Annotated[
    bool, typer.Option("--preview/--no-preview", help="Show the picture in the terminal, where it can.")
]
