"""The words of one language and their English, read from the archive that `training/gloss.py` writes."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Final

ARCHIVE: Final = Path(__file__).parent / "assets" / "glossaries.zip"
LANGUAGES: Final = (
    "ar", "cs", "da", "de", "el", "es", "fi", "fr", "he", "hi", "hu", "id", "it", "ja", "ko", "nb",
    "nl", "pl", "pt", "ro", "ru", "sv", "th", "tr", "uk", "vi", "zh",
)  # fmt: skip
STEMS: Final = "# stems"  # the line between words and stems


@dataclass(frozen=True, kw_only=True)
class Lexicon:
    """Folded words and phrases → English, "" for what a picture has no use for; and stems → English."""

    code: str
    words: Mapping[str, str]
    stems: Mapping[str, str]

    @cached_property
    def longest_phrase(self) -> int:
        """In words."""
        return max(word.count(" ") for word in self.words) + 1

    @cached_property
    def longest_word(self) -> int:
        """In letters."""
        return max(map(len, self.words))


@cache
def load(code: str) -> Lexicon:
    """The lexicon of one of `LANGUAGES`. Takes a few milliseconds the first time."""
    with zipfile.ZipFile(ARCHIVE) as archive:
        text = archive.read(f"{code}.txt").decode()
    words, _, stems = text.partition(f"\n{STEMS}\n")
    return Lexicon(code=code, words=dict(_entries(words)), stems=dict(_entries(stems)))


def _entries(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        english, _, words = line.partition("\t")
        for word in words.split("|"):
            yield word, english
