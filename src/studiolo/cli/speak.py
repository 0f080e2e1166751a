"""``studiolo speak``: a text or an answer, aloud."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from studiolo.cli.help import examples
from studiolo.cli.options import Json, Play, Speed, Voice

EPILOG = examples(
    'studiolo speak "Two red apples left of a blue car." -o apples.mp3',
    "studiolo speak --answer latest --play",
    'studiolo speak "안녕하세요" --engine openai --voice alloy',
    'studiolo speak "Hello" -o - | aplay',
    "studiolo speak --voices --language ko",
)
_LONGEST = 100_000  # characters of stdin; the studio says what is too much


def speak(
    text: Annotated[
        list[str] | None, typer.Argument(metavar="[TEXT]", help="What to say; - reads stdin.")
    ] = None,
    answer: Annotated[
        str | None,
        typer.Option("--answer", metavar="ID", help="An answer in the gallery, instead of a text."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Put it here: .wav, .mp3, or - for stdout."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
    kind: Annotated[
        str | None, typer.Option("--format", metavar="wav|mp3", help="As the file ends, or wav.")
    ] = None,
    engine: Annotated[
        str | None,
        typer.Option("--engine", "-e", metavar="NAME[:MODEL]", help="Who speaks; see `studiolo engines`."),
    ] = None,
    language: Annotated[
        str | None, typer.Option("--language", metavar="CODE", help="Such as ko; found out if not given.")
    ] = None,
    voice: Voice = None,
    speed: Speed = 1.0,
    play: Play = False,
    voices: Annotated[bool, typer.Option("--voices", help="List the engine's voices instead.")] = False,
    as_json: Json = False,
) -> None:
    """Say a text or an answer.

    An answer's speech is kept with it; a text's is written to `speech.wav` here, or where -o says.
    """
    from studiolo.cli.console import print_json, print_line, say
    from studiolo.cli.conversation import put, speech_document
    from studiolo.cli.inputs import as_text
    from studiolo.cli.interrupt import cancel_on_interrupt
    from studiolo.cli.sound import check_free, format_of
    from studiolo.cli.sound import play as play_file
    from studiolo.cli.talking import waiting
    from studiolo.errors import InvalidRequestError
    from studiolo.studio import Studio

    if voices:
        _list_voices(engine, language, as_json=as_json)
        return
    given = as_text(" ".join(text or []))
    if bool(given) == bool(answer):
        raise InvalidRequestError(
            "There are a text and an answer." if given else "There is nothing to say.",
            hint='Give a text, or --answer ID: studiolo speak "Hello"',
        )
    chosen = format_of(output, kind)
    if output is not None:
        check_free(output, force=force)
    with Studio.open() as studio:
        said = studio.gallery.answers.get(answer) if answer else given
        if said == "-":
            said = sys.stdin.read(_LONGEST)
        with cancel_on_interrupt() as cancel, waiting(engine or studio.settings.speech) as progress:
            spoken = studio.speak(
                said, format=chosen, language=language, voice=voice, speed=speed, engine=engine,
                progress=progress, cancel=cancel,
            )  # fmt: skip
        place = put(spoken, studio, output, force=force)
    if str(place) == "-":
        return
    if as_json:
        print_json(speech_document(spoken, place))
    else:
        print_line(str(place))
        say(f"{spoken.seconds:.1f} s, {spoken.language or 'the language of the voice'}", style="dim")
    if play:
        play_file(place)


def _list_voices(name: str | None, language: str | None, *, as_json: bool) -> None:
    from dataclasses import asdict

    from studiolo import languages
    from studiolo.cli.console import print_json, print_rows
    from studiolo.registry import SpeechRegistry, build_registry
    from studiolo.settings import Settings

    settings = Settings.load()
    found = build_registry(settings, kind=SpeechRegistry).resolve(name or settings.speech).voices()
    if language:
        wanted = languages.normalise(language).split("-")[0]
        found = tuple(voice for voice in found if voice.language.split("-")[0] == wanted)
    if as_json:
        print_json([asdict(voice) for voice in found])
    else:
        print_rows([voice.name, voice.language, voice.description] for voice in found)
