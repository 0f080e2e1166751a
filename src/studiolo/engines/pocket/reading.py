"""Prompt text → a flat list of marks: noun phrases, and the relations, spots and breaks between them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from studiolo.engines.pocket.scene import Position, RelationKind
from studiolo.engines.pocket.vocabulary import (
    ADJECTIVES,
    FILLERS,
    INTRANSITIVE,
    NUMBERS,
    POSITIONS,
    RELATIONS,
    SIZES,
    STYLES,
    TRANSITIVE,
    colour_name,
    singulars,
    verb,
)
from studiolo.engines.pocket.words import words


class Names(Protocol):
    """What reading asks about drawings."""

    def has_name(self, phrase: str) -> bool:
        """Whether a drawing goes by exactly this name or alias."""
        ...


@dataclass(frozen=True, slots=True)
class NounPhrase:
    """Words that may be a thing or a setting; a name of a drawing counts as one word."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """How the phrase before stands to the phrase after."""

    kind: RelationKind


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in the picture a thing is ("on the left")."""

    position: Position


@dataclass(frozen=True, slots=True)
class Doing:
    """A verb without an object: it describes the thing before."""

    verb: str


@dataclass(frozen=True, slots=True)
class And:
    """Joins two phrases into one group."""


@dataclass(frozen=True, slots=True)
class Without:
    """The phrase after is not wanted."""


@dataclass(frozen=True, slots=True)
class Break:
    """A comma, or the end of a sentence."""

    sentence: bool


@dataclass(frozen=True, slots=True)
class Aside:
    """A setting in one word behind a thing ("a fish underwater")."""

    word: str


Mark = Aside | NounPhrase | Link | Spot | Doing | And | Without | Break

_MEDIA = (
    r"photo(?:graph)?|picture|image|illustration|painting|drawing|portrait|rendering|render|scene|view|art|"
    r"artwork|icon|close[- ]?up|shot|depiction|poster|wallpaper|clip ?art|digital art|logo|print|design"
)
_STYLE_WORDS = "|".join(sorted(map(re.escape, STYLES), key=len, reverse=True))
_STYLE = re.compile(
    rf"\b(?:(?:in|as|with) )?(?:an? |the )?(?P<style>{_STYLE_WORDS})"
    rf"(?:[- ]?(?:styled?|{_MEDIA}|look|graphics|version))+\b(?: of\b)?"
    rf"|\b(?:in|as) (?:an? |the )?(?P<plain>{_STYLE_WORDS})\b(?=[,.]|$)"
    rf"|(?:^|, ?)(?P<listed>{_STYLE_WORDS})(?=,|\.|$| of\b)(?: of\b)?"
    rf"|^an? (?P<first>sticker|sketch|outline|cartoon|pencil sketch|emoji)(?: of\b)"
    rf"|^(?:an? )?(?P<lead>3d|flat|pixel|cartoon|watercolou?r)\b(?=\s+\w)"
)
_MEDIUM = re.compile(rf"\b(?:an? |the )?(?:\w+ )?(?:{_MEDIA}) of\b")
_MANNER = re.compile(
    r"(?:^|(?<=[,.;:!?])|\bin (?:an? |the )?)\s*"
    r"(?:(?!(?:and|at|by|in|near|of|on|over|under|with)\b)[\w'\u2019-]+ ){1,6}styled?\b"
)
_WORD = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*|[,.;:!?()&+]")
_LONGEST = 6
_ADVERBS_OF_PLACE = words("underwater outdoors indoors")
_COUNTS = words("a an one two three four five six seven eight nine ten couple pair")  # not "stack"
_NOT_ADVERBS = words("family butterfly fly jelly lily holly belly assembly monopoly bully ally rally")


def take_style(prompt: str) -> tuple[str, str | None]:
    """Lower-case the prompt and cut out the style it names, if any: (rest, style)."""
    text = " ".join(prompt.lower().split())
    found = _STYLE.search(text)
    style = None
    if found is not None:
        style = STYLES[next(word for word in found.groups() if word)]
        text = f"{text[: found.start()]} , {text[found.end() :]}"
    manner = _MANNER.sub(" , ", text)  # "children's book style" asks for no book
    text = manner if any(letter.isalnum() for letter in manner) else text
    return _MEDIUM.sub(" ", text), style


def read(text: str, names: Names) -> list[Mark]:
    """Cut lower-case `text` into marks."""
    return list(_Reader(_words(text), names).marks())


def _words(text: str) -> list[str]:
    words = _WORD.findall(text.replace("\u2019", "'"))
    return [w.removesuffix("'s") if len(w) > 2 else w for w in words]


def content(words: Sequence[str]) -> list[str]:
    """Keep the words that could be nouns."""
    return [
        w
        for w in words
        if w not in FILLERS
        and w not in NUMBERS
        and w not in SIZES
        and w not in ADJECTIVES
        and not w.isdigit()
        and colour_name(w) is None
    ]


