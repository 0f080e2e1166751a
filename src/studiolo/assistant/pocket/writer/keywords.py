"""Keywords → what part each plays in a sentence: a thing, a place, an hour, a colour, a mood."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from studiolo.assistant.pocket.writer.english import (
    article,
    is_colour,
    is_determined,
    is_plural,
    known,
    vocabulary,
    with_article,
)

Part = Literal["things", "doings", "places", "times", "colours", "qualities", "moods", "ideas"]

_MOOD_ENDINGS: Final = ("ful", "ous", "less", "esque", "istic", "ic")
_TYPOGRAPHIC: Final = {0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0x2013: "-"}
_IDEA_ENDINGS: Final = ("ness", "ism")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Keywords by the part they play, ready to stand in a sentence; every one of them is in one list.

    ``names`` are places without their preposition, by the phrase that has it: they can be the subject.
    """

    things: tuple[str, ...] = ()
    doings: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    qualities: tuple[str, ...] = ()
    moods: tuple[str, ...] = ()
    ideas: tuple[str, ...] = ()
    staged: bool = False  # the subject is a place itself
    names: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def has_setting(self) -> bool:
        """Whether it is said where it plays, in a keyword of its own or within one."""
        where = known("grammar", "prepositions") - known("grammar", "companions")
        said = any(where.intersection(thing.lower().split()[1:]) for thing in self.things)
        return self.staged or bool(self.places) or said


def read(keywords: Sequence[str]) -> Reading:
    """Sort keywords into their parts."""
    if keywords and all(word[0].isupper() and word[1:] == word[1:].lower() for word in keywords):
        keywords = [word[0].lower() + word[1:] for word in keywords]  # written as titles: not names
    found: dict[Part, list[str]] = {}
    names: dict[str, str] = {}
    for keyword in keywords:
        part, text = _part(keyword)
        found.setdefault(part, []).append(text)
        if part == "places":
            names[text] = keyword
    parts: dict[str, Any] = {part: tuple(texts) for part, texts in found.items()}
    return _settle_words_before_things(Reading(names=names, **parts))


def _settle_words_before_things(reading: Reading) -> Reading:
    """A place is the subject if nothing else is; colours and qualities belong to what is named, if one is."""
    if not reading.things and reading.places:
        named = next((phrase for phrase in reading.places if _can_be_subject(reading.names[phrase])), None)
        if named is not None:
            places = tuple(place for place in reading.places if place != named)
            reading = replace(reading, things=(reading.names[named],), places=places, staged=True)
    things = tuple(_noun_phrase(thing) for thing in reading.things)
    if not reading.things or not _takes_adjectives(reading.things[0]):
        return replace(reading, things=things, qualities=(), moods=(*reading.qualities, *reading.moods))
    colours = reading.colours if len(things) == 1 and len(reading.colours) == 1 else ()
    left = () if colours else reading.colours
    described = _noun_phrase(" ".join([*reading.qualities, *colours, reading.things[0]]))
    return replace(reading, things=(described, *things[1:]), qualities=(), colours=left)


def _noun_phrase(thing: str) -> str:
    """With its article, unless it is a name or in another language."""
    name = thing[0].isupper() and not thing.split(" ")[0].isupper()
    return thing if name or not _is_plain(thing) else with_article(thing)


def _can_be_subject(keyword: str) -> bool:
    lower = keyword.lower()
    if lower.split()[0] in known("grammar", "prepositions"):
        return False  # "under a bridge" is where, not what
    return lower not in vocabulary()["places"]["in"] | vocabulary()["places"][""]


def _takes_adjectives(thing: str) -> bool:
    """Whether words can go before it: "owl" or "red owl", but no "a fox reading" and no other language."""
    return not is_determined(thing) and _is_plain(thing) and thing[0].islower() and len(thing.split()) <= 3


def _part(keyword: str) -> tuple[Part, str]:
    lower = keyword.lower()
    words = lower.split()
    if not _is_plain(keyword):
        return "things", keyword
    if words[0] in known("grammar", "prepositions") and len(words) > 1:
        return "places", keyword
    placed = _placed(keyword)
    if placed is not None:
        return placed
    if is_determined(keyword):
        return "things", keyword
    if lower not in known("grammar", "fruit") and is_colour(lower):
        return "colours", keyword
    described = _described(lower)
    if described is not None:
        return described, keyword
    if words[0].endswith("ing") and len(words[0]) > 5 and words[0] not in known("not_doing"):
        return "doings", keyword
    return "things", keyword


def _described(lower: str) -> Part | None:
    """Tell adjectives and ideas from nouns, as far as lists and endings can."""
    if lower in known("moods"):
        return "moods"
    if lower in known("qualities"):
        return "qualities"
    if lower in known("ideas") or (" " not in lower and lower.endswith(_IDEA_ENDINGS)):
        return "ideas"
    ends_like_mood = " " not in lower and len(lower) > 6 and lower.endswith(_MOOD_ENDINGS)
    return "moods" if ends_like_mood and lower not in known("grammar", "not_moods") else None


def _placed(keyword: str) -> tuple[Part, str] | None:
    """Make "night" "at night", "misty forest" "in a misty forest"; None if it is neither hour nor place."""
    bare = re.sub(r"^(?:an?|the) ", "", keyword, flags=re.IGNORECASE)
    lower = bare.lower()
    tables: tuple[tuple[Part, dict[str, frozenset[str]]], ...] = (
        ("times", vocabulary()["times"]),
        ("places", vocabulary()["alone"]),
        ("places", vocabulary()["places"]),
    )
    for part, table in tables:
        for before, listed in table.items():
            if lower in listed:
                return part, _whole(before, keyword, bare)
    for part, table in tables[::2]:
        for before, listed in table.items():
            if any(lower.endswith(f" {word}") for word in listed):
                return part, _with_words_before(part, before, keyword, bare)
    return None


def _whole(before: str, keyword: str, bare: str) -> str:
    """Keep the article that was given, else use the usual one."""
    if keyword != bare:
        return f"{before.split(' ')[0] or 'in'} {keyword}"
    preposition, _, usual = before.partition(" ")
    return f"{preposition} {article(bare) if usual == 'a' else usual} {bare}".replace("  ", " ").strip()


def _with_words_before(part: Part, before: str, keyword: str, bare: str) -> str:
    preposition = before.split(" ")[0] or "in"
    if part == "times":  # "on a summer evening", "at a pale dawn", "in late autumn"
        last = bare.lower().split(" ")[-1]
        preposition = "on" if last in {"night", "morning", "afternoon", "evening", "day"} else "at"
        if before == "in":
            return f"in {keyword}"
    if keyword != bare or is_determined(bare) or is_plural(bare) or before == "in" or bare[0].isupper():
        return f"{preposition} {keyword}"
    if bare.lower().endswith(("snow", "rain", "wind", "sky", "wilderness", "countryside")):
        return f"{'under a' if bare.lower().endswith('sky') else preposition} {bare}"
    return f"{preposition} {article(bare)} {bare}"


def _is_plain(keyword: str) -> bool:
    """Whether it is written in unaccented Latin letters and begins like English."""
    if keyword.lower() in known("places", "in a"):
        return True
    plain = keyword.lower().translate(_TYPOGRAPHIC)
    words = plain.split()
    foreign = known("foreign") - known("foreign", "english")
    return plain.isascii() and plain[0].isalnum() and not foreign.intersection(words)
