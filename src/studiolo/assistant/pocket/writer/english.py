"""The little grammar a prompt needs: articles, plurals, lists, sentences.

Our own few lines, because the well-kept library for it (inflect) takes longer to import than a prompt may
take to write.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

_WORDS: Final = Path(__file__).with_name("words.toml")
_SOUNDS_LIKE_YOU: Final = re.compile(r"(uni(?!n|m)|us[aeu]|u[tr][aeio]|uk[eu]|eu|ew|one\b|once|ubiq|ufo)")
_SILENT_H: Final = ("hour", "honest", "honour", "honor", "heir")
_SPELT_WITH_VOWEL: Final = frozenset("AEFHILMNORSX")
_AFTER_HEAD: Final = re.compile(r" (?:of|in|on|with|at|under|by|from|and|near|behind|\w{3,}ing) ")
_NOT_PLURAL: Final = ("ss", "us", "is", "'s")


@cache
def vocabulary() -> dict[str, Any]:
    """``words.toml``: each list as a frozenset of phrases, in its section."""
    sections = tomllib.loads(_WORDS.read_text(encoding="utf-8"))
    return {
        section: {
            key: frozenset(word.replace("_", " ") for word in text.split()) for key, text in lists.items()
        }
        for section, lists in sections.items()
    }


def known(section: str, key: str = "words") -> frozenset[str]:
    """One list of ``words.toml``."""
    return vocabulary()[section][key]


def is_colour(phrase: str) -> bool:
    """Whether it names a colour, or two ("deep blue", "black and white").

    A list of its own: the painter knows colours too, but to ask it is to load it.
    """
    words = phrase.lower().replace(" and ", " ").replace("-", " ").split()
    names, shades = known("colours"), known("colours", "shades")
    return words[-1] in names and all(word in names or word in shades for word in words)


def article(phrase: str) -> str:
    """Choose "a" or "an", by the sound of the first word."""
    word = phrase.split(" ", maxsplit=1)[0].split("-", maxsplit=1)[0] or phrase
    if word.isupper() and not _is_read_as_word(word):
        return "an" if word[0] in _SPELT_WITH_VOWEL else "a"
    if word[0].isdigit():
        return "an" if re.match(r"8|1[18](?!\d)|1[18]\d{3}(?!\d)", word) else "a"
    lower = word.lower()
    if lower.startswith(_SILENT_H):
        return "an"
    if _SOUNDS_LIKE_YOU.match(lower):
        return "a"
    return "an" if lower[0] in "aeiouàáâäèéêëìíîïòóôöùúû" else "a"


def _is_read_as_word(acronym: str) -> bool:
    """Whether an all-capital word is pronounced, not spelt: NASA, not UFO."""
    return len(acronym) > 3 and any(letter in "AEIOU" for letter in acronym[1:])


def is_determined(phrase: str) -> bool:
    """Whether it begins with an article, a number or another determiner."""
    first = phrase.split(" ", maxsplit=1)[0].lower()
    return first in known("grammar", "determiners") or first.isdigit() or first.endswith(("'s", "\u2019s"))


def is_plural(phrase: str) -> bool:
    """Whether the head of a noun phrase is a plural ("red apples", "bottles of wine")."""
    head = _head(phrase)
    if head in known("plural", "singular"):
        return False
    return head in known("plural") or (
        len(head) > 3 and head.endswith("s") and not head.endswith(_NOT_PLURAL)
    )


def _head(phrase: str) -> str:
    """The noun that the rest of a noun phrase describes: "bottles of wine" are bottles."""
    return _AFTER_HEAD.split(phrase.lower())[0].split(" ")[-1]


def with_article(phrase: str) -> str:
    """Put an article before a noun phrase, unless it needs none."""
    if is_determined(phrase) or is_plural(phrase) or not phrase[0].isascii() or not phrase[0].isalnum():
        return phrase
    if _head(phrase) in known("uncountable"):
        return phrase
    return f"{article(phrase)} {phrase}"


def enumeration(items: Sequence[str]) -> str:
    """Join as "one", "one and two", "one, two and three"."""
    *first, last = items
    return f"{', '.join(first)} and {last}" if first else last


def sentence(text: str) -> str:
    """Begin with a capital, unless that would spell a name wrongly (iPhone), and end with a full stop."""
    first = text.split(" ", maxsplit=1)[0]
    capital = text[0].upper() + text[1:] if first == first.lower() else text
    return capital if capital.endswith((".", "!", "?", "…", "。")) else f"{capital}."


def content_stems(texts: Iterable[str]) -> frozenset[str]:
    """What would be heard as a repetition: the content words, without their endings."""
    small = known("grammar", "small")
    found = re.findall(r"[^\W\d_]{3,}", " ".join(texts).lower())
    return frozenset(_stem(word) for word in found if word not in small)


def _stem(word: str) -> str:
    for ending in ("ings", "ing", "ies", "ed", "es", "s", "y", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word