class _Reader:
    def __init__(self, words: list[str], names: Names) -> None:
        self._words = words
        self._names = names
        self._at = 0
        self._phrase: list[str] = []

    def marks(self) -> Iterator[Mark]:
        while self._at < len(self._words):
            mark = self._next_mark()
            if mark is None:
                continue
            yield from self._flush()
            yield mark
        yield from self._flush()

    def _flush(self) -> Iterator[Mark]:
        if any(w not in FILLERS and w not in {"a", "an"} for w in self._phrase):
            yield NounPhrase(tuple(self._phrase))
        elif self._phrase and self._phrase[-1] in {"it", "them"}:
            yield NounPhrase((self._phrase[-1],))
        self._phrase = []

    def _next_mark(self) -> Mark | None:
        word = self._words[self._at]
        if not word[0].isalnum() and word not in "&+":
            self._at += 1
            return Break(sentence=word in ".;!?")
        if word in {"without", "no", "not", "excluding"}:
            self._at += 1
            return Without()
        if word in _ADVERBS_OF_PLACE and self._phrase:
            return self._advance(Aside(word))
        if (name := self._name_here()) is not None:
            self._take_name(*name)
            return None
        if word in {"and", "&", "+", "plus"}:
            return self._conjunction()
        return self._position() or self._relation() or self._verb() or self._take_word()

    def _take_word(self) -> None:
        word = self._words[self._at]
        self._at += 1
        adverb = word.endswith("ly") and word not in _NOT_ADVERBS and not self._names.has_name(word)
        if not adverb:
            self._phrase.append(word)

    def _name_here(self) -> tuple[str, int] | None:
        first = self._words[self._at]
        if colour_name(first) or first in _COUNTS or first in RELATIONS or first in SIZES:
            return None
        for length in range(_LONGEST, 1, -1):
            words = self._words[self._at : self._at + length]
            if len(words) < length:
                continue
            articles_gone = [w for i, w in enumerate(words) if i == 0 or w not in {"a", "an", "the"}]
            for phrase in singulars(" ".join(articles_gone)):
                if len(articles_gone) > 1 and self._names.has_name(phrase):
                    return phrase, length
        return None

    def _take_name(self, name: str, length: int) -> None:
        self._phrase.append(name)
        self._at += length

    def _conjunction(self) -> Mark | None:
        following = self._words[self._at + 1] if self._at + 1 < len(self._words) else ""
        self._at += 1
        if self._phrase and colour_name(self._phrase[-1]) and colour_name(following):
            self._phrase.append("and")  # "a black and white cat"
            return None
        return And()

    def _longest(self, table: dict[str, Position] | dict[str, RelationKind]) -> tuple[str, int] | None:
        for length in range(5, 0, -1):
            phrase = " ".join(self._words[self._at : self._at + length])
            if phrase in table and self._at + length <= len(self._words):
                return phrase, length
        return None

    def _position(self) -> Mark | None:
        found = self._longest(POSITIONS)
        if found is None:
            return None
        after = self._at + found[1]
        if after < len(self._words) and self._words[after] in {"of", "side"}:
            return None
        self._at = after
        return Spot(POSITIONS[found[0]])

    def _relation(self) -> Mark | None:
        found = self._longest(RELATIONS)
        if found is None:
            return None
        self._at += found[1]
        return Link(RELATIONS[found[0]])

    def _verb(self) -> Mark | None:
        word = self._words[self._at]
        plain = verb(word)
        participle = word.endswith("ed") and len(word) > 4
        if (plain is None and not participle) or not content(self._phrase):
            return None
        following = self._words[self._at + 1] if self._at + 1 < len(self._words) else "."
        ends = not following[0].isalnum() or following in {"and", "as", "while", "together"}
        ends = ends or following in RELATIONS or following.endswith("ly") or following in POSITIONS
        if plain is None:
            return self._advance(Doing(word)) if ends and following in RELATIONS else None
        if ends:
            noun = self._names.has_name(" ".join([content(self._phrase)[-1], word]))
            return None if noun else self._advance(Doing(plain))
        if plain in TRANSITIVE and not self._is_noun_here(word, following):
            return self._advance(Link(TRANSITIVE[plain]))
        if plain in INTRANSITIVE and (following in FILLERS or following in NUMBERS):
            return self._advance(Doing(plain))
        return None

    def _is_noun_here(self, word: str, following: str) -> bool:
        starts_phrase = following in FILLERS or following in NUMBERS or following.isdigit()
        starts_phrase = starts_phrase or colour_name(following) is not None or following in ADJECTIVES
        return self._names.has_name(word) and not starts_phrase

    def _advance(self, mark: Mark) -> Mark:
        self._at += 1
        return mark
