"""From what was typed to what the Studio takes: sizes, key=value, prompts, files or ids."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from studiolo.gallery import Gallery

_SIZE: Final = re.compile(r"(\d+)\s*[x*\u00d7]\s*(\d+)|(\d+)", re.IGNORECASE)
_SPAN: Final = re.compile(r"(\d+)\s*(d|day|days|h|hour|hours|w|week|weeks)")
_HOURS: Final = {"h": 1, "d": 24, "w": 168}
_LONGEST_STDIN: Final = 1_000_000  # characters; a prompt is a sentence, not a film


def parse_size(text: str) -> tuple[int, int]:
    """``512x768`` to (512, 768); ``512`` to a square.

    Raises:
        InvalidRequestError: it is no size.
    """
    from studiolo.errors import InvalidRequestError

    match = _SIZE.fullmatch(text.strip())
    if match is None or len(text) > 20:
        raise InvalidRequestError(
            f"The size {text[:40]!r} cannot be read.", hint="Write width x height in pixels: --size 512x512"
        )
    square = match[3]
    return (int(square), int(square)) if square else (int(match[1]), int(match[2]))


def parse_options(pairs: Sequence[str]) -> dict[str, Any]:
    """``["key=value", …]`` to a mapping; a value that is JSON (a number, true …) is read as such.

    Raises:
        InvalidRequestError: one has no ``=``.
    """
    from studiolo.errors import InvalidRequestError

    options: dict[str, Any] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise InvalidRequestError(
                f"The option {pair[:40]!r} has no value.", hint="Write --option key=value"
            )
        try:
            options[key.strip()] = json.loads(value)
        except ValueError:
            options[key.strip()] = value
    return options


def parse_margins(text: str) -> tuple[int, int, int, int]:
    """``64,0,64,0`` to left, top, right, bottom; ``64`` to all four.

    Raises:
        InvalidRequestError: it is neither.
    """
    from studiolo.errors import InvalidRequestError

    parts = [part.strip() for part in text.split(",")]
    if len(parts) not in {1, 4} or not all(part.isdecimal() and len(part) < 6 for part in parts):
        raise InvalidRequestError(
            f"The margins {text[:40]!r} cannot be read.",
            hint="Write pixels for left, top, right and bottom: --outpaint 128,0,128,0",
        )
    left, top, right, bottom = (int(part) for part in (parts if len(parts) == 4 else parts * 4))
    return left, top, right, bottom


def parse_loras(given: Sequence[str]) -> list[dict[str, Any]]:
    """``["watercolour=0.8", "ink.safetensors"]`` to names and weights; files by their whole path."""
    from studiolo.imaging.decode import is_file

    loras: list[dict[str, Any]] = []
    for text in given:
        name, equals, weight = text.rpartition("=")
        try:
            lora: dict[str, Any] = {"name": name, "weight": float(weight)} if equals else {"name": text}
        except ValueError:  # a file may have an equals sign in its name
            lora = {"name": text}
        if is_file(lora["name"]):
            lora["name"] = str(Path(lora["name"]).absolute())
        loras.append(lora)
    return loras


def read_prompts(given: Sequence[str]) -> list[str]:
    """The prompts, with ``-`` replaced by the lines of stdin.

    Raises:
        InvalidRequestError: stdin holds no prompt, or far too much.
    """
    prompts: list[str] = []
    for prompt in given:
        prompts.extend(_stdin_lines() if prompt == "-" else [as_text(prompt)])
    return prompts


def as_text(argument: str) -> str:
    """Words from the command line, also where the locale (``LC_ALL=C``) claims that all is ASCII."""
    try:
        return os.fsencode(argument).decode() if not argument.isprintable() else argument
    except UnicodeError:
        return argument


def _stdin_lines() -> list[str]:
    from studiolo.errors import InvalidRequestError

    text = sys.stdin.read(_LONGEST_STDIN + 1)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(text) > _LONGEST_STDIN:
        raise InvalidRequestError(
            "There is far too much text on stdin to be prompts.", hint="Give one prompt a line."
        )
    if not lines:
        raise InvalidRequestError(
            "There is no prompt on stdin.", hint='For example: echo "a red apple" | studiolo generate -'
        )
    return lines


def find_picture_file(gallery: Gallery, name: str) -> Path:
    """The file that ``name`` means: a path, or a picture of the gallery by its id.

    Raises:
        PictureNotFoundError: neither.
    """
    from studiolo.imaging.decode import is_file
    from studiolo.studio.subjects import named

    return Path(name) if is_file(name) else gallery.path(named(gallery, name))


def parse_moment(text: str, *, now: datetime | None = None, end_of_day: bool = False) -> datetime:
    """``2026-11-21``, ``2026-11-21T09:30``, ``today``, ``yesterday`` or ``3d`` / ``12h`` / ``2w`` (ago).

    Times without a zone are local.

    Raises:
        InvalidRequestError: it is none of these.
    """
    from studiolo.errors import InvalidRequestError

    now = now or datetime.now().astimezone()
    words = text.strip().lower()
    ago = _SPAN.fullmatch(words.removesuffix(" ago"))
    try:
        if ago is not None:
            hours = int(ago[1]) * _HOURS[ago[2][0]]
            return (now - timedelta(hours=hours)).astimezone(UTC)
        if words in {"today", "yesterday"}:
            day = now.date() - timedelta(days=words == "yesterday")
        elif len(words) == len("2026-11-21"):
            day = date.fromisoformat(words)
        else:
            return datetime.fromisoformat(text.strip()).astimezone(UTC)
        # The gallery's dates are inclusive: a day ends just before the next.
        midnight = datetime.combine(day + timedelta(days=end_of_day), datetime.min.time()).astimezone(UTC)
        return midnight - timedelta(microseconds=end_of_day)
    except (ValueError, OverflowError) as error:
        raise InvalidRequestError(
            f"The date {text[:40]!r} cannot be read.",
            hint="Write 2026-11-21, yesterday, or 3d for three days ago.",
        ) from error


def parse_expiry(text: str, *, now: datetime | None = None) -> datetime:
    """``30d``, ``12h`` or ``2w`` from now, or a date such as ``2026-12-31``, to its end.

    Raises:
        InvalidRequestError: it is none of these.
    """
    from studiolo.errors import InvalidRequestError

    now = now or datetime.now(UTC)
    span = _SPAN.fullmatch(text.strip().lower())
    try:
        if span is None:
            return parse_moment(text, end_of_day=True)
        return now + timedelta(hours=int(span[1]) * _HOURS[span[2][0]])
    except (InvalidRequestError, OverflowError) as error:
        raise InvalidRequestError(
            f"The time {text[:40]!r} cannot be read.", hint="Write 30d for thirty days, 12h, or 2026-12-31."
        ) from error


def without_none(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that were given."""
    return {name: value for name, value in fields.items() if value is not None}
