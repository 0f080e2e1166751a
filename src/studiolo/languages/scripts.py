"""Which script letters belong to, and which languages a script or its special letters give away."""

# ruff: noqa: RUF001 - letters of many scripts are meant as they stand

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Final

# Ranges of letters, out of Unicode's Blocks.txt; enough to tell these scripts apart.
_SCRIPTS: Final[Mapping[str, re.Pattern[str]]] = {
    name: re.compile(f"[{ranges}]")
    for name, ranges in {
        "latin": "A-Za-zªºÀ-ÖØ-öø-ɏḀ-ỿ",
        "hangul": "\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3",
        "kana": "\u3041-\u3096\u30a1-\u30fa\u30fc\uff66-\uff9d",
        "han": "\u3005\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002a6df",
        "cyrillic": "\u0400-\u052f",
        "arabic": "\u0620-\u064a\u066e-\u06d3\u06fa-\u06ff\u0750-\u077f",
        "hebrew": "\u05d0-\u05ea",
        "greek": "\u0370-\u03ff\u1f00-\u1fff",
        "thai": "\u0e01-\u0e30\u0e32-\u0e33\u0e40-\u0e46",
        "devanagari": "\u0904-\u0939\u0958-\u0961",
        "armenian": "\u0531-\u0587",
        "georgian": "\u10a0-\u10ff\u1c90-\u1cbf",
        "bengali": "\u0985-\u09b9\u09dc-\u09e1",
        "gurmukhi": "\u0a05-\u0a39\u0a59-\u0a5e",
        "gujarati": "\u0a85-\u0ab9",
        "odia": "\u0b05-\u0b39",
        "tamil": "\u0b85-\u0bb9",
        "telugu": "\u0c05-\u0c39",
        "kannada": "\u0c85-\u0cb9",
        "malayalam": "\u0d05-\u0d39",
        "sinhala": "\u0d85-\u0dc6",
        "lao": "\u0e81-\u0eb0",
        "burmese": "\u1000-\u102a",
        "ethiopic": "\u1200-\u135a",
        "khmer": "\u1780-\u17b3",
    }.items()
}
LANGUAGE_OF_SCRIPT: Final[Mapping[str, str]] = {
    "hangul": "ko", "kana": "ja", "hebrew": "he", "greek": "el", "thai": "th", "armenian": "hy",
    "georgian": "ka", "bengali": "bn", "gurmukhi": "pa", "gujarati": "gu", "odia": "or", "tamil": "ta",
    "telugu": "te", "kannada": "kn", "malayalam": "ml", "sinhala": "si", "lao": "lo", "burmese": "my",
    "ethiopic": "am", "khmer": "km",
}  # fmt: skip
# A letter that one language of its script has and its neighbours lack. Not é, ñ, ü: English borrows them.
_LETTERS: Final[Mapping[str, str]] = {
    "uk": "іїєґ", "be": "ў", "sr": "ђћџљњј", "mk": "ѓќѕ", "ru": "ыэё", "kk": "қңғұһ",
    "fa": "پچژگ", "ur": "ٹڈڑںے",
    "hu": "őű", "ro": "țșăţ", "pl": "łżźśńćąę", "cs": "řůě", "tr": "ğı", "de": "ß", "pt": "ãõ",
    "vi": "ơưđạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ", "is": "ðþ",
}  # fmt: skip
# How much a letter says beside one of an alphabet: a Chinese sign or Hangul block is most of a word.
_WEIGHT: Final[Mapping[str, float]] = {"han": 3.0, "hangul": 2.5, "kana": 2.0}


def script_of(text: str) -> str | None:
    """The script most of ``text`` is in, by weight of its letters; None if it has none we know."""
    weights: Counter[str] = Counter()
    for name, letters in _SCRIPTS.items():
        found = len(letters.findall(text))
        if found:
            weights[name] = round(found * 10 * _WEIGHT.get(name, 1.0))
    if not weights:
        return None
    if weights["kana"]:  # Japanese is written in both
        weights["kana"] += weights.pop("han", 0)
    if len(weights) > 1:  # words of another script in a text are there on purpose: "네온, 8k, cinematic"
        weights["latin"] = round(weights["latin"] * 0.4)
    return max(weights, key=lambda name: weights[name])


def letters_of(code: str, text: str) -> int:
    """How many letters of ``text`` only ``code`` has among the languages of its script."""
    return sum(text.count(letter) for letter in _LETTERS.get(code, ""))


def languages_with_letters(text: str) -> list[str]:
    """The languages one of whose own letters is in ``text``, most first."""
    counts = {code: letters_of(code, text) for code in _LETTERS}
    return sorted((code for code in counts if counts[code]), key=lambda code: -counts[code])
