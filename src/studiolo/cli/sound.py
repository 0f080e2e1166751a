"""Speech as a file, and played."""

from __future__ import annotations

import itertools
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from studiolo.studio.sentences import Spoken

FORMATS: Final = ("wav", "mp3")
_PLAYERS: Final = (
    ("afplay",),
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "quiet"),
    ("mpv", "--really-quiet", "--no-video"),
    ("play", "-q"),
    ("paplay",),
    ("aplay", "-q"),
)
_WAV_ONLY: Final = frozenset({"paplay", "aplay"})


def format_of(output: Path | None, given: str | None) -> str:
    """``wav`` or ``mp3``: as given, or as the file's name ends.

    Raises:
        InvalidRequestError: the file's name asks for another format.
    """
    from studiolo.errors import InvalidRequestError

    ending = output.suffix.lower().lstrip(".") if output is not None and str(output) != "-" else ""
    if output is not None and ending and ending not in FORMATS:
        raise InvalidRequestError(
            f"Speech is written as WAV or MP3, not as .{ending}.", hint=f"Use -o {output.with_suffix('.mp3')}"
        )
    if ending and given and ending != given:
        raise InvalidRequestError(
            f"The file ends in .{ending}, but --format is {given}.", hint="Leave one out."
        )
    return given or ending or "wav"


def check_free(output: Path, *, force: bool, replaceable: bool = True) -> None:
    """Find out before speaking, not after.

    Raises:
        InvalidRequestError: the file exists.
    """
    from studiolo.errors import InvalidRequestError

    if str(output) != "-" and output.exists() and not force:
        raise InvalidRequestError(
            f"{output} exists already.",
            hint="Choose another name, or replace it with --force."
            if replaceable
            else "Choose another name.",
        )


def free_name(kind: str) -> Path:
    """``speech.wav`` in this folder, or the first with a number that is free."""
    numbered = (Path(f"speech-{number}.{kind}") for number in itertools.count(2))
    first = Path(f"speech.{kind}")
    return first if not first.exists() else next(path for path in numbered if not path.exists())


def write_speech(spoken: Spoken, output: Path, *, force: bool) -> None:
    """To a file, whole; ``-`` is stdout."""
    from studiolo.cli.destination import write_whole

    if str(output) == "-":
        sys.stdout.buffer.write(spoken.audio)
        sys.stdout.buffer.flush()
    else:
        output.parent.mkdir(parents=True, exist_ok=True)
        write_whole(output, spoken.audio, force=force)


def play(path: Path) -> None:
    """Play a file to its end.

    Raises:
        StudioloError: this machine has no player, or it failed.
    """
    from studiolo.errors import StudioloError

    for name, *options in _PLAYERS:
        program = shutil.which(name)
        if program is None or (path.suffix != ".wav" and name in _WAV_ONLY):
            continue
        done = subprocess.run(  # noqa: S603 - a player of the system, with one path
            [program, *options, str(path)], stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
        if done.returncode == 0:
            return
    raise StudioloError(
        "There is no player on this machine that played it.",
        hint=f"The speech is {path}. On Debian and Ubuntu: apt install ffmpeg",
    )
