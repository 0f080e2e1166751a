"""Pictures as rows: a table for a person, tab-separated lines for a pipe."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from studiolo.cli.asked import asked_beside
from studiolo.cli.console import (
    NARROW,
    WIDE,
    for_a_person,
    is_unicode,
    new_table,
    print_line,
    print_rows,
    stdout_console,
)
from studiolo.cli.failure import one_line
from studiolo.cli.pictures import id_text
from studiolo.cli.talking import printable

if TYPE_CHECKING:
    from rich.text import Text

    from studiolo.gallery import Gallery, KeptAnswer, Picture, SearchHit


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
        ("task", picture.task if picture.task != "text-to-image" else ""),
        ("prompt as typed", picture.original_prompt),
        ("negative prompt", picture.negative_prompt),
        ("made", picture.created.astimezone().strftime("%Y-%m-%d %H:%M:%S")),
        ("engine", f"{picture.engine}:{picture.model}" if picture.model else picture.engine),
        ("size", f"{picture.width}x{picture.height}"),
        ("seed", picture.seed),
        ("steps", picture.steps),
        ("guidance scale", _short(picture.guidance_scale)),
        ("strength", _short(picture.strength)),
        ("scheduler", picture.request.get("scheduler")),
        *asked_beside(picture.request),
        ("seconds", f"{seconds:.2f}" if seconds else None),
        ("cost", f"${picture.cost:.4f}" if picture.cost is not None else None),
        ("starred", "yes" if picture.starred else None),
        ("tags", ", ".join(picture.tags)),
        *(("note", note) for note in picture.notes),
    ]
    for name, value in fields:
        if value not in (None, ""):
            yield name, value


def print_answers(answers: Sequence[KeptAnswer]) -> None:
    """What was asked about a picture, for a person."""
    from rich.padding import Padding
    from rich.text import Text

    console = stdout_console()
    for answer in answers:
        head = Text(one_line(answer.question) or "Description", "bold").append("  ")
        head.append(f"{answer.engine}, answer ", "dim not bold").append_text(id_text(answer.id))
        console.print()
        console.print(head, soft_wrap=True)
        console.print(Padding(Text(printable(answer.text)), (0, 0, 0, 2)))
        if answer.finish != "complete":
            console.print(Text(f"  {answer.finish}: {one_line('; '.join(answer.notes))}", "yellow"))
        if answer.speech is not None:
            spoken = f"  spoken by {answer.speech.engine}, {answer.speech.seconds:.1f} s: "
            console.print(Text(spoken + f"studiolo speak --answer {answer.id} --play", "dim"))


def _short(value: float | None) -> str | None:
    return f"{value:g}" if value is not None else None


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
    """As many columns as the window is wide enough for; for a hit, its reason before its date."""
    from rich.text import Text

    console = stdout_console()
    star = "\u2605" if is_unicode(console) else "*"
    wide = console.width >= WIDE
    detailed = wide and reasons is None
    dated = wide or (reasons is None and console.width >= NARROW)
    explained = reasons is not None and console.width >= NARROW
    headings = ["id", "", *(["made"] if dated else []), *(["engine", "size", "seed"] if detailed else [])]
    table = new_table(*headings)
    table.expand = True
    table.add_column("prompt", no_wrap=True, overflow="ellipsis", ratio=3)
    if explained:
        table.add_column("why", no_wrap=True, overflow="ellipsis", ratio=2)
    for index, picture in enumerate(pictures):
        row = [id_text(picture.id), Text(star if picture.starred else " ", "yellow")]
        if dated:
            row.append(Text(picture.created.astimezone().strftime("%d %b %H:%M"), "dim"))
        if detailed:
            facts = (picture.engine, f"{picture.width}x{picture.height}", str(picture.seed))
            row += [Text(one_line(fact)) for fact in facts]
        row.append(_prompt_and_tags(picture))
        if explained and reasons is not None:
            row.append(Text(one_line(reasons[index]), "dim"))
        table.add_row(*row)
    console.print(table)


def _prompt_and_tags(picture: Picture) -> Text:
    from rich.text import Text

    text = Text(one_line(picture.prompt)) if picture.prompt else Text(picture.task, "dim")
    for tag in picture.tags:
        text.append(f" #{one_line(tag)}", "magenta")
    return text
