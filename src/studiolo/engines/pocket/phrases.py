"""A noun phrase → what it means: a thing, a setting (place, hour, weather, season, backdrop), or unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from studiolo.engines.pocket.scene import RelationKind, Season, Size, TimeOfDay, Weather
from studiolo.engines.pocket.vocabulary import (
    ADJECTIVES,
    FILLERS,
    MAX_COUNT,
    NUMBERS,
    SHADES,
    SIZES,
    colour_name,
    singulars,
)
from studiolo.engines.pocket.vocabulary_places import (
    AMBIGUOUS_PLACES,
    BACKDROP_NOUNS,
    PLACE_OF_WORDS,
    SEASONS,
    SETTING_TAILS,
    TIMES,
    WEATHERS,
)
from studiolo.engines.pocket.words import words

T = TypeVar("T")

# Colour words that also are things: before a noun they only colour it if the two are no name together.
_THING_COLOURS = words(
    "orange rose peach lime olive chocolate salmon coral plum sand gold silver cream mint lavender "
    "ruby amber",
    "bronze copper violet lilac emerald ivory mustard apricot charcoal golden",
)
_CONTAINERS = words(
    "slice piece cup glass bowl bottle plate basket bunch pile stack box bucket jar loaf can bag lot "
    "group pack",
    "row pair couple flock herd set mug slices pieces cups glasses bowls bottles plates bouquet sheet stick ",
    "handful portion dozen trio crowd kind sort type collection variety middle edge top side foot bottom ",
    "center centre surface front",
)
_GROUND_ONLY: frozenset[RelationKind] = frozenset({"on", "in", "next_to"})


class Lexicon(Protocol):
    """What the planner asks about drawings; `drawings.DrawingLibrary` is one."""

    def has_name(self, phrase: str) -> bool:
        """Whether a drawing goes by exactly this name or alias."""
        ...

    def lacks(self, phrase: str) -> bool:
        """Whether nothing shows this though its last word has a drawing ("golf ball")."""
        ...

    def depicts(self, phrase: str) -> bool:
        """Whether a drawing's meaning is near enough."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A noun phrase taken apart."""

    noun: tuple[str, ...]
    count: int | None = None
    colours: tuple[str, ...] = ()
    size: Size | None = None

    @property
    def text(self) -> str:
        """The words that name it."""
        return " ".join(self.noun)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a phrase says about where and when."""

    place: str | None = None
    time_of_day: TimeOfDay | None = None
    weather: Weather | None = None
    season: Season | None = None
    background_colour: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Noun:
    """A noun with a drawing: `phrase` finds it."""

    name: str
    phrase: str
    modifiers: tuple[str, ...]
    plural: bool = False


def describe(words: Sequence[str], lexicon: Lexicon) -> Described:
    """Take numbers, sizes and colours out of a phrase."""
    words = _after_of([w for w in words if w not in {"a", "an", "the"}])
    count: int | None = None
    size: Size | None = None
    colours: list[str] = []
    noun: list[str] = []
    i = 0
    while i < len(words):
        word = words[i]
        rest = [w for w in words[i + 1 :] if w not in FILLERS and w != "and"]
        colour, used = _colour_at(words, i)
        if (word in NUMBERS or word.isdigit()) and not noun:
            count = _number(word)
        elif word in SIZES and rest:
            size = SIZES[word]
        elif colour is not None and (noun or rest[used - 1 :]) and not _names_together(word, rest, lexicon):
            colours.append(colour)
            i += used - 1
        elif word not in FILLERS and word != "and":
            noun.append(word)
        i += 1
    if not noun and colours:  # "a blue", or a colour that is a fruit at the end
        noun = [w for w in words if w in _THING_COLOURS][-1:]
        colours = [c for c in colours if c not in noun]
    return Described(noun=tuple(noun), count=count, colours=tuple(colours), size=size)


def _after_of(words: list[str]) -> list[str]:
    """Turn "slice of pizza" into "pizza", "group of three dogs" into "three dogs"."""
    if "of" not in words:
        return words
    at = words.index("of")
    before, after = words[:at], words[at + 1 :]
    if before and after and before[-1] in NUMBERS:
        has_number = any(w in NUMBERS or w.isdigit() for w in after)
        return _after_of((before[:-1] if has_number else before) + after)
    if before and after and before[-1] in _CONTAINERS:
        return _after_of(before[:-1] + after)
    return [*before, "of", *after] if before and after else before + after


def _colour_at(words: Sequence[str], i: int) -> tuple[str | None, int]:
    if words[i] in SHADES and i + 1 < len(words):
        shaded = colour_name(" ".join(words[i : i + 2]))
        if shaded is not None:
            return shaded, 2
    return colour_name(words[i]), 1


def _names_together(word: str, rest: Sequence[str], lexicon: Lexicon) -> bool:
    if word not in _THING_COLOURS or not rest:
        return False
    together = (" ".join([word, *rest[:n]]) for n in range(len(rest), 0, -1))
    return any(lexicon.has_name(s) or s in PLACE_OF_WORDS for t in together for s in singulars(t))


def _number(word: str) -> int:
    value = int(word) if word.isdigit() and len(word) < 4 else NUMBERS.get(word, MAX_COUNT)
    return min(max(value, 1), MAX_COUNT)


def setting(phrase: Described, link: RelationKind | None, *, in_background: bool = False) -> Setting | None:
    """Read a phrase as a setting, or None if it is a thing. `link` is the relation before it."""
    words = list(phrase.noun)
    if words and words[-1] in BACKDROP_NOUNS and (len(words) > 1 or phrase.colours):
        colour = phrase.colours[0] if phrase.colours else None
        inner = setting(Described(noun=tuple(words[:-1])), "in") if len(words) > 1 else None
        return Setting(
            place=inner.place if inner else None,
            time_of_day=inner.time_of_day if inner else None,
            weather=inner.weather if inner else None,
            season=inner.season if inner else None,
            background_colour=colour,
        )
    located = in_background or link in _GROUND_ONLY or (link in {"above", "in_front_of", "under"})
    time = _lookup(words, TIMES)
    weather = _lookup(words, WEATHERS)
    season = _lookup(words, SEASONS)
    place, used = _place(words, phrase, link, in_background=in_background)
    if place in {"sea", "lake"} and link == "under":
        place = "underwater"
    if place is not None:
        colour = phrase.colours[0] if place == "sky" and phrase.colours else None
        place = None if time == "night" and place == "sky" else place
        return Setting(
            place=place, time_of_day=time, weather=weather, season=season, background_colour=colour
        )
    tail = words[-1:] and (words[-1] in SETTING_TAILS or _whole(words) or located)
    counted = phrase.count is not None and phrase.count > 1
    if (time or weather or season) and tail and not counted and _only_setting(words) and used == 0:
        return Setting(time_of_day=time, weather=weather, season=season)
    return None


def _lookup(words: Sequence[str], table: Mapping[str, T]) -> T | None:
    for length in (2, 1):
        for i in range(len(words) - length, -1, -1):
            found = table.get(" ".join(words[i : i + length]))
            if found is not None:
                return found
    return None


def _whole(words: Sequence[str]) -> bool:
    text = " ".join(words)
    return text in TIMES or text in WEATHERS or text in SEASONS


def _only_setting(words: Sequence[str]) -> bool:
    return all(
        w in TIMES or w in WEATHERS or w in SEASONS or w in SETTING_TAILS or w in ADJECTIVES or w in FILLERS
        for word in words
        for w in ([word] if word in TIMES else word.split())
    )


def _place(
    words: Sequence[str], phrase: Described, link: RelationKind | None, *, in_background: bool
) -> tuple[str | None, int]:
    joined = " ".join(words).split()
    for start in range(len(joined)):
        text = " ".join(joined[start:])
        word = next((s for s in singulars(text) if s in PLACE_OF_WORDS), None)
        if word is None:
            continue
        counted = phrase.count is not None and phrase.count > 1
        if word in AMBIGUOUS_PLACES:
            plural = text != word and word in {"mountain", "wave", "hill"}
            grounded = link in _GROUND_ONLY or (
                link == "in_front_of" and word in {"mountain", "volcano", "hill"}
            )
            if not (in_background or grounded or plural) or (link == "next_to" and word not in _BESIDE):
                return None, 0
        elif counted and link is None:
            return None, 0
        return PLACE_OF_WORDS[word], len(joined) - start
    return None, 0


_BESIDE = words("water hill desk table counter pool island")


def noun(phrase: Described, lexicon: Lexicon) -> Noun | None:
    """Find the drawing in a phrase: the longest name that ends it, else the nearest in meaning, else None."""
    words = _nouns_last(phrase.noun, lexicon)
    for start in range(len(words)):
        text = " ".join(words[start:])
        for name in singulars(text):
            if lexicon.lacks(name):
                return None
            if lexicon.has_name(name):
                return Noun(name=name, phrase=name, modifiers=tuple(words[:start]), plural=name != text)
    named = [w for w in words if w not in ADJECTIVES]
    *_, singular = singulars(" ".join(named))
    for text in dict.fromkeys([singular, " ".join(named)]):
        if named and lexicon.depicts(text):
            modifiers = tuple(w for w in words if w not in named)
            return Noun(name=text, phrase=text, modifiers=modifiers, plural=" ".join(named) != singular)
    return None


def _nouns_last(words: Sequence[str], lexicon: Lexicon) -> list[str]:
    """What follows the noun describes it: ("dog", "happy") → ["happy", "dog"]."""
    last = max((i for i, w in enumerate(words) if w not in ADJECTIVES or lexicon.has_name(w)), default=-1)
    return [*words[last + 1 :], *words[: last + 1]]


def setting_of(modifiers: Sequence[str]) -> Setting | None:
    """What adjectives before a thing say about hour, weather and season ("a rainy street"), if anything."""
    weather, season = _lookup(modifiers, WEATHERS), _lookup(modifiers, SEASONS)
    time = _lookup(modifiers, TIMES)
    return Setting(time_of_day=time, weather=weather, season=season) if weather or season or time else None


def means_nothing(phrase: Described) -> bool:
    """Whether only mood words are left ("very happy"): nothing to draw and nothing to complain about."""
    return all(w in ADJECTIVES or w in FILLERS or w in NUMBERS or w.isdigit() for w in phrase.noun)
