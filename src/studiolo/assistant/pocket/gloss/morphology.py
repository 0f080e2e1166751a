"""How words are built: endings, stems, particles, prefixes and compounds; as little of it as prompts need."""

# ruff: noqa: RUF001 - letters of many scripts are meant as they stand

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import import_module
from threading import Lock
from typing import Any, Final, Protocol

# Snowball's names of the languages it has stemmers for.
_SNOWBALL: Final[Mapping[str, str]] = {
    "ar": "arabic", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "es": "spanish",
    "fi": "finnish", "fr": "french", "hi": "hindi", "hu": "hungarian", "id": "indonesian", "it": "italian",
    "nb": "norwegian", "nl": "dutch", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sv": "swedish", "tr": "turkish",
}  # fmt: skip
# Endings of the languages Snowball has none for, longest first.
_ENDINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "uk": (
        "ього", "ьому", "ого", "ому", "ими", "іми", "ами", "ями", "ові", "еві", "ах", "ях", "ам", "ям",
        "ої", "ій", "ий", "им", "их", "ою", "ею", "єю", "ем", "ом", "єм", "а", "я", "у", "ю", "о", "е",
        "є", "і", "ї", "и", "й", "ь",
    ),
    "he": ("ות", "ים", "ה", "ת"),
}  # fmt: skip
_SHORTEST_STEM = 3
# What stands before a word in one piece with it, and its English.
PREFIXES: Final[Mapping[str, Mapping[str, str]]] = {
    "ar": {"وال": "and", "بال": "with", "كال": "like", "فال": "", "لل": "for", "ال": "", "و": "and",
        "ب": "with", "ل": "for"},
    "he": {"וה": "and", "שה": "", "בה": "in", "ה": "", "ו": "and", "ב": "in", "ל": "to", "ש": "",
        "מ": "from"},
    "fr": {"l'": "", "d'": "", "qu'": "", "s'": "", "j'": "", "n'": ""},
    "it": {"l'": "", "d'": "", "un'": "", "dell'": "", "all'": "", "nell'": "in", "sull'": "on",
        "dall'": "from"},
}  # fmt: skip
# What stands behind a noun in one piece with it, longest first, and its English.
PARTICLES: Final[Mapping[str, Mapping[str, str]]] = {
    "ko": {"에서는": "in", "에서": "in", "에는": "in", "에게": "to", "으로": "", "이랑": "and",
        "하고": "and", "처럼": "like", "들이": "", "들은": "", "들을": "", "들의": "", "들과": "and",
        "와": "and", "과": "and", "랑": "and", "의": "", "을": "", "를": "", "이": "", "가": "",
        "은": "", "는": "", "에": "in", "도": "", "만": "", "로": "", "들": ""},
    "tr": {"ların": "", "lerin": "", "ları": "", "leri": "", "lar": "", "ler": "", "ında": "in",
        "inde": "in", "daki": "in", "deki": "in", "taki": "in", "teki": "in", "da": "in", "de": "in",
        "ta": "in", "te": "in", "lı": "with", "li": "with", "lu": "with", "lü": "with", "nın": "",
        "nin": "", "ın": "", "in": "", "un": "", "ün": "", "sı": "", "si": "", "yı": "", "yi": "",
        "ı": "", "i": "", "u": "", "ü": ""},
    "hu": {"ában": "in", "ében": "in", "ban": "in", "ben": "in", "ba": "in", "be": "in", "okon": "on",
        "eken": "on", "kor": "at", "nál": "near", "nél": "near", "ra": "on", "re": "on", "on": "on",
        "en": "on", "ön": "on", "n": "on", "ával": "with", "ével": "with", "val": "with", "vel": "with",
        "okat": "", "eket": "", "ok": "", "ek": "", "ök": "", "ak": "", "k": "", "t": ""},
    "fr": {"s": "", "x": ""},
    "es": {"es": "", "s": ""},
    "pt": {"s": ""},
    "fi": {"issa": "in", "issä": "in", "ssa": "in", "ssä": "in", "illa": "on", "illä": "on", "lla": "on",
        "llä": "on", "n": ""},
}  # fmt: skip
# Letters between the halves of a compound, in the languages that write compounds as one word.
JOINTS: Final[Mapping[str, tuple[str, ...]]] = {
    "de": ("", "s", "n", "en", "es", "er"),
    "nl": ("", "s", "en", "n", "e"),
    "sv": ("", "s"),
    "da": ("", "s", "e"),
    "nb": ("", "s", "e"),
    "fi": ("", "n"),
    "hu": ("",),
    "ko": ("",),
}  # fmt: skip
_SHORTEST_HALF: Final[Mapping[str, int]] = {"ko": 2, "hu": 2}
_GRADES: Final = (
    ("nn", "nt"), ("ll", "lt"), ("rr", "rt"), ("mm", "mp"), ("ng", "nk"), ("k", "kk"), ("p", "pp"),
    ("t", "tt"), ("d", "t"), ("v", "p"),
)  # fmt: skip


