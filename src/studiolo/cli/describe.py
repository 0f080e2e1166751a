"""``studiolo describe``: a picture in a few sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from studiolo.cli.help import examples
from studiolo.cli.options import Assistant, Json, MaxTokens, Temperature

if TYPE_CHECKING:
    import threading

    from studiolo.assistant.stream import AnswerStream
    from studiolo.requests import ProgressCallback

EPILOG = examples(
    "studiolo describe latest",
    "studiolo describe photo.jpg --engine ollama:llava",
)


def describe(
    picture: Annotated[
        str, typer.Argument(metavar="FILE|ID|ADDRESS", help="A picture: a file, of the gallery, on the web.")
    ],
    keep: Annotated[
        bool, typer.Option("--keep/--no-keep", help="Keep the description with a picture of the gallery.")
    ] = True,
    engine: Assistant = None,
    temperature: Temperature = None,
    max_tokens: MaxTokens = None,
    as_json: Json = False,
) -> None:
    """Say in a few sentences what a picture shows."""
    from studiolo.cli.conversation import Conversation
    from studiolo.cli.inputs import without_none
    from studiolo.studio import Studio

    sampling = without_none({"temperature": temperature, "max_tokens": max_tokens})
    with Studio.open() as studio:

        def begin(progress: ProgressCallback, cancel: threading.Event) -> AnswerStream:
            return studio.describe(
                picture, engine=engine, keep=keep, progress=progress, cancel=cancel, **sampling
            )

        who = engine or studio.settings.assistant
        Conversation(studio=studio, who=who, as_json=as_json).answer(begin)
