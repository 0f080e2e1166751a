"""``studiolo suggest``: prompts for a style, keywords, a reference picture."""

from __future__ import annotations

from typing import Annotated

import typer

from studiolo.cli.help import examples
from studiolo.cli.options import Assistant, Json, MaxTokens, Seed, Temperature, TopK, TopP

EPILOG = examples(
    'studiolo suggest --style "watercolour, calm" --keywords "fox, lantern, snow"',
    "studiolo suggest --reference latest --keywords lighthouse -n 5",
    'studiolo suggest --style cosy --keywords "cat, window" | studiolo generate -',
)


def suggest(
    style: Annotated[str, typer.Option("--style", "-s", metavar="TEXT", help="Mood or style.")] = "",
    keywords: Annotated[
        list[str] | None,
        typer.Option(
            "--keywords", "-k", metavar="WORDS", help="What is to be in it, between commas; repeat for more."
        ),
    ] = None,
    reference: Annotated[
        str | None,
        typer.Option(
            "--reference", "-r", metavar="FILE|ID|ADDRESS",
            help="A picture whose style, mood, palette and composition are kept, not its subject.",
        ),
    ] = None,
    count: Annotated[int, typer.Option("--count", "-n", metavar="1..10", help="How many prompts.")] = 3,
    language: Annotated[
        str | None, typer.Option("--language", metavar="NAME", help="Of the prompts; English if not given.")
    ] = None,
    engine: Assistant = None,
    temperature: Temperature = None,
    top_p: TopP = None,
    top_k: TopK = None,
    max_tokens: MaxTokens = None,
    seed: Seed = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Write prompts, each at most 500 characters, ready to edit.

    In a pipe, one prompt a line: `studiolo generate -` paints them.
    """
    from dataclasses import asdict

    from studiolo.cli.console import for_a_person, print_json, print_line, say, stdout_console
    from studiolo.cli.inputs import as_text, without_none
    from studiolo.cli.interrupt import cancel_on_interrupt
    from studiolo.cli.talking import printable, say_cost, waiting
    from studiolo.studio import Studio

    sampling = without_none(
        {"temperature": temperature, "top_p": top_p, "top_k": top_k, "max_tokens": max_tokens, "seed": seed}
    )
    with (
        Studio.open() as studio,
        cancel_on_interrupt() as cancel,
        waiting(engine or studio.settings.assistant) as progress,
    ):
        made = studio.suggest(
            as_text(style), as_text(",".join(keywords or [])), reference=reference, n=count,
            language=language, engine=engine, progress=progress, cancel=cancel, **sampling,
        )  # fmt: skip
    if as_json:
        print_json(asdict(made))
    elif not for_a_person():
        for prompt in made.prompts:
            print_line(printable(prompt))
    else:
        from rich.padding import Padding
        from rich.text import Text

        console = stdout_console()
        for number, prompt in enumerate(made.prompts, start=1):
            console.print(Text(f"{number}", "bold cyan"))
            console.print(Padding(Text(printable(prompt)), (0, 0, 1, 2)))
        for note in made.notes:
            say(note, style="yellow")
        say_cost(made)
        say('Paint one: studiolo generate "..."', style="dim")
