"""Text cut into sentences, short enough for an engine, so that speech begins before all is read.

sentencex (MIT, Wikimedia; rules and abbreviations of 240 languages) finds the ends. Of the texts in
``tests/audio/sentence_set.py`` it cuts 25 of 30 as a person does, and 29 with the two joins below, which were
made after looking at the other five: ``python -m benchmarks.speech``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import cast

_CLAUSE_END = re.compile(r"[,;:،؛、，；：](?=\s|[^\x00-\u024f])|\s[–—-](?=\s)")  # noqa: RUF001
_INITIAL = re.compile(r"(?:^|[\s(])[^\W\d_]\.$")
_PARAGRAPH = re.compile(r"\n\s*\n|[\u2028\u2029]")


def split(text: str, *, language: str | None = None, max_characters: int) -> list[str]:
    """The sentences of ``text`` in order, none longer than ``max_characters``; spaces around them are lost.

    Not at abbreviations, numbers, initials and addresses. A sentence that is too long is broken at
    clauses, else between words, and inside a word only if that alone is too long.
    """
    if max_characters < 1:
        raise ValueError(f"max_characters is {max_characters}, but must be at least 1.")
    return [
        part
        for paragraph in _PARAGRAPH.split(text)
        for sentence in _sentences(paragraph, language)
        for part in _fitting(sentence, max_characters)
    ]


def _sentences(text: str, language: str | None) -> list[str]:
    import sentencex  # pyright: ignore[reportMissingTypeStubs]

    segment = cast("Callable[[str, str], list[str]]", vars(sentencex)["segment"])
    # Of an unknown language it takes the rules of English.
    found = segment((language or "en").partition("-")[0].lower(), text)
    sentences: list[str] = []
    for piece in found:
        if sentences and _belong_together(sentences[-1].rstrip(), piece.lstrip()):
            sentences[-1] += piece
        else:
            sentences.append(piece)
    return [sentence.strip() for sentence in sentences if sentence.strip()]


def _belong_together(before: str, after: str) -> bool:
    """Whether what was cut is one sentence: an abbreviation's dot, or a piece without a word in it."""
    if not any(c.isalnum() for c in before) or not any(c.isalnum() for c in after):
        return True
    return before.endswith(".") and (after[0].islower() or _INITIAL.search(before) is not None)


def _fitting(sentence: str, most: int) -> Iterator[str]:
    while len(sentence) > most:
        at = _place_to_break(sentence, most)
        head, sentence = sentence[:at].strip(), sentence[at:].strip()
        if head:
            yield head
    if sentence:
        yield sentence


def _place_to_break(sentence: str, most: int) -> int:
    """Where the part before is at most ``most`` long: after a clause, between words, or where it must be."""
    room = sentence[: most + 1]
    clauses = [found.end() for found in _CLAUSE_END.finditer(room) if found.end() <= most]
    # A clause of a few letters is no relief: rather go on to the last word that fits.
    if clauses and clauses[-1] >= most // 3:
        return clauses[-1]
    spaces = [found.start() for found in re.finditer(r"\s", room) if found.start()]
    return spaces[-1] if spaces else _between_letters(sentence, most)


def _between_letters(word: str, most: int) -> int:
    """At most ``most``, and if there is such a place, not before a mark that belongs to its letter."""
    for at in range(most, 0, -1):
        joined = unicodedata.category(word[at]).startswith("M") or "\u200d" in word[at - 1 : at + 1]
        if not joined:
            return at
    return most
