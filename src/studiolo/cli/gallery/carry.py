"""``studiolo gallery export`` and ``import``: pictures in and out of the gallery."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from studiolo.cli.gallery import filters
from studiolo.cli.help import examples

EXPORT_EPILOG = examples("studiolo gallery export pictures/", "studiolo gallery export apples.zip 7k3f 9xw2")


def export(
    target: Annotated[
        Path, typer.Argument(metavar="FOLDER|FILE.zip", help="A folder or a zip file to write.")
    ],
    pictures: Annotated[
        list[str] | None,
        typer.Argument(metavar="ID", help="Only these; the whole gallery if none is given."),
    ] = None,
    as_json: filters.Json = False,
) -> None:
    """Copy pictures, with all that is known of them, out of the gallery."""
    from studiolo.cli.rooms import open_gallery

    with open_gallery() as gallery:
        gallery.export(target, pictures)
    del as_json


def import_(
    sources: Annotated[
        list[Path], typer.Argument(metavar="FILE|FOLDER|ZIP", help="Pictures, or an earlier export.")
    ],
    as_json: filters.Json = False,
) -> None:
    """Take pictures into the gallery, also those of other programs."""
    from studiolo.cli.rooms import open_gallery

    with open_gallery() as gallery:
        for source in sources:
            gallery.import_(source)
    del as_json
