"""How well the pocket glossary puts prompts into English, and languages are told apart.

`python -m benchmarks.gloss` prints the tables. `--development` prints each prompt of the development set with
its gloss: these the rules and the lexicon were made with, the others never were. See `training/README.md`.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.machine import report

HERE = Path(__file__).parent
# Words that carry no content of their own: their presence or absence is no fault of a gloss.
FUNCTION = frozenset({
    "a", "an", "the", "and", "or", "of", "in", "on", "at", "with", "by", "to", "from", "for", "like",
    "over", "one", "while", "during", "time", "it", "is", "are", "that", "which", "as",
})  # fmt: skip


@dataclass(frozen=True)
class Prompt:
    code: str
    text: str
    wanted: tuple[frozenset[str], ...]


@dataclass(frozen=True)
class Score:
    wanted: int
    found: int
    said: int
    right: bool
    named: bool
    gloss: str
    missing: tuple[str, ...]
    extra: tuple[str, ...]


def prompts(file: str) -> list[Prompt]:
    lines = (HERE / file).read_text("utf-8").splitlines()
    cells = [line.split(" | ") for line in lines if line and not line.startswith("#")]
    return [
        Prompt(code, text, tuple(frozenset(map(plain, word.split("/"))) for word in wanted.split()))
        for code, text, wanted in cells
    ]


@cache
def plain(word: str) -> str:
    """A word without its plural and in one spelling."""
    import snowballstemmer

    word = {"leaves": "leaf", "mice": "mouse", "watercolour": "watercolor"}.get(word, word)
    return snowballstemmer.stemmer("english").stemWord(word)


def score(prompt: Prompt) -> Score:
    from studiolo.assistant.pocket.gloss import Glossary
    from studiolo.languages import detect
    from studiolo.languages.votes import words_of

    glossed = Glossary().gloss(prompt.text, prompt.code)
    words = words_of(glossed.text)
    said = [plain(word) for word in words if word not in FUNCTION]
    wanted = [choices for choices in prompt.wanted if not choices <= FUNCTION]
    found = [choices for choices in wanted if choices & set(said)]
    extra = [word for word in said if not any(word in choices for choices in prompt.wanted)]
    detected = detect(prompt.text)
    return Score(
        wanted=len(wanted),
        found=len(found),
        said=len(said),
        right=len(found) == len(wanted) and not extra,
        named=detected is not None and detected.code == prompt.code,
        gloss=glossed.text,
        missing=tuple("/".join(sorted(c)) for c in wanted if c not in found),
        extra=tuple(extra),
    )


def gloss_table(file: str, *, verbose: bool = False) -> list[list[str]]:
    scores: dict[str, list[Score]] = defaultdict(list)
    for prompt in prompts(file):
        result = score(prompt)
        scores[prompt.code].append(result)
        if verbose:
            faults = f"   MISSING {result.missing} EXTRA {result.extra}" if not result.right else ""
            print(f"{prompt.code}{' ' if result.named else '!'} {prompt.text}\n     {result.gloss}{faults}")
    rows = [_row(code, results) for code, results in sorted(scores.items())]
    return [*rows, _row("all", [result for results in scores.values() for result in results])]


def _row(code: str, results: list[Score]) -> list[str]:
    from studiolo.languages import name_of

    wanted, found = sum(r.wanted for r in results), sum(r.found for r in results)
    extra, said = sum(len(r.extra) for r in results), sum(r.said for r in results)
    return [
        name_of(code) if code != "all" else "all",
        str(len(results)),
        f"{found / wanted:.0%}",
        f"{1 - extra / said:.0%}",
        f"{sum(r.right for r in results)}",
        f"{sum(r.named for r in results)}",
    ]


HEADER = ["language", "prompts", "content words found", "words said that were wanted", "prompts fully right",
          "language named right"]  # fmt: skip


def main() -> None:
    """Print the tables."""
    if "--development" in sys.argv:
        print(*(" | ".join(row) for row in gloss_table("gloss_development.txt", verbose=True)), sep="\n")
        return
    report("Pocket glossary: prompts of another author", HEADER, gloss_table("gloss_unseen.txt"))
    report("Pocket glossary: prompts of the lexicon's author", HEADER, gloss_table("gloss_prompts.txt"))


if __name__ == "__main__":
    main()
