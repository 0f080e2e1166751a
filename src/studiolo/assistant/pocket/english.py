"""Small English: plurals, articles, numbers in words, lists."""

from __future__ import annotations

from collections.abc import Sequence

_NUMBERS = [
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]
_PLURALS = {
    "mouse": "mice", "goose": "geese", "person": "people", "man": "men", "woman": "women",
    "child": "children", "ox": "oxen", "foot": "feet", "tooth": "teeth", "sheep": "sheep", "deer": "deer",
    "fish": "fish", "bison": "bison", "squid": "squid", "shrimp": "shrimp", "moose": "moose",
    "scissors": "scissors", "glasses": "glasses", "sunglasses": "sunglasses", "jeans": "jeans",
    "knife": "knives",
    "leaf": "leaves", "wolf": "wolves", "loaf": "loaves", "scarf": "scarves", "shelf": "shelves",
    "hero": "heroes", "tomato": "tomatoes", "potato": "potatoes", "volcano": "volcanoes", "mango": "mangoes",
    "cactus": "cacti", "snowman": "snowmen", "grapes": "grapes", "cherries": "cherries",
    "blueberries": "blueberries", "stairs": "stairs", "binoculars": "binoculars",
}  # fmt: skip
_ALREADY_PLURAL = frozenset(
    [
        "scissors",
        "glasses",
        "sunglasses",
        "jeans",
        "grapes",
        "cherries",
        "blueberries",
        "stairs",
        "binoculars",
    ]
)
_SOUNDS_LIKE_CONSONANT = ("uni", "use", "eu", "one ", "ufo")


def plural(noun: str) -> str:
    """Turn "red apple" into "red apples", "cup with straw" into "cups with straw"."""
    head, joint, rest = _head(noun)
    *before, last = head.split(" ")
    return " ".join([*before, _plural_word(last)]) + joint + rest


def counted(number: int, noun: str, *, adjective: str = "") -> str:
    """(2, "apple", "red") → "two red apples"; (1, "owl") → "an owl"; (0, "dog") → "no dogs"."""
    if number == 1:
        return with_article(f"{adjective} {noun}".strip(), plural_form=_is_plural(noun))
    return f"{in_words(number)} {f'{adjective} {plural(noun)}'.strip()}"


def in_words(number: int) -> str:
    """4 → "four"; what is larger than twelve stays in digits; 0 → "no"."""
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)


def with_article(noun: str, *, plural_form: bool = False) -> str:
    """Turn "owl" into "an owl"; a plural gets none."""
    if plural_form:
        return noun
    vowel = noun[:1].lower() in "aeiou" and not noun.lower().startswith(_SOUNDS_LIKE_CONSONANT)
    return f"{'an' if vowel else 'a'} {noun}"


def listed(items: Sequence[str], *, joint: str = "and") -> str:
    """["a", "b", "c"] → "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {joint} {items[-1]}"


def verb(number: int) -> str:
    """Say "is" for one, "are" for others."""
    return "is" if number == 1 else "are"


def sentence(text: str) -> str:
    """With a capital first and a full stop last."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!", "…", "”")) else ".")


def _head(noun: str) -> tuple[str, str, str]:
    """The noun that is counted, and what is said about it after a preposition."""
    for joint in (" with ", " of ", " in ", " without ", " on ", " behind "):
        if joint in noun:
            return noun.partition(joint)
    return noun, "", ""


def _is_plural(noun: str) -> bool:
    return _head(noun)[0].rpartition(" ")[2] in _ALREADY_PLURAL


def _plural_word(word: str) -> str:
    if word in _PLURALS:
        return _PLURALS[word]
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    if word.endswith("y") and word[-2:-1] not in tuple("aeiou"):
        return word[:-1] + "ies"
    return word + "s"
