"""Picture ids: they sort by time, and can be read aloud and typed.

Nine characters of milliseconds since 1970, a dash, four of chance: ``1kqz8m4t2-7k3f``, in Crockford's
base 32 (no i, l, o, u). The end alone is usually unique, so ids can be abbreviated from either side.
"""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Final

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_TIME_LENGTH: Final = 9
TAIL_LENGTH: Final = 4
MIN_ABBREVIATION: Final = 3
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MISREAD = str.maketrans("oil", "011")


def new_id(created: datetime) -> str:
    """A fresh id for a picture made at ``created`` (aware)."""
    return f"{first_id(created)[:_TIME_LENGTH]}-{_base32(secrets.randbits(5 * TAIL_LENGTH), TAIL_LENGTH)}"


def first_id(moment: datetime) -> str:
    """The lowest id of that millisecond: ids of pictures made before sort below it."""
    milliseconds = max(0, (moment - _EPOCH) // timedelta(milliseconds=1))
    return f"{_base32(milliseconds, _TIME_LENGTH)}-{'0' * TAIL_LENGTH}"


def created_of(picture_id: str) -> datetime:
    """When the picture of that id was made, to the millisecond."""
    milliseconds = 0
    for letter in picture_id[:_TIME_LENGTH]:
        milliseconds = 32 * milliseconds + _ALPHABET.index(letter)
    return _EPOCH + timedelta(milliseconds=milliseconds)


def is_id(text: str) -> bool:
    """Whether ``text`` has the form of a whole id."""
    return re.fullmatch(f"[{_ALPHABET}]{{{_TIME_LENGTH}}}-[{_ALPHABET}]{{{TAIL_LENGTH}}}", text) is not None


def may_abbreviate(text: str) -> bool:
    """Whether ``text`` could be the beginning or end of an id."""
    return (
        re.fullmatch(f"[{_ALPHABET}-]{{{MIN_ABBREVIATION},{_TIME_LENGTH + 1 + TAIL_LENGTH}}}", text)
        is not None
    )


def normalise(text: str) -> str:
    """What a person typed, as it would stand in an id: lower case, o as 0, i and l as 1."""
    return text.strip().lower().translate(_MISREAD)


def tail(picture_id: str) -> str:
    """The part by chance."""
    return picture_id[-TAIL_LENGTH:]


def _base32(value: int, length: int) -> str:
    digits = [_ALPHABET[value >> 5 * place & 31] for place in reversed(range(length))]
    return "".join(digits)
