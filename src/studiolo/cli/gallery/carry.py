"""``studiolo gallery export`` and ``import``: pictures in and out of the gallery."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from studiolo.cli.console import count_of
from studiolo.cli.gallery import filters
from studiolo.cli.help import examples
from studiolo.cli.options import Json

EXPORT_EPILOG = examples(
    "studiolo gallery export everything.zip", "studiolo gallery export best/ --starred --since 30d"
)
IMPORT_EPILOG = examples("studiolo gallery import everything.zip", "studiolo gallery import ~/Pictures/sd/")


def export(
    target: Annotated[
        Path, typer.Argument(metavar="FOLDER|FILE.zip", help="A new folder, or a new zip file.")
    ],
    engine: filters.Engine = None,
    since: filters.Since = None,
    until: filters.Until = None,
    size: filters.Size = None,
    seed: filters.Seed = None,
    starred: filters.Starred = None,
    tag: filters.Tag = None,
    collection: filters.Collection = None,
    as_json: Json = False,
) -> None:
    """Copy pictures, with all that is known of them, out of the gallery.

    All of them, or those that the options choose.
    """
    from studiolo.cli.console import print_json, say
    from studiolo.cli.rooms import open_gallery

    narrowed = filters.build_filter(
        engine=engine, since=since, until=until, size=size, seed=seed, starred=starred, tags=tag
    )
    with open_gallery() as gallery:
        exported = gallery.export(target, filters.in_collection(gallery, narrowed, collection))
    if as_json:
        print_json({"exported": exported, "path": str(target)})
    else:
        say(f"{count_of(exported)} exported to {target}.")


def import_(
    sources: Annotated[
        list[Path], typer.Argument(metavar="FILE|FOLDER|ZIP", help="Pictures, or an earlier export.")
    ],
    as_json: Json = False,
) -> None:
    """Take pictures into the gallery, also those of other programs.

    What is in the gallery already is left alone. What cannot be read is named, and the exit code
    is 1 if there was such.
    """
    from studiolo.cli.console import print_json, say
    from studiolo.cli.rooms import open_gallery

    with open_gallery() as gallery:
        report = gallery.import_(*sources)
    if as_json:
        reasons = [{"file": name, "reason": why} for name, why in report.failed]
        print_json({"added": report.added, "already_here": report.already_here, "failed": reasons})
    else:
        for name, why in report.failed:
            say(f"{name}: {why}", style="yellow")
        said = f"{len(report.added)} added, {report.already_here} already here"
        say(f"{said}, {len(report.failed)} not readable.")
    if report.failed:
        raise typer.Exit(1)
