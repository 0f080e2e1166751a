"""Which language a text is in: its script first, then its words, then letter statistics.

Prompts are short: two words are no ground for statistics, so words known to a language decide wherever
they can. English wins what stays open: a prompt taken for another language would be rewritten without need.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any, Final, Protocol

from studiolo.errors import InvalidRequestError
from studiolo.languages import scripts
from studiolo.languages.names import NAMES
from studiolo.languages.votes import votes, words_of


class _Identifier(Protocol):
    """What we use of py3langid, which has no types."""

    def rank(self, text: str) -> list[tuple[str, float]]: ...


MAX_CHARACTERS: Final = 100_000
# Beyond this a text's language does not change; statistics need no more of it.
_LOOKED_AT: Final = 2000
# Where the same words are of several languages, the one more people paint and write in.
_COMMONEST: Final = (
    "es", "fr", "de", "pt", "it", "ru", "ar", "nl", "pl", "tr", "id", "vi", "sv", "ro", "cs", "uk",
    "hu", "da", "nb", "fi", "fa", "hi",
)  # fmt: skip
_LETTER_VOTE = 0.7  # a letter only one language has, against a word it knows
_ENOUGH_WORDS = 3  # fewer words say nothing in statistics
_KNOWN_ENOUGH = 0.5  # the share of words that must be known, where there are enough to ask statistics
_SURE_ENOUGH = 0.8  # a probability
_ENOUGH_FOR_NEIGHBOURS = 8  # words before Marathi or Nepali can be told from Hindi
_CYRILLIC: Final = ("ru", "uk", "bg", "sr", "mk", "be", "kk", "ky", "mn")


@dataclass(frozen=True, kw_only=True)
class Language:
    """A language found in a text. ``code`` is BCP-47, ``confidence`` 0 to 1."""

    code: str
    name: str
    confidence: float


def detect(text: str) -> Language | None:
    """The language of ``text``; None where nothing tells (numbers, emoji, nothing at all).

    Raises:
        InvalidRequestError: the text is longer than any we work with.
    """
    if len(text) > MAX_CHARACTERS:
        raise InvalidRequestError(
            f"The text has {len(text):,} characters; at most {MAX_CHARACTERS:,} are read.",
            hint="Give its first pages.",
        )
    looked_at = text[:_LOOKED_AT]
    script = scripts.script_of(looked_at)
    if script is None:
        return None
    if script in scripts.LANGUAGE_OF_SCRIPT:
        return _language(scripts.LANGUAGE_OF_SCRIPT[script], 1.0)
    return _OF_SCRIPT[script](looked_at)


def _language(code: str, confidence: float) -> Language:
    return Language(code=code, name=NAMES[code], confidence=round(min(confidence, 1.0), 2))


def _latin(text: str) -> Language:
    subject, comma, _ = text.partition(",")
    if comma:  # "une pomme rouge, 8k, cinematic lighting": English is the manner, French what is to be seen
        known = votes(words_of(subject))
        if max(known.values(), default=0.0) >= max(known.get("en", 0.0) + 1, 2):
            return _latin(subject)
    words = words_of(text)
    counted = votes(words)
    for code in scripts.languages_with_letters(text):
        counted[code] += _LETTER_VOTE
    english = counted.pop("en", 0.0)
    best = max(counted.values(), default=0.0)
    known = max(english, best) / len(words) if words else 0.0
    strange = known == 0 and not text.isascii()
    if strange or (len(words) >= _ENOUGH_WORDS and known < _KNOWN_ENOUGH):
        guess = _by_statistics(text)
        if guess is not None:
            return guess
    if best <= english:
        return _language("en", 0.5 + known / 2 if english else 0.3)
    leading = [code for code, count in counted.items() if count > best - 0.5]
    return _language(_first(leading, text, words), 0.5 + 0.5 * known / len(leading))


def _first(leading: Sequence[str], text: str, words: Sequence[str]) -> str:
    """One of several languages that know as many of the words."""
    if len(leading) > 1 and len(words) >= _ENOUGH_WORDS:
        ranked = dict(_rank(text))
        return max(leading, key=lambda code: ranked.get("no" if code == "nb" else code, 0.0))
    order = {code: place for place, code in enumerate(_COMMONEST)}
    return min(leading, key=lambda code: (order.get(code, len(order)), code))


def _cyrillic(text: str) -> Language:
    words = words_of(text)
    counted = votes(words)
    for code in scripts.languages_with_letters(text):
        counted[code] += 2 * scripts.letters_of(code, text)
    best = max(counted.values(), default=0.0)
    if len(words) >= _ENOUGH_WORDS and best / len(words) < _KNOWN_ENOUGH:
        guess = _by_statistics(text, among=_CYRILLIC)
        if guess is not None:
            return guess
    if not best:
        return _language("ru", 0.4)
    leading = [code for code, count in counted.items() if count == best]
    return _language(_first(leading, text, words), 0.7 + 0.3 / len(leading))


def _arabic(text: str) -> Language:
    own = Counter({code: scripts.letters_of(code, text) for code in ("fa", "ur")})
    code, count = own.most_common(1)[0]
    return _language(code, 0.9) if count else _language("ar", 0.9)


def _han(text: str) -> Language:
    """Chinese and Japanese share the signs; a text without kana is Japanese only if its words are."""
    signs = re.findall(r"[\u3005\u3400-\u9fff]+", text)
    counted = votes(signs)
    if counted.get("ja", 0) > counted.get("zh", 0):
        return _language("ja", 0.7)
    return _language("zh", 0.9)


def _devanagari(text: str) -> Language:
    if len(text.split()) >= _ENOUGH_FOR_NEIGHBOURS:
        return _by_statistics(text, among=("hi", "mr", "ne")) or _language("hi", 0.7)
    return _language("hi", 0.7)


_OF_SCRIPT: Final = {
    "latin": _latin, "cyrillic": _cyrillic, "arabic": _arabic, "han": _han, "devanagari": _devanagari,
}  # fmt: skip


def _by_statistics(text: str, among: Sequence[str] = ()) -> Language | None:
    """What letter statistics say, if they are sure and we have a name for it."""
    ranked = [(code, p) for code, p in _rank(text) if not among or code in among]
    if not ranked:
        return None
    total = sum(p for _, p in ranked) or 1.0
    code, probability = ranked[0][0], ranked[0][1] / total
    code = "nb" if code in {"no", "nb"} else code
    return _language(code, probability) if probability >= _SURE_ENOUGH and code in NAMES else None


def _rank(text: str) -> list[tuple[str, float]]:
    return _identifier().rank(text)


@lru_cache(maxsize=1)
def _identifier() -> _Identifier:
    """A model of our own, not the library's shared one: another user may restrict that one's languages."""
    langid: Any = import_module("py3langid.langid")
    return langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
