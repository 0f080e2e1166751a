"""Pictures as rows: a table for a person, tab-separated lines for a pipe."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from studiolo.cli.console import WIDE, for_a_person, is_unicode, new_table, print_line, print_rows
from studiolo.cli.failure import one_line
from studiolo.cli.pictures import id_text

if TYPE_CHECKING:
    from rich.text import Text

    from studiolo.gallery import Gallery, Picture, SearchHit


def print_pictures(pictures: Sequence[Picture]) -> None:
    """A list of pictures."""
    if not for_a_person():
        print_rows(_plain(picture) for picture in pictures)
    elif pictures:
        _print_table(pictures, reasons=None)


def print_hits(hits: Sequence[SearchHit]) -> None:
    """What a search found, with the reasons."""
    if not for_a_person():
        print_rows([*_plain(hit.picture), hit.reason] for hit in hits)
    elif hits:
        _print_table([hit.picture for hit in hits], reasons=[hit.reason for hit in hits])


def print_paths(gallery: Gallery, pictures: Sequence[Picture]) -> None:
    """Only the files, one a line."""
    for picture in pictures:
        print_line(str(gallery.path(picture)))


def fields_of(picture: Picture, path: Path) -> Iterator[tuple[str, object]]:
    """All that is known of one picture, by name."""
    seconds = sum(picture.timings.values())
    fields: list[tuple[str, object]] = [
        ("id", picture.id),
        ("file", path),
        ("prompt", picture.prompt),
        ("prompt as typed", picture.original_prompt),
        ("negative prompt", picture.negative_prompt),
        ("made", picture.created.astimezone().strftime("%Y-%m-%d %H:%M:%S")),
        ("engine", f"{picture.engine}:{picture.model}" if picture.model else picture.engine),
        ("size", f"{picture.width}x{picture.height}"),
        ("seed", picture.seed),
        ("steps", picture.steps),
        ("guidance scale", picture.guidance_scale),
        ("strength", picture.strength),
        ("scheduler", picture.request.get("scheduler")),
        ("seconds", f"{seconds:.2f}" if seconds else None),
        ("cost", f"${picture.cost:.4f}" if picture.cost is not None else None),
        ("starred", "yes" if picture.starred else None),
        ("tags", ", ".join(picture.tags)),
        *(("note", note) for note in picture.notes),
    ]
    for name, value in fields:
        if value not in (None, ""):
            yield name, value


def _plain(picture: Picture) -> list[object]:
    return [
        picture.id,
        picture.created.astimezone().isoformat(timespec="seconds"),
        picture.engine,
        f"{picture.width}x{picture.height}",
        picture.seed,
        "starred" if picture.starred else "",
        ",".join(picture.tags),
        picture.prompt,
    ]


def _print_table(pictures: Sequence[Picture], *, reasons: Sequence[str] | None) -> None:
    from rich.text import Text

    from studiolo.cli.console import NARROW, stdout_console

    console = stdout_console()
    star = "★" if is_unicode(console) else "*"
    wide, narrow = console.width >= WIDE, console.width < NARROW
    table = new_table("id", "", *([] if narrow else ["made"]), *(["engine", "size", "seed"] if wide else []))
    table.add_column("prompt", no_wrap=True, overflow="ellipsis", ratio=3)
    if reasons is not None and not narrow:
        table.add_column("why", no_wrap=True, overflow="ellipsis", ratio=1)
    table.expand = True
    for index, picture in enumerate(pictures):
        cells: list[Text | str] = [id_text(picture.id), Text(star if picture.starred else " ", "yellow")]
        if not narrow:
            cells.append(Text(picture.created.astimezone().strftime("%d %b %H:%M"), "dim"))
        if wide:
            cells += [picture.engine, f"{picture.width}x{picture.height}", str(picture.seed)]
        cells.append(_prompt_and_tags(picture))
        if reasons is not None and not narrow:
            cells.append(Text(one_line(reasons[index]), "dim"))
        table.add_row(*cells)
    console.print(table)


def _prompt_and_tags(picture: Picture) -> Text:
    from rich.text import Text

    text = Text(one_line(picture.prompt))
    for tag in picture.tags:
        text.append(f" #{one_line(tag)}", "magenta")
    return text
