"""Options that mean the same wherever they stand."""

from __future__ import annotations

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Preview = Annotated[
    bool, typer.Option("--preview/--no-preview", help="Show the picture in the terminal, where it can.")
]

_MODEL = "Model"
_VOICE = "Speech"

Assistant = Annotated[
    str | None,
    typer.Option(
        "--engine",
        "-e",
        metavar="NAME[:MODEL]",
        help="Who answers: pocket, ollama:llava, openai:gpt-4o-mini ...; see `studiolo engines`.",
        rich_help_panel=_MODEL,
    ),
]
Temperature = Annotated[
    float | None,
    typer.Option(metavar="0..2", help="How freely the model picks its words.", rich_help_panel=_MODEL),
]
TopP = Annotated[
    float | None,
    typer.Option(metavar="0..1", help="Among the likeliest words of this share.", rich_help_panel=_MODEL),
]
TopK = Annotated[
    int | None, typer.Option(metavar="NUMBER", help="Among this many words.", rich_help_panel=_MODEL)
]
MaxTokens = Annotated[
    int | None, typer.Option(metavar="NUMBER", help="Longest answer.", rich_help_panel=_MODEL)
]
Seed = Annotated[
    int | None,
    typer.Option(metavar="NUMBER", help="The same seed, the same choice.", rich_help_panel=_MODEL),
]

Speaker = Annotated[
    str | None,
    typer.Option(
        "--speech-engine",
        metavar="NAME[:MODEL]",
        help="Who speaks: espeak, openai ...; see `studiolo engines`.",
        rich_help_panel=_VOICE,
    ),
]
Voice = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="One of the engine's voices.", rich_help_panel=_VOICE),
]
Spoken = Annotated[
    str | None,
    typer.Option(
        "--language", metavar="CODE", help="Of the speech, such as ko; found out if not given.",
        rich_help_panel=_VOICE,
    ),
]  # fmt: skip
Speed = Annotated[float, typer.Option(metavar="0.25..4", help="1 is natural.", rich_help_panel=_VOICE)]
Play = Annotated[
    bool, typer.Option("--play", help="Play it, with a player of this machine.", rich_help_panel=_VOICE)
]
