"""``studiolo show``: what a picture file says about itself, whoever made it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from studiolo.cli.help import examples
from studiolo.cli.options import Json, Preview

if TYPE_CHECKING:
    from studiolo.imaging.metadata import ImageMetadata

EPILOG = examples(
    "studiolo show picture.png",
    "studiolo show 7k3f --strip clean.png",
)


def show(
    picture: Annotated[
        str, typer.Argument(metavar="FILE|ID", help="A picture file, or the id of one in the gallery.")
    ],
    strip: Annotated[
        Path | None,
        typer.Option(
            "--strip", metavar="FILE", help="Write a copy without prompt and settings; pixels unchanged."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
    preview: Preview = True,
    as_json: Json = False,
) -> None:
    """Read how a picture was made, from the file itself.

    Reads what studiolo, AUTOMATIC1111 and its forks, ComfyUI, InvokeAI and NovelAI write into
    their files.
    """
    from studiolo.cli.asked import asked_beside
    from studiolo.cli.console import for_a_person, print_json, print_rows
    from studiolo.cli.palettes import palette_document, palette_fields
    from studiolo.imaging.metadata import read_metadata

    path = _file(picture)
    if strip is not None:
        _write_stripped(path, strip, force=force, as_json=as_json)
        return
    found = read_metadata(path)
    facts = list(_facts(found))
    if as_json:
        known = {**dict(facts), **palette_document(found.palette, path), **_record(found)}
        print_json({"path": str(path), "ai_generated": found.ai_generated, **known})
        return
    request = (found.record or {}).get("request")
    facts += asked_beside(cast("dict[str, object]", request)) if isinstance(request, dict) else ()
    facts += palette_fields(found.palette, path)
    if for_a_person():
        _print_facts(picture, path, found, facts, preview=preview)
    else:
        print_rows([("path", path), *facts])


def _file(picture: str) -> Path:
    from studiolo.cli.inputs import find_picture_file
    from studiolo.imaging.decode import is_file

    if is_file(picture):
        return Path(picture)
    from studiolo.cli.rooms import open_gallery

    with open_gallery() as gallery:
        return find_picture_file(gallery, picture)


def _write_stripped(source: Path, target: Path, *, force: bool, as_json: bool) -> None:
    from studiolo.cli.console import print_json, print_line
    from studiolo.cli.destination import write_whole
    from studiolo.errors import InvalidRequestError
    from studiolo.imaging.metadata import read_metadata, strip_metadata

    if target.exists() and not force:
        raise InvalidRequestError(
            f"{target} exists already.", hint="Choose another name, or replace it with --force."
        )
    read_metadata(source)  # says which file it is that is no picture
    content = strip_metadata(source.read_bytes())
    write_whole(target, content, force=force)
    if as_json:
        print_json({"path": str(target)})
    else:
        print_line(str(target))


def _facts(found: ImageMetadata) -> Iterator[tuple[str, Any]]:
    facts: dict[str, Any] = {
        "software": found.software,
        "prompt": found.prompt,
        "negative_prompt": found.negative_prompt,
        "size": f"{found.width}x{found.height}",
        "seed": found.seed,
        "steps": found.steps,
        "guidance_scale": found.guidance_scale,
        "scheduler": found.sampler,
        "strength": found.strength,
        "model": found.model,
        "notes": "; ".join((found.record or {}).get("notes", ())),
    }
    for name, value in facts.items():
        if value not in (None, ""):
            yield name, value


def _record(found: ImageMetadata) -> dict[str, Any]:
    return {"record": found.record} if found.record is not None else {}


def _print_facts(
    name: str, path: Path, found: ImageMetadata, facts: list[tuple[str, Any]], *, preview: bool
) -> None:
    from studiolo.cli.console import print_fields, say, stdout_console
    from studiolo.cli.graphics import detect
    from studiolo.cli.pictures import show_files

    if preview:
        show_files([path], detect())
    print_fields([("file", path), *((name.replace("_", " "), value) for name, value in facts)])
    if found.ai_generated:
        stdout_console().print("made by a model", style="dim")
    if len(facts) <= 1:
        say("This file does not say how it was made.", style="yellow")
    elif found.record is not None:
        stdout_console().print(f"Make it again: studiolo generate --from {name}", style="dim", soft_wrap=True)
