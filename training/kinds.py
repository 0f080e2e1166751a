"""Which words mean a kind of something that has a drawing: WordNet, cut down to the drawings' names.

"rattlesnake" is a kind of "snake", so the snake shows it. Debian carries WordNet 3.0 as `wordnet-base`. Only
a word's usual sense counts, and only where the kinds of a thing look alike (`STEPS`); how far apart meanings
may be is left to the calibrated cut-off.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

LICENCE = "WordNet-3.0"
LINK = "https://wordnet.princeton.edu"
INSTALLED = Path("/usr/share/wordnet")
# Names whose kinds look alike enough for one drawing, and over how many steps. Others stand for synonyms.
STEPS = {
    "bird": 4, "snake": 4, "lizard": 3, "spider": 2, "frog": 2, "dog": 3, "cat": 1, "monkey": 3,
    "parrot": 2, "fish": 3, "shark": 3, "whale": 3, "duck": 2, "eagle": 2, "rabbit": 1, "horse": 3,
    "goat": 1, "cow": 1, "butterfly": 2, "beetle": 4, "turtle": 2, "crab": 1, "blossom": 1, "rose": 1,
    "deciduous tree": 1, "evergreen tree": 1, "palm tree": 2, "cactus": 2, "automobile": 2,
    "delivery truck": 1, "train": 1, "sailboat": 2, "kitchen knife": 2, "guitar": 1, "bread": 1, "chair": 1,
    "bed": 1, "house": 1, "watch": 1, "hot beverage": 1, "mobile phone": 1, "airplane": 1,
    "musical keyboard": 1, "camera": 1, "hammer": 1, "umbrella": 1, "child": 1, "t rex": 3, "ant": 2,
    "mushroom": 1, "bee": 1, "sheep": 1, "pig": 1,
}  # fmt: skip
# WordNet's lexicographer files by the drawings' groups: which senses a drawing of the group can show.
_FILES = {
    "animals-nature": {"05", "20", "17", "19"},
    "food-drink": {"13", "20", "06"},
    "travel-places": {"06", "15", "17", "19"},
    "objects": {"06", "13", "10", "21", "27"},
    "activities": {"06", "04"},
    "people-body": {"18", "08"},
    "own": {"06", "17", "05", "13", "18"},
}
_DRAWABLE = {"05", "06", "13", "20", "18", "17"}
_LIVING = {"05", "20"}
_PERSON = "18"


@dataclass(frozen=True)
class Synset:
    file: str
    words: tuple[str, ...]
    parents: tuple[str, ...]


def folder(work: Path) -> Path | None:
    """Where WordNet lies, fetched if need be and possible."""
    if INSTALLED.is_dir():
        return INSTALLED
    unpacked = work / "wordnet/usr/share/wordnet"
    if not unpacked.is_dir() and shutil.which("apt-get"):
        subprocess.run(["apt-get", "download", "wordnet-base"], cwd=work, check=False, capture_output=True)
        for package in work.glob("wordnet-base_*.deb"):
            subprocess.run(["dpkg", "-x", package, work / "wordnet"], check=True)
            package.unlink()
    return unpacked if unpacked.is_dir() else None


def kinds(work: Path, concepts: Iterable[Mapping[str, object]]) -> dict[str, list[object]]:
    """Word → [name of a concept, steps up], for words that are no names themselves; empty without WordNet."""
    where = folder(work)
    if where is None:
        print("no WordNet: drawings will be found by name and embedding only")
        return {}
    synsets, senses = _read(where)
    shown: dict[str, str] = {}  # synset → concept
    taken: set[str] = set()
    for concept in concepts:
        words = [str(concept["name"]), *concept["aliases"]]  # type: ignore[misc]
        taken |= set(words)
        for word in words:
            fitting = _FILES.get(str(concept["group"]), set())
            sense = next((s for s in senses.get(word, ())[:3] if synsets[s].file in fitting), None)
            if sense is not None:
                shown.setdefault(sense, str(concept["name"]))
    found: dict[str, list[object]] = {}
    for word, offsets in senses.items():
        if word not in taken and word.count(" ") <= 1 and word.replace(" ", "").isalpha():
            kind = _climb(_usual(offsets, synsets), synsets, shown)
            if kind is not None:
                found[word] = list(kind)
    return found


def _usual(offsets: tuple[str, ...], synsets: Mapping[str, Synset]) -> str:
    """The sense most people mean: the first, but an ostrich is a bird before it is a person in denial."""
    if synsets[offsets[0]].file != _PERSON or len(offsets) == 1:
        return offsets[0]
    return next((o for o in offsets[:3] if synsets[o].file in _LIVING), offsets[0])


def _climb(start: str, synsets: Mapping[str, Synset], shown: Mapping[str, str]) -> tuple[str, int] | None:
    if synsets[start].file not in _DRAWABLE:
        return None
    level = [start]
    for steps in range(max(STEPS.values()) + 1):
        for offset in level:
            if offset in shown:
                return (shown[offset], steps) if steps <= STEPS.get(shown[offset], 0) else None
        level = [parent for offset in level for parent in synsets[offset].parents]
    return None


def _read(where: Path) -> tuple[dict[str, Synset], dict[str, tuple[str, ...]]]:
    """The files as wndb(5WN) describes them."""
    synsets: dict[str, Synset] = {}
    for line in (where / "data.noun").read_text("utf-8").splitlines():
        if line.startswith("  "):
            continue
        fields = line.split(" | ")[0].split()
        count = int(fields[3], 16)
        words = tuple(fields[4 + 2 * i].replace("_", " ").lower() for i in range(count))
        pointers = fields[5 + 2 * count :]
        parents = tuple(pointers[i + 1] for i in range(0, len(pointers) - 3, 4) if pointers[i] == "@")
        synsets[fields[0]] = Synset(fields[1], words, parents)
    senses: dict[str, tuple[str, ...]] = {}
    for line in (where / "index.noun").read_text("utf-8").splitlines():
        if not line.startswith("  "):
            fields = line.split()
            count = int(fields[2])
            senses[fields[0].replace("_", " ")] = tuple(fields[-count:])
    return synsets, senses
