"""From a word somebody asks with to the things seen: by name, by another name, by kind, by meaning."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from studiolo.engines.pocket.vocabulary import singulars
from studiolo.engines.pocket.words import words

if TYPE_CHECKING:
    from studiolo.engines.pocket.drawings import DrawingLibrary

How = Literal["name", "kind", "nearest"]

# Kinds people ask for, where CLDR's keywords of a drawing do not say it: words of names, or groups of names.
_KINDS: dict[str, frozenset[str]] = {
    "vehicle": words(
        "automobile car bus minibus truck lorry taxi tractor bicycle scooter motorcycle train locomotive",
        "tram airplane helicopter ship sailboat canoe boat ferry speedboat rocket ambulance van",
    ),
    "boat": words("sailboat ship canoe ferry speedboat boat"),
    "fish": words("fish shark blowfish"),
    "toy": words("teddy kite ball balloon yo"),
    "furniture": words("chair couch bed table bookshelf armchair bench"),
    "building": words(
        "house hut castle church mosque temple hotel school hospital lighthouse tower barn windmill"
    ),
    "plant": words("tree palm cactus tulip rose sunflower blossom hibiscus herb clover leaf seedling flower"),
    "flower": words("tulip rose sunflower blossom hibiscus hyacinth lotus bouquet flower"),
    "person": words(
        "person man woman boy girl child baby astronaut farmer cook singer pilot king prince princess"
    ),
}  # fmt: skip
_SYNONYMS = {
    "animal": "animal", "creature": "animal", "beast": "animal", "human": "person", "people": "person",
    "someone": "person", "somebody": "person", "anyone": "person", "anybody": "person", "automobile": "car",
    "blossom": "flower", "house": "house", "snack": "food", "meal": "food", "something to eat": "food",
    "face": "face", "picture": "",
}  # fmt: skip
_KEYWORDS = frozenset(
    words(
        "animal fruit food bird insect vegetable drink dessert tool instrument pet plant flower building",
        "tree",
    )
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Named:
    """What a word may mean among the library's names: ``names`` fit, and ``how``."""

    word: str
    names: frozenset[str]
    how: How


class Nouns:
    """Knows the drawings library's words. Safe to share between threads."""

    def __init__(self, library: DrawingLibrary) -> None:
        self._library = library
        self._kinds: dict[str, frozenset[str]] = {}

    def known(self, word: str) -> Named | None:
        """The names that a word fits, or None if no drawing shows such a thing."""
        for singular in singulars(word.lower()):
            kind, named = self._kind(singular), self._named(singular)
            if kind or named:
                return Named(word=singular, names=kind | named, how="kind" if kind else "name")
        nearest = next((m[0] for s in singulars(word.lower()) if (m := self._library.find(s, limit=1))), None)
        if nearest is None:
            return None
        names = frozenset({nearest.drawing.name}) | self._named(nearest.drawing.name)
        return Named(word=word, names=names, how="nearest")

    def spoken(self, name: str) -> str:
        """What people call one of the names: "automobile" → "car", "red apple" → "apple"."""
        if name in _SPOKEN:
            return _SPOKEN[name]
        last = name.rpartition(" ")[2]
        first = name.partition(" ")[0]
        aliases = self._library.aliases(name) if self._library.has_name(name) else ()
        if first in _COLOUR_WORDS and last in aliases:
            return last
        if last == "face" and self._library.has_name(first):
            return first
        return name

    def _named(self, word: str) -> frozenset[str]:
        named = self._names_of.get(word, frozenset())
        if not named or word in _NO_KINDS or self._kind(word):
            return named
        return named | self._sorts_of.get(word, frozenset())  # a taxi is a car, too

    @cached_property
    def _sorts_of(self) -> dict[str, frozenset[str]]:
        from studiolo.assistant.pocket.recogniser.networks import load_kinds

        return load_kinds()

    @cached_property
    def _names_of(self) -> dict[str, frozenset[str]]:
        """Word → the names that are it, have it as an alias, or are a sort of it by their last word."""
        names_of: dict[str, set[str]] = {}
        for name in self._library.names:
            last = name.rpartition(" ")[2]
            own = {name, name.removesuffix(" face"), *self._library.aliases(name)}
            first = name.partition(" ")[0]
            own |= {last} if last != "face" and name not in _NOT_SORTS else set()
            own |= {first} if first in {"man", "woman", "person", "people"} else set()
            for word in own:
                names_of.setdefault(word, set()).add(name)
        return {word: frozenset(names) for word, names in names_of.items()}

    def _kind(self, word: str) -> frozenset[str]:
        kind = _SYNONYMS.get(word, word)
        if kind not in self._kinds:
            self._kinds[kind] = frozenset(self._names_of_kind(kind))
        return self._kinds[kind]

    def _names_of_kind(self, kind: str) -> set[str]:
        library, of_words = self._library, _KINDS.get(kind, frozenset())
        names = {name for name in library.names if of_words & set(name.split())}
        if kind in _KEYWORDS:
            names |= {name for name in library.names if kind in library.keywords(name)}
        if kind == "animal":
            names |= {
                n for n in library.names if self._group(n) == "animals-nature" and not self._is_plant(n)
            }
        if kind == "face":
            names |= {n for n in library.names if n.rpartition(" ")[2] in {"face", "man", "woman", "person"}}
        return names

    def _is_plant(self, name: str) -> bool:
        keywords = self._library.keywords(name)
        return bool(keywords & {"plant", "tree", "flower", "leaf", "grain", "fungus"}) or bool(
            _NOT_ANIMALS & set(name.split())
        )

    def _group(self, name: str) -> str:
        drawings = self._library.drawings(name)
        return drawings[0].group if drawings else ""


_NOT_SORTS = frozenset(
    {"hot dog", "oil drum", "rice ball", "confetti ball", "man bouncing ball", "person bouncing ball"}
    | {"woman bouncing ball", "sheaf of rice", "kick scooter", "bus stop", "police car light", "music note"}
)  # names that are no sort of their last word
_NO_KINDS = words("man woman boy girl")  # to WordNet, every officer is a man
_COLOUR_WORDS = words("red green brown black white yellow blue orange purple")
_NOT_ANIMALS = words(
    "tree leaf leaves flower blossom mushroom herb plant cactus clover rose tulip shell web coral stump rock",
    "wood seedling bouquet rice maple fallen nest feather paw prints snowflake wing log chestnut",
)
_SPOKEN = {
    "jack o lantern": "jack-o'-lantern", "automobile": "car",
    "oncoming automobile": "car", "oncoming police car": "police car", "oncoming taxi": "taxi",
    "sport utility vehicle": "car", "honeybee": "bee", "tangerine": "orange", "deciduous tree": "tree",
    "evergreen tree": "fir tree", "hot beverage": "cup of coffee", "lady beetle": "ladybird",
    "couch and lamp": "sofa", "potted plant": "pot plant", "soccer ball": "ball",
    "snowman without snow": "snowman", "blossom": "flower", "steaming bowl": "bowl of soup",
    "rescue worker helmet": "helmet",
    "fork and knife with plate": "plate", "cat with wry smile": "cat", "front facing baby chick": "chick",
    "baby chick": "chick", "brown mushroom": "mushroom", "sun with face": "sun", "full moon face": "moon",
}  # fmt: skip
