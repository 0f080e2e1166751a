"""Questions and answers at the command line: streamed, shown, spoken."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studiolo.cli.console import print_json, say

if TYPE_CHECKING:
    import threading

    from studiolo.assistant.base import Answer
    from studiolo.assistant.stream import AnswerStream
    from studiolo.requests import ProgressCallback
    from studiolo.studio import Studio
    from studiolo.studio.sentences import Spoken

    Ask = Callable[[ProgressCallback, threading.Event], AnswerStream]


@dataclass(frozen=True, kw_only=True)
class SpeechOrder:
    """How answers are to sound, and where to; ``how`` are arguments of :meth:`Studio.speak`."""

    how: Mapping[str, Any]
    output: Path | None = None
    play: bool = False


@dataclass(kw_only=True)
class Conversation:
    """Answers to a person or a program, one after the other.

    ``said`` are those so far; ``kept`` says whether the gallery has them, too.
    """

    studio: Studio
    who: str
    speech: SpeechOrder | None = None
    as_json: bool = False
    said: list[Answer] = field(default_factory=list["Answer"])
    kept: bool = False

    def answer(self, ask: Ask) -> None:
        """Have one question answered: stream it, say how it went, speak it.

        Raises:
            StudioloError: as :meth:`Studio.ask` and :meth:`Studio.speak`.
        """
        from studiolo.cli.interrupt import cancel_on_interrupt
        from studiolo.cli.talking import answer_document, print_pieces, say_how_it_went, waiting

        # whoever reads may go away: what had come is kept
        with (
            cancel_on_interrupt() as cancel,
            waiting(self.who) as progress,
            ask(progress, cancel) as stream,
        ):
            if self.as_json:
                stream.read()
            else:
                print_pieces(stream)
        if stream.answer is None:
            return
        self.said.append(stream.answer)
        self.kept = stream.kept is not None
        if not self.as_json:
            say_how_it_went(stream.answer, stream.kept)
        document = answer_document(stream) if self.as_json else {}
        try:
            if self.speech is not None:
                document |= self._speak(stream, self.speech)
        finally:  # an answer is not lost because it could not be spoken
            if self.as_json:
                print_json(document)

    def _speak(self, stream: AnswerStream, speech: SpeechOrder) -> dict[str, Any]:
        from studiolo.cli.interrupt import cancel_on_interrupt
        from studiolo.cli.talking import waiting

        said = stream.kept or stream.answer
        if said is None:
            return {}
        with cancel_on_interrupt() as cancel, waiting("speech") as progress:
            spoken = self.studio.speak(said, **speech.how, progress=progress, cancel=cancel)
        output = speech.output
        if output is not None and len(self.said) > 1:  # each answer of a conversation has its own file
            output = output.with_stem(f"{output.stem}-{len(self.said)}")
        place = put(spoken, self.studio, output, force=False)
        if not self.as_json:
            say(f"spoken: {place} ({spoken.seconds:.1f} s)", style="dim")
        if speech.play:
            from studiolo.cli.sound import play

            play(place)
        return {"speech": speech_document(spoken, place)}


def put(spoken: Spoken, studio: Studio, output: Path | None, *, force: bool) -> Path:
    """Where the speech lies: in the file asked for, with its answer in the gallery, or beside us."""
    from studiolo.cli.sound import free_name, write_speech

    if output is None and spoken.kept is not None:
        return studio.gallery.answers.path(spoken.kept)
    place = output or free_name(spoken.format)
    write_speech(spoken, place, force=force)
    return place


def speech_document(spoken: Spoken, place: Path) -> dict[str, Any]:
    """Speech as JSON."""
    kept = spoken.kept
    return {
        "path": str(place),
        "format": spoken.format,
        "seconds": spoken.seconds,
        "engine": spoken.engine,
        "language": spoken.language,
        "voice": spoken.voice,
        "answer_id": kept.id if kept is not None else None,
    }


def typed_questions() -> Callable[[], str | None]:
    """Reads a question at a time from stdin; None at its end, and at an empty line from a person."""

    def read() -> str | None:
        if not sys.stdin.isatty():
            return next((line.strip() for line in sys.stdin if line.strip()), None)
        sys.stderr.write("> ")
        sys.stderr.flush()
        return sys.stdin.readline().strip() or None

    return read
