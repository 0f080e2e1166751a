"""One spelling for what is written in several: case, accents that are often left out, apostrophes, marks."""

# ruff: noqa: RUF001 - letters of many scripts are meant as they stand

from __future__ import annotations

import re
import unicodedata
from typing import Final

UNSPACED: Final = frozenset({"ja", "zh", "th"})
_ARABIC = str.maketrans("أإآىة", "ااايه")
_ROMANIAN = str.maketrans("şţ", "șț")
# Arabic and Hebrew vowel points, the tatweel, and the dot Hindi borrows sounds with: written or not at will.
_OPTIONAL_MARKS = re.compile("[\u064b-\u065f\u0670\u0640\u0591-\u05c7\u093c]")


def is_spaced(code: str) -> bool:
    """Whether the language puts spaces between words."""
    return code not in UNSPACED


def fold(text: str, code: str) -> str:
    """The spelling under which the glossary keeps ``text``."""
    if code == "tr":
        text = text.replace("I", "ı").replace("İ", "i")
    text = " ".join(unicodedata.normalize("NFC", text).lower().replace("\u2019", "'").split())
    match code:
        case "ar":
            return _OPTIONAL_MARKS.sub("", text).translate(_ARABIC)
        case "he":
            return _OPTIONAL_MARKS.sub("", text)
        case "hi":
            decomposed = unicodedata.normalize("NFD", text)
            return unicodedata.normalize("NFC", _OPTIONAL_MARKS.sub("", decomposed)).replace(
                "\u0901", "\u0902"
            )
        case "ro":
            return text.translate(_ROMANIAN)
        case "ru":
            return text.replace("ё", "е")
        case _:
            return text
