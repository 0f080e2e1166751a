"""Words as they come: a line that waits for the first, then the words themselves."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from studiolo.cli.console import OutputClosedError, say, stderr_console

if TYPE_CHECKING:
    from studiolo.assistant.base import Answer, Suggestions, Tags, Translation
    from studiolo.assistant.stream import AnswerStream
    from studiolo.gallery import KeptAnswer
    from studiolo.requests import Progress, ProgressCallback


@contextmanager
def waiting(who: str) -> Generator[ProgressCallback]:
    """A line on stderr, if that is a terminal, while nothing has come yet; gone at the first word."""
    from studiolo.requests import ignore_progress

    if not sys.stderr.isatty():
        yield ignore_progress
        return
    status = stderr_console().status(f"{who} …", spinner="dots")

    def report(progress: Progress) -> None:
        if progress.stage == "writing":
            status.stop()
        else:
            status.update(f"{who} is {progress.stage} …")

    status.start()
    try:
        yield report
    finally:
        status.stop()


def print_pieces(pieces: Iterable[str]) -> None:
    """Text to stdout as it comes, ended with a line; nothing in it that a terminal would act on.

    Raises:
        OutputClosedError: nobody reads it any more.
    """
    last = "\n"
    try:
        for piece in pieces:
            shown = printable(piece) if last != "\n" else printable(piece).lstrip()
            if shown:
                sys.stdout.write(shown)
                sys.stdout.flush()
                last = shown[-1]
    except BrokenPipeError as error:
        raise OutputClosedError from error
    finally:
        if last != "\n":
            with suppress(BrokenPipeError):  # said above, if it is so
                sys.stdout.write("\n")
                sys.stdout.flush()


def printable(text: str) -> str:
    """``text`` without what a terminal acts on: control characters, and marks that turn text around."""
    kept = (" " if unicodedata.category(c) == "Zs" else c for c in text)
    return "".join(c for c in kept if c.isprintable() or c in "\n\t\u200c\u200d")


def say_how_it_went(answer: Answer, kept: KeptAnswer | None) -> None:
    """Evidence and notes, to a person only; an answer that is not whole is marked in a pipe too."""
    if sys.stdout.isatty():
        if answer.evidence:
            say("seen: " + "; ".join(answer.evidence), style="dim")
        for note in answer.notes:
            say(note, style="yellow")
        say_cost(answer)
    if answer.finish == "length":
        say("The answer was cut at its longest; see --max-tokens.", style="yellow")
    if answer.finish == "refused":
        say("The model declined to answer.", style="yellow")
    if kept is None and sys.stdout.isatty():
        say("Not kept: the picture is not in the gallery.", style="dim")


def say_cost(said: Answer | Suggestions | Tags | Translation) -> None:
    """What it used, where something was."""
    told = [f"{said.usage.input_tokens} + {said.usage.output_tokens} tokens"] if said.usage else []
    if said.cost is not None:
        told.append(f"${said.cost:.4f}")
    if told:
        say(", ".join(told), style="dim")


def answer_document(stream: AnswerStream) -> dict[str, Any]:
    """A whole answer as JSON."""
    from dataclasses import asdict

    answer = stream.answer
    known = asdict(answer) if answer is not None else {}
    known["created"] = answer.created.isoformat() if answer is not None else None
    kept = stream.kept
    return {
        **known,
        "id": kept.id if kept is not None else None,
        "picture_id": kept.picture_id if kept is not None else None,
    }
