"""``studiolo control``: the map that a painting follows, made from a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from studiolo.cli import results
from studiolo.cli.help import examples
from studiolo.cli.options import Preview

if TYPE_CHECKING:
    from studiolo.requests import Control

EPILOG = examples(
    "studiolo control photo.jpg --kind canny -o edges.png",
    'studiolo generate "a castle" --control edges.png --control-prepared',
)


def control(
    picture: Annotated[str, typer.Argument(metavar="FILE|ID", help="Whose layout is wanted.")],
    kind: Annotated[
        str, typer.Option(metavar="canny|segmentation", help="Its edges, or its regions.")
    ] = "canny",
    output: results.File = None,
    force: results.Force = False,
    preview: Preview = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Make a control map: what of a picture's layout a painting can follow.

    `generate --control` does so by itself; here the map can be looked at, and changed by hand.
    It is written to a file, not kept in the gallery.
    """
    from pathlib import Path

    from studiolo.cli.console import print_json, print_line, say
    from studiolo.cli.easel import Result
    from studiolo.cli.pictures import show_files
    from studiolo.requests import SourceImage
    from studiolo.studio import Studio
    from studiolo.studio.subjects import find_subject, provenance

    result = Result(output=output, force=force, open=False, preview=preview, as_json=as_json)
    with Studio.open() as studio:
        subject = find_subject(studio.gallery, picture)
        found = studio.control_map(subject.image, cast("Control", kind))
        known: dict[str, Any] = provenance(subject.picture)
    destination = result.destination(1, otherwise=Path())
    assert destination is not None  # noqa: S101 - `otherwise` is given
    name = f"{known.get('prompt') or Path(picture).stem} {kind}"
    path = destination.write(SourceImage(found.image).png, prompt=name, seed=known.get("seed", 0))
    if as_json:
        print_json({"path": str(path), "kind": kind, "notes": list(found.notes)})
    else:
        print_line(str(path))
        for note in found.notes:
            say(f"{path.name}: {note}")
    show_files([path], result.graphics())