class _Snowball(Protocol):
    def stemWord(self, word: str) -> str: ...  # noqa: N802 - the library's name


class Stemmer:
    """The stem of a word: what its forms have in common, no word itself."""

    def __init__(self, code: str) -> None:
        self._code = code
        self._lock = Lock()  # the library keeps the word it works on in itself

    @cached_property
    def _snowball(self) -> _Snowball | None:
        if self._code not in _SNOWBALL:
            return None
        snowball: Any = import_module("snowballstemmer")  # which has no types
        return snowball.stemmer(_SNOWBALL[self._code])

    def stem(self, word: str) -> str:
        """The stem of one folded word."""
        if self._snowball is not None:
            with self._lock:
                return self._snowball.stemWord(word)
        for ending in _ENDINGS.get(self._code, ()):
            if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
                return word.removesuffix(ending)
        return word


def without_particle(word: str, code: str) -> Iterator[tuple[str, str]]:
    """What may be left of ``word`` when a particle is taken from its end, and the particle's English."""
    for particle, english in PARTICLES.get(code, {}).items():
        rest = word.removesuffix(particle)
        if not rest or rest == word:
            continue
        yield rest, english
        for unchanged in _unchanged(rest, code):
            yield unchanged, english
    if code == "hu" and word.endswith(("al", "el")) and word[-4:-3] == word[-3:-2]:
        yield word[:-3], "with"  # -val takes on the letter before it: "virággal"
    if code == "ar" and word.endswith(("تان", "تين")):
        yield f"{word[:-3]}ه", ""  # two of a feminine noun


def _unchanged(stem: str, code: str) -> Iterator[str]:
    """The word a stem may come from, where endings change the letters before them."""
    if code == "hu" and stem[-1] in "áé":  # a final a or e lengthens
        yield stem[:-1] + {"á": "a", "é": "e"}[stem[-1]]
    if code == "fi":  # consonants weaken: "ranta", "rannalla"
        for weak, strong in _GRADES:
            cut = len(stem) - len(weak) - 1
            if cut > 0 and stem[cut:-1] == weak:
                yield stem[:cut] + strong + stem[-1]


def without_prefix(word: str, code: str) -> Iterator[tuple[str, str]]:
    """What may be left of ``word`` without what stands before it, and the English of that."""
    for prefix, english in PREFIXES.get(code, {}).items():
        rest = word.removeprefix(prefix)
        if len(rest) > 1 and rest != word:
            yield rest, english


def halves(word: str, code: str) -> Iterator[tuple[str, str]]:
    """The ways ``word`` may fall into two words, the longest last half first."""
    shortest = _SHORTEST_HALF.get(code, 3)
    for cut in range(shortest, len(word) - shortest + 1):
        for joint in JOINTS.get(code, ()):
            first = word[:cut]
            if joint == "" or (first.endswith(joint) and cut - len(joint) >= shortest):
                yield first[: cut - len(joint)], word[cut:]
