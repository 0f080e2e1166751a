"""``studiolo ask``: questions about a picture, one or a whole conversation."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from studiolo.cli.help import examples
from studiolo.cli.options import (
    Assistant,
    Json,
    MaxTokens,
    Play,
    Seed,
    Speaker,
    Spoken,
    Temperature,
    TopK,
    TopP,
    Voice,
)

if TYPE_CHECKING:
    import threading

    from studiolo.assistant.stream import AnswerStream
    from studiolo.requests import ProgressCallback

_LONGEST = 100_000  # characters of stdin; the studio says what is too much for a question

EPILOG = examples(
    'studiolo ask latest "how many apples are there?"',
    'studiolo ask latest "and what colour are they?" --follow-up',
    'studiolo ask photo.jpg "what does the sign say?" --engine ollama:llava --speak',
    "studiolo ask 7k3f",
    notes="Without a question, a conversation begins: one question a line. "
    "At a terminal an empty line ends it.",
)


def ask(
    picture: Annotated[
        str, typer.Argument(metavar="FILE|ID|ADDRESS", help="A picture: a file, of the gallery, on the web.")
    ],
    question: Annotated[
        list[str] | None, typer.Argument(metavar="[QUESTION]", help="What to know; - reads it from stdin.")
    ] = None,
    follow_up: Annotated[
        bool,
        typer.Option("--follow-up", "-f", help="Go on from what was asked about this picture before."),
    ] = False,
    keep: Annotated[
        bool, typer.Option("--keep/--no-keep", help="Keep question and answer with a picture of the gallery.")
    ] = True,
    engine: Assistant = None,
    temperature: Temperature = None,
    top_p: TopP = None,
    top_k: TopK = None,
    max_tokens: MaxTokens = None,
    seed: Seed = None,
    speak: Annotated[
        bool, typer.Option("--speak", help="Also say the answer.", rich_help_panel="Speech")
    ] = False,
    play: Play = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Put the speech here: .wav or .mp3.",
            rich_help_panel="Speech",
        ),
    ] = None,
    speech_engine: Speaker = None,
    voice: Voice = None,
    language: Spoken = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Ask about a picture.

    Question and answer are kept with a picture of the gallery, and found by its search.
    """
    from studiolo.cli.conversation import Conversation, SpeechOrder, typed_questions
    from studiolo.cli.inputs import as_text, without_none
    from studiolo.cli.sound import check_free, format_of
    from studiolo.errors import InvalidRequestError
    from studiolo.studio import Studio

    sampling = without_none(
        {"temperature": temperature, "top_p": top_p, "top_k": top_k, "max_tokens": max_tokens, "seed": seed}
    )
    speech = None
    if speak or play or output is not None:
        how = {"engine": speech_engine, "voice": voice, "language": language}
        speech = SpeechOrder(how={**how, "format": format_of(output, None)}, output=output, play=play)
    if output is not None:
        if str(output) == "-":
            raise InvalidRequestError(
                "The answer goes to stdout, so its speech cannot.", hint="Give a file: -o answer.mp3"
            )
        check_free(output, force=False, replaceable=False)
    asked = as_text(" ".join(question or []))
    with Studio.open() as studio:
        talk = Conversation(
            studio=studio, who=engine or studio.settings.assistant, speech=speech, as_json=as_json
        )

        def one(text: str, *, go_on: bool) -> None:
            # What the gallery keeps of this conversation, a follow-up takes from there.
            before = () if go_on and talk.kept else talk.said

            def begin(progress: ProgressCallback, cancel: threading.Event) -> AnswerStream:
                return studio.ask(
                    picture, text, before=before, follow_up=go_on, engine=engine, keep=keep,
                    progress=progress, cancel=cancel, **sampling,
                )  # fmt: skip

            talk.answer(begin)

        if asked:
            one(sys.stdin.read(_LONGEST) if asked == "-" else asked, go_on=follow_up)
            return
        read = typed_questions()
        while (text := read()) is not None:
            one(text, go_on=follow_up)
        if not talk.said:
            raise InvalidRequestError(
                "There is no question.", hint=f'Ask one: studiolo ask {picture} "what is it?"'
            )
