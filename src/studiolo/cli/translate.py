"""``studiolo translate``: a prompt in English."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from studiolo.cli.help import examples
from studiolo.cli.options import Assistant, Json

EPILOG = examples(
    'studiolo translate "눈 속의 빨간 사과"',
    'studiolo translate "ein rotes Haus am See" --engine ollama:llama3.2',
)
_LONGEST = 100_000  # characters of stdin; the studio says what is too much


def translate(
    text: Annotated[list[str], typer.Argument(metavar="TEXT", help="What to translate; - reads stdin.")],
    language: Annotated[
        str | None, typer.Option("--from", metavar="CODE", help="Its language; found out if not given.")
    ] = None,
    engine: Assistant = None,
    as_json: Json = False,
) -> None:
    """Put a text into English, and name its language. English comes back as it is.

    The pocket assistant looks words up one by one; a language model translates.
    """
    from dataclasses import asdict

    from studiolo.cli.console import print_json, print_line, say
    from studiolo.cli.inputs import as_text
    from studiolo.cli.interrupt import cancel_on_interrupt
    from studiolo.cli.talking import printable, say_cost, waiting
    from studiolo.studio import Studio

    given = as_text(" ".join(text))
    if given == "-":
        given = sys.stdin.read(_LONGEST)
    with (
        Studio.open() as studio,
        cancel_on_interrupt() as cancel,
        waiting(engine or studio.settings.assistant) as progress,
    ):
        made = studio.translate(given, language=language, engine=engine, progress=progress, cancel=cancel)
    if as_json:
        print_json(asdict(made))
        return
    print_line(printable(made.text))
    say(made.note or "This is English already.", style="yellow" if made.untranslated else "dim")
    if sys.stdout.isatty():
        say_cost(made)
