"""Which names are a kind of what: a poodle is a dog, and a dog an animal.

`python -m training.recogniser.kinds` writes them where the package reads them.

From WordNet, as in `training.kinds`, but the other way round: from a name up to everything it is, so that
"is there an animal?" can be answered by a name that never says so.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping

from studiolo.engines.pocket.drawings import DrawingLibrary
from training import kinds as wordnet
from training.kinds import Synset
from training.recogniser import ASSETS, WORK

_ABSTRACT = frozenset({
    "abstraction", "agent", "artifact", "being", "causal agent", "cause", "entity", "instrumentality",
    "instrumentation", "living thing", "matter", "natural object", "object", "organism", "part",
    "physical entity", "physical object", "piece", "substance", "thing", "unit", "whole",
})  # fmt: skip
_ANIMALS, _FOOD = "05", "13"
_SENSES = 3  # of a word, of which the first that can be drawn in its group counts


def ancestors(start: str, synsets: Mapping[str, Synset]) -> Iterator[str]:
    """A meaning and all above it, each once."""
    waiting, seen = [start], set[str]()
    while waiting:
        offset = waiting.pop()
        if offset not in seen:
            seen.add(offset)
            yield offset
            waiting += synsets[offset].parents


def meant(
    name: str, group: str, synsets: Mapping[str, Synset], senses: Mapping[str, tuple[str, ...]]
) -> str | None:
    """What a name means, or its last word: a racing car is a car."""
    plain = name.removesuffix(" face")
    for files in _fitting(group):
        for words in (plain, plain.split()[-1]):
            for sense in senses.get(words, ())[:_SENSES]:
                if synsets[sense].file in files:
                    return sense
    return None


def _fitting(group: str) -> tuple[set[str], ...]:
    """WordNet's files of what a group of drawings can show, those to look in first before."""
    if group == "food-drink":
        return {_FOOD}, wordnet._FILES[group]  # noqa: SLF001 - a peach is a fruit before it is a tree
    if group == "smileys-emotion":
        return ({_ANIMALS},)  # weary cats and monkeys that see no evil
    return (wordnet._FILES.get(group, set()),)  # noqa: SLF001 - one list of what drawings can show


def make() -> dict[str, list[str]]:
    """Word → the names that are a kind of it."""
    where = wordnet.folder(WORK)
    if where is None:
        raise SystemExit("WordNet is needed: install the package wordnet-base.")
    synsets, senses = wordnet._read(where)  # noqa: SLF001 - one reader of WordNet
    library = DrawingLibrary()
    found: dict[str, set[str]] = defaultdict(set)
    for name in library.names:
        group = library.drawings(name)[0].group
        sense = meant(name, group, synsets, senses)
        for offset in ancestors(sense, synsets) if sense else ():
            for word in synsets[offset].words:
                usual = offset in senses[word][:2] or (offset == sense and word in name)
                if usual and word not in _ABSTRACT and word.replace(" ", "").isalpha():
                    found[word].add(name)
    return {word: sorted(names) for word, names in sorted(found.items())}


def main() -> None:
    kinds = make()
    path = ASSETS / "kinds.json"
    path.write_text(json.dumps(kinds, separators=(",", ":")) + "\n")
    print(f"{len(kinds)} words, {path.stat().st_size / 1e3:.0f} kB")
    for word in ("animal", "dog", "bird", "fruit", "vehicle", "car", "food", "person", "tool", "plant"):
        print(word, len(kinds.get(word, ())), kinds.get(word, [])[:12])


if __name__ == "__main__":
    main()
