"""Words and the languages they are words of: what tells "Apfel" from "apple".

The asset is written by `training/gloss.py` out of the glossaries' own words; see NOTICE for its sources.
"""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Final

WORDS: Final = Path(__file__).parent / "assets" / "words.zip"
# In the English tokenizer's vocabulary, but in no list of ours: it also holds foreign names ("casa", "noir").
PERHAPS_ENGLISH: Final = "en?"
_PERHAPS = 0.6
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")


def words_of(text: str) -> list[str]:
    """The words of a text in a script that puts spaces between them, as the asset writes them."""
    composed = unicodedata.normalize("NFC", text).replace("İ", "i").lower()
    return _WORD.findall(composed.replace("\u2019", "'"))


def votes(words: Iterable[str]) -> dict[str, float]:
    """How many of ``words`` each language knows; one that is perhaps English counts less."""
    known = _known()
    counted: dict[str, float] = defaultdict(float)
    words = list(words)
    perhaps = _PERHAPS if len(words) > 1 else 1.0  # alone, a loan like "villa" or "oven" is English
    for word in words:
        for code in known.get(word, ()) or _parts(word, known):
            if code == PERHAPS_ENGLISH:
                counted["en"] += perhaps
            else:
                counted[code] += 1
    return counted


def _parts(word: str, known: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The languages that know every part of a word with hyphens or an apostrophe ("l'arbre", "blue-eyed")."""
    parts = [part for part in re.split(r"['-]", word) if part]
    if len(parts) < 2:
        return ()
    common = set(known.get(parts[-1], ()))
    for part in parts[:-1]:
        common &= set(known.get(part, ())) or common
    return tuple(sorted(common))


@lru_cache(maxsize=1)
def _known() -> dict[str, tuple[str, ...]]:
    known: dict[str, tuple[str, ...]] = {}
    with zipfile.ZipFile(WORDS) as archive:
        lines = archive.read("words.txt").decode().splitlines()
    for line in lines:
        codes, _, words = line.partition("\t")
        known |= dict.fromkeys(words.split(" "), tuple(codes.split(",")))
    return known
