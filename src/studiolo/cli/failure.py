"""Whatever went wrong, as one line and a hint, and the exit code that goes with it."""

from __future__ import annotations

import errno
import json
import re
import sys
from typing import TYPE_CHECKING, Final

import typer

if TYPE_CHECKING:
    from studiolo.errors import StudioloError

_FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN: Final = {errno.EACCES, errno.EPERM, errno.EROFS}
_LONGEST_PATH: Final = 160  # characters shown
_COMMA: Final = re.compile(r"\d*,\d+")
_WRONG_PLACE: Final = {
    errno.ENOTDIR,
    errno.EISDIR,
    errno.ENOENT,
    errno.ENAMETOOLONG,
    errno.EINVAL,
    errno.ELOOP,
    errno.EEXIST,
}


def explain(error: BaseException) -> StudioloError:
    """``error`` as one of studiolo's own, with a message and a hint for a person."""
    from studiolo.errors import Cancelled, InputError, StudioloError

    if isinstance(error, StudioloError):
        return error
    if isinstance(error, typer.TyperException):
        return _explain_usage(error)
    if isinstance(error, (KeyboardInterrupt, typer.Abort)):
        return Cancelled()
    if isinstance(error, OSError):
        return _explain_os_error(error)
    if isinstance(error, MemoryError):
        return StudioloError("There is not enough memory for this.", hint="Try a smaller --size.")
    if isinstance(error, UnicodeError):
        return InputError(f"The text cannot be read: {error}.", hint="Write it in UTF-8.")
    return StudioloError(
        f"This should not have happened: {type(error).__name__}: {error}",
        hint="Run it again with --debug to see where, and please report it.",
    )


def exit_code(error: BaseException) -> int:
    """The process's exit code for ``error``."""
    return explain(error).exit_code


def report(error: BaseException, *, as_json: bool) -> None:
    """Write ``error`` to stderr: ``error: …`` and ``hint: …``, or one JSON document."""
    told = explain(error)
    message, hint = one_line(told.message), one_line(told.hint)
    if as_json:
        document = {"error": {"type": type(told).__name__, "message": message, "hint": hint}}
        sys.stderr.write(json.dumps(document) + "\n")
        return
    from rich.text import Text

    from studiolo.cli.console import stderr_console
    from studiolo.errors import Cancelled

    console = stderr_console()
    label, style = ("cancelled", "yellow") if isinstance(told, Cancelled) else ("error", "bold red")
    rest = message.removeprefix("Cancelled: ").removeprefix("Cancelled.")
    line = Text(f"{label}: " if rest else label, style=style)
    console.print(line.append(rest, style="not bold default"), soft_wrap=True)
    if hint:
        console.print(Text("hint: ", style="cyan").append(hint, style="default"), soft_wrap=True)


def one_line(text: str) -> str:
    """``text`` on one line, without anything a terminal would act on."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _explain_usage(error: typer.TyperException) -> StudioloError:
    """Typer's own complaint: an unknown command or option, a value of the wrong kind."""
    from studiolo.errors import InputError

    message, _, meant = error.format_message().partition("Did you mean ")
    message, _, possible = message.partition(" (Possible options: ")
    if possible:
        meant = " or ".join(possible.rstrip(")").split(", ")) + "?"
    context = getattr(error, "ctx", None)
    path = str(getattr(context, "command_path", "") or "studiolo")
    suggestion = f"Did you mean {meant} " if meant else ""
    if wrong := _not_a_number(error):
        typed, kind = wrong
        message = f"{message.partition(': ')[0]}: '{typed}' is no {kind}."
        suggestion = f"Write {typed.replace(',', '.')}, with a point. " if _COMMA.fullmatch(typed) else ""
    return InputError(message.strip(), hint=f"{suggestion}See: {path} --help")


def _not_a_number(error: typer.TyperException) -> tuple[str, str] | None:
    """What was typed where a number should be, and which kind of number."""
    from pydantic import ValidationError

    if not isinstance(error.__cause__, ValidationError):
        return None
    fault = error.__cause__.errors()[0]
    kind = {"float_parsing": "number", "int_parsing": "whole number"}.get(fault["type"])
    return (str(fault["input"]), kind) if kind else None


def _explain_os_error(error: OSError) -> StudioloError:
    from studiolo.errors import DiskFullError, InputError, StudioloError

    place = str(error.filename2 or error.filename or "a file")
    place = place if len(place) <= _LONGEST_PATH else "..." + place[-_LONGEST_PATH:]
    if error.errno in _FULL:
        return DiskFullError(
            f"The disk is full: {place} could not be written.", hint="Free some space, then run it again."
        )
    if error.errno in _FORBIDDEN:
        read_only = error.errno == errno.EROFS
        why = "the disk is read-only" if read_only else "permission denied"
        return StudioloError(f"{place}: {why}.", hint="Choose another place, or change its permissions.")
    if error.errno in _WRONG_PLACE:
        return InputError(f"{place}: {(error.strerror or 'wrong path').lower()}.", hint="Check the path.")
    return StudioloError(f"{place}: {error.strerror or error}.", hint="Run: studiolo doctor")
