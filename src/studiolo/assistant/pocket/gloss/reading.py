"""A text → pieces: its words and phrases, longest first, with their English."""

# ruff: noqa: RUF001 - letters of many scripts are meant as they stand

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from studiolo.assistant.pocket.gloss.grammar import Kind, kind_of
from studiolo.assistant.pocket.gloss.lexicon import Lexicon, load
from studiolo.assistant.pocket.gloss.morphology import Stemmer, halves, without_particle, without_prefix
from studiolo.assistant.pocket.gloss.spelling import fold, is_spaced
from studiolo.languages.votes import votes

# Letters with their marks: Python's \w leaves vowel signs out, which would cut Hindi, Thai and Arabic words.
_MARKS_OF_LETTERS = (
    "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0903\u093a-\u094f\u0951-\u0957"
    "\u0962\u0963\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u200c\u200d"
)
_LETTER = rf"[\w{_MARKS_OF_LETTERS}]"
_TOKEN: Final = re.compile(rf"'?{_LETTER}+(?:['\u2019-]{_LETTER}+)*'?|[^\w\s]")
_FOREIGN_RUN: Final = re.compile(r"[A-Za-z0-9À-ɏ]+(?:[ '.-]?[A-Za-z0-9À-ɏ]+)*|\s+|[^\w\s\u0e00-\u0e7f]")
_ENGLISH_MARKS: Final[Mapping[str, str]] = {
    "、": ",", "，": ",", "،": ",", "。": ".", "；": ";", "：": ":", "！": "!", "？": "?", "؟": "?", "।": ".",
    "・": ",", "؛": ";", "（": "(", "）": ")",
}  # fmt: skip
# What joins the describing and the described: "rue de ville", "拿着气球的机器人".
_LINKS: Final[Mapping[str, frozenset[str]]] = {
    "fr": frozenset({"de", "du", "des", "d'"}),
    "es": frozenset({"de", "del"}),
    "pt": frozenset({"de", "do", "da", "dos", "das"}),
    "it": frozenset({"di", "del", "della", "dello", "dei", "delle", "dell'", "d'"}),
    "ro": frozenset({"de", "din"}),
    "zh": frozenset({"的"}),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    """A word or phrase. ``english`` is None where the glossary has none; then ``source`` stays."""

    source: str
    english: str | None
    kind: Kind

    @property
    def text(self) -> str:
        """What stands for it in the gloss."""
        return self.source if self.english is None else self.english


def read(text: str, code: str) -> list[Piece]:
    """Cut ``text`` into pieces; those without a use for a picture are left out."""
    return list((_spaced if is_spaced(code) else _unspaced)(text, load(code)))


def _piece(source: str, english: str) -> Piece:
    return Piece(source, english, kind_of(english))


def _mark(mark: str) -> Iterator[Piece]:
    mark = _ENGLISH_MARKS.get(mark, mark)
    if mark not in "'\u2019«»„“”¿¡":
        yield Piece(mark, mark, Kind.MARK)


def _spaced(text: str, lexicon: Lexicon) -> Iterator[Piece]:
    tokens = _TOKEN.findall(text)
    folded = [fold(token, lexicon.code) for token in tokens]

    def cost(start: int, end: int) -> int | None:
        if end - start > 1:
            return 0 if _phrase(folded[start:end], lexicon) is not None else None
        word = folded[start]
        known = word in lexicon.words or not _is_word(word) or _analysed(word, lexicon) is not None
        return 0 if known else 1

    for start, end in _cuts(len(tokens), lexicon.longest_phrase, cost):
        source = " ".join(tokens[start:end])
        if not _is_word(folded[start]):
            yield from _mark(source)
        elif (english := _phrase(folded[start:end], lexicon)) is not None:
            yield from _known(source, " ".join(folded[start:end]), english, lexicon.code)
        else:
            yield from _word(source, folded[start], lexicon)


def _is_word(token: str) -> bool:
    return token[0].isalnum() or len(token) > 1


def _phrase(folded: Sequence[str], lexicon: Lexicon) -> str | None:
    """The English of an entry, or of several words whose stems are an entry's: "latarnią morską"."""
    found = lexicon.words.get(" ".join(folded))
    if found is None and len(folded) > 1:
        return lexicon.stems.get(" ".join(_stem(word, lexicon.code) for word in folded))
    return found


def _cuts(length: int, longest: int, cost: Callable[[int, int], int | None]) -> list[tuple[int, int]]:
    """Cut 0..length so that the costs are least, then the pieces fewest; a cost of None is no piece."""
    best: list[tuple[int, int, int]] = [(0, 0, 0)]  # cost up to here, pieces, where the last one began
    for end in range(1, length + 1):
        candidates: list[tuple[int, int, int]] = []
        for start in range(max(0, end - longest), end):
            price = cost(start, end)
            if price is not None:
                candidates.append((best[start][0] + price, best[start][1] + 1, start))
        best.append(min(candidates))
    cuts: list[tuple[int, int]] = []
    end = length
    while end:
        cuts.append((best[end][2], end))
        end = best[end][2]
    return cuts[::-1]


def _known(source: str, key: str, english: str, code: str) -> Iterator[Piece]:
    if key in _LINKS.get(code, ()):
        yield Piece(source, "", Kind.LINK)
    elif english:
        yield _piece(source, english)


def _word(source: str, folded: str, lexicon: Lexicon) -> Iterator[Piece]:
    """One word that is no entry itself: what it is made of, or itself."""
    if folded.isdigit():
        yield Piece(source, source, Kind.NUMBER)
        return
    parts = _analysed(folded, lexicon)
    if parts is None and "-" in folded:
        parts = _all_of([_looked_up(part, lexicon) for part in folded.split("-")])
    if parts is None:
        kept = _is_english(folded)
        yield Piece(source, source if kept else None, kind_of(folded) if kept else Kind.NOUN)
        return
    for english in parts:
        if english:
            yield _piece(source, english)


def _is_english(folded: str) -> bool:
    """English words in another language's prompt are there on purpose ("cinematic, 8k")."""
    return folded.isascii() and (any(c.isdigit() for c in folded) or votes([folded]).get("en", 0) >= 1)


def _looked_up(word: str, lexicon: Lexicon) -> list[str] | None:
    """The English of a word or of its stem."""
    if word in lexicon.words:
        return [lexicon.words[word]]
    stem = _stem(word, lexicon.code)
    english = lexicon.stems.get(stem) or lexicon.words.get(stem)
    return [english] if english else None


def _analysed(word: str, lexicon: Lexicon) -> list[str] | None:
    """The English of a word's parts, in the order of the source; None if a part is unknown."""
    code = lexicon.code
    for rest, particle in without_particle(word, code):
        if lexicon.words.get(rest):
            return [lexicon.words[rest], particle]
    for rest, prefix in without_prefix(word, code):
        if rest in lexicon.words:
            return [prefix, lexicon.words[rest]]
    if found := _looked_up(word, lexicon):
        return found
    for rest, prefix in without_prefix(word, code):
        if found := _looked_up(rest, lexicon):
            return [prefix, *found]
    return _compound(word, lexicon)


def _compound(word: str, lexicon: Lexicon) -> list[str] | None:
    """Two nouns in one word. The first must be an entry, the last may be a form of one."""
    for first, last in halves(word, lexicon.code):
        if not lexicon.words.get(first):
            continue
        if found := _all_of(
            [[lexicon.words[first]], _looked_up(last, lexicon) or _with_particle(last, lexicon)]
        ):
            return found
    return None


def _with_particle(word: str, lexicon: Lexicon) -> list[str] | None:
    for rest, particle in without_particle(word, lexicon.code):
        if lexicon.words.get(rest):
            return [lexicon.words[rest], particle]
    return None


def _all_of(parts: Sequence[list[str] | None]) -> list[str] | None:
    found = [english for part in parts if part is not None for english in part]
    return None if any(part is None for part in parts) else found


@lru_cache(maxsize=8192)
def _stem(word: str, code: str) -> str:
    return _stemmer(code).stem(word)


@cache
def _stemmer(code: str) -> Stemmer:
    return Stemmer(code)


def _unspaced(text: str, lexicon: Lexicon) -> Iterator[Piece]:
    """Runs of Latin letters, digits and marks stay; between them the fewest entries that leave least over."""
    folded = fold(text, lexicon.code)
    at = 0
    for foreign in [*_FOREIGN_RUN.finditer(folded), None]:
        yield from _segmented(folded[at : foreign.start() if foreign else len(folded)], lexicon)
        if foreign is None:
            return
        run = foreign.group()
        at = foreign.end()
        if run.isdigit():
            yield Piece(run, run, Kind.NUMBER)
        elif run[0].isalnum():
            yield _piece(run, run)
        elif not run.isspace():
            yield from _mark(run)


def _segmented(run: str, lexicon: Lexicon) -> Iterator[Piece]:
    def cost(start: int, end: int) -> int | None:
        if run[start:end] in lexicon.words:
            return 0
        return 1 if end - start == 1 else None

    unknown = ""
    for start, end in _cuts(len(run), lexicon.longest_word, cost):
        word = run[start:end]
        if word not in lexicon.words:
            unknown += word
            continue
        if unknown:
            yield Piece(unknown, None, Kind.NOUN)
            unknown = ""
        yield from _known(word, word, lexicon.words[word], lexicon.code)
    if unknown:
        yield Piece(unknown, None, Kind.NOUN)
