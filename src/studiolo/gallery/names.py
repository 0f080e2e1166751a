"""Names that people give: to collections, to tokens."""

from __future__ import annotations

import unicodedata
from typing import Final

from studiolo.errors import InvalidRequestError

MAX_NAME_CHARACTERS: Final = 80
_NO_TEXT: Final = {"Cc", "Cs"}  # control characters, halves of surrogate pairs


def clean_name(name: str, thing: str) -> str:
    """A name as it is kept: composed, with single spaces. ``thing`` is what it names.

    Raises:
        InvalidRequestError: it is empty, too long, or holds what is no text.
    """
    cleaned = " ".join(unicodedata.normalize("NFC", name).split())
    if not 0 < len(cleaned) <= MAX_NAME_CHARACTERS:
        raise InvalidRequestError(
            f"The name of a {thing} has 1 to {MAX_NAME_CHARACTERS} characters; this one has {len(cleaned)}.",
            hint="Shorten it." if cleaned else "Give a word.",
        )
    if any(unicodedata.category(character) in _NO_TEXT for character in cleaned):
        raise InvalidRequestError(
            f"The name of a {thing} cannot hold control characters.", hint="Give letters, digits and signs."
        )
    return cleaned


def folded(name: str) -> str:
    """What two names have in common that differ only in case, in any script."""
    return unicodedata.normalize("NFC", " ".join(name.split()).casefold())
