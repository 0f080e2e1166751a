"""What kind of word an English gloss is, and its plural: enough to put glosses in an English order."""

from __future__ import annotations

from enum import Enum, auto
from typing import Final


class Kind(Enum):
    """The part a gloss plays in a phrase."""

    NOUN = auto()
    ADJECTIVE = auto()
    NUMBER = auto()
    PLACE = auto()  # "in", "left of": needs a noun behind it
    SETTING = auto()  # "at night", "in snow": complete
    DOING = auto()  # "reading"
    MEASURE = auto()  # "cup of"
    LINK = auto()  # "de": turns the nouns around it, and goes
    AND = auto()
    MARK = auto()  # a comma


NUMBERS: Final = frozenset({
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "many",
})  # fmt: skip
PLACES: Final = frozenset({
    "in", "on", "under", "above", "over", "next to", "left of", "right of", "between", "behind",
    "in front of", "near", "at", "by", "with", "without", "through", "from", "to", "for", "like",
})  # fmt: skip
ADJECTIVES: Final = frozenset({
    "red", "orange", "yellow", "green", "blue", "light blue", "dark blue", "purple", "pink", "brown",
    "black", "white", "gray", "golden", "gold", "silver", "turquoise", "colorful", "dark", "bright",
    "pale", "ginger", "big", "small", "long", "tall", "huge", "tiny", "old", "ancient", "new", "young",
    "cute", "beautiful", "round", "happy", "sad", "wooden", "foggy", "rainy", "snowy", "sunny",
    "starry", "magical", "futuristic", "abandoned", "cozy", "realistic", "medieval", "wild", "quiet",
    "hot", "cold", "sweet", "spicy", "funny", "angry", "sleepy", "open", "wet",
})  # fmt: skip
_NO_PLURAL: Final = frozenset({
    "fish", "goldfish", "sheep", "people", "children", "autumn leaves", "cherry blossoms", "snow",
    "rain", "grass", "water", "coffee", "tea", "milk", "bread", "rice", "light", "deer", "moose",
})  # fmt: skip
_PLURALS: Final = {
    "man": "men", "woman": "women", "child": "children", "person": "people", "mouse": "mice",
    "goose": "geese", "leaf": "leaves", "wolf": "wolves", "knife": "knives", "tooth": "teeth", "foot": "feet",
}  # fmt: skip
_NOT_DOING: Final = frozenset({
    "painting", "drawing", "evening", "morning", "king", "ring", "lightning", "spring", "building", "wing",
    "string", "pudding", "clothing", "ceiling", "wedding", "earring", "duckling",
})  # fmt: skip
_HEADED: Final = (" in ", " of ", " with ", " on ")  # "book of spells": the plural is in front


def kind_of(english: str) -> Kind:
    """The kind of one gloss."""
    first, _, rest = english.partition(" ")
    if english in NUMBERS or english.isdigit():
        return Kind.NUMBER
    if english in PLACES:
        return Kind.PLACE
    if english.endswith(" of"):
        return Kind.MEASURE
    if english == "and":
        return Kind.AND
    if english in ADJECTIVES:
        return Kind.ADJECTIVE
    if rest and first in {"in", "on", "at", "by"}:
        return Kind.SETTING
    if first.endswith("ing") and first not in _NOT_DOING:
        return Kind.DOING
    return Kind.NOUN


def plural(noun: str) -> str:
    """Several of what ``noun`` names."""
    if noun.endswith(" of"):
        return f"{plural(noun.removesuffix(' of'))} of"
    if noun in _NO_PLURAL or any(link in noun for link in _HEADED):
        return noun
    *before, last = noun.split(" ")
    if last in _PLURALS:
        last = _PLURALS[last]
    elif last.endswith(("s", "x", "ch", "sh", "z")):
        last = last if last.endswith("s") and not last.endswith("ss") else f"{last}es"
    elif last.endswith("y") and last[-2:-1] not in "aeiou":
        last = f"{last[:-1]}ies"
    else:
        last = f"{last}s"
    return " ".join([*before, last])
