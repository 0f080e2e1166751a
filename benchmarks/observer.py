"""How often the pocket assistant is right about pictures, and how fast: `python -m benchmarks.observer`.

Pictures of the pocket painter (what its planner read is the truth), synthetic scenes (the truth is exact),
text rendered with real fonts, photographs (which it must not pretend to know).
`--wrong` lists each wrong answer, `--part development` asks the set it was tuned on.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from benchmarks.machine import report

# What is timed, on pictures of 1024x1024: one question of each way of looking.
TIMED = {
    "size": "What is the resolution?",
    "colours": "What are the main colours?",
    "brightness": "How bright is it?",
    "photo or drawing": "Is it a photo or a drawing?",
    "what is this": "What is this?",
    "is there a … (one it does not see)": "Is there a giraffe?",
    "what colour is … (or what is seen)": "What colour is the car?",
    "what does it say": "What does it say?",
}
_PROMPTS = (
    "two red apples left of a blue car in the snow", "an owl at night", "three bananas",
    "a red car", "a house in a meadow", "a sailboat on the sea at sunset",
)  # fmt: skip


def judge(part: str, *, show_wrong: bool) -> None:
    """Ask everything once and print how often it was right, by kind of question."""
    from benchmarks import observer_cases as cases
    from studiolo.assistant.pocket.assistant import PocketAssistant
    from studiolo.assistant.pocket.reader import TextReader

    made = list(cases.paintings(part))
    assistant = PocketAssistant()
    asked = [*cases.painted_cases(part, iter(made)), *cases.synthetic_cases(), *cases.photograph_cases()]
    asked += cases.open_cases(part, made[0].image)
    if not TextReader.installed():
        print("The extra 'ocr' is not installed: questions about text are left out.\n")
        asked = [case for case in asked if case.kind != "no text"]
    right: dict[str, list[bool]] = defaultdict(list)
    for case, text in zip(asked, _answers(assistant, asked), strict=True):
        right[case.kind].append(case.right(text))
        if show_wrong and not right[case.kind][-1]:
            print(f"{case.kind:22} {case.about[:44]:44} {case.question:48} {text}")
    report(
        f"What the pocket assistant answers: {sum(map(len, right.values()))} questions, {part} set",
        ["question", "asked", "right", "share"],
        [[kind, len(all_), sum(all_), f"{sum(all_) / len(all_):.0%}"] for kind, all_ in right.items()],
    )
    if TextReader.installed():
        _judge_reading(part, made, show_wrong=show_wrong)


def _answers(assistant: object, asked: Iterable[object]) -> Iterable[str]:
    from studiolo.requests import SourceImage

    sources: dict[int, SourceImage] = {}
    for case in asked:
        image = case.image  # type: ignore[attr-defined]
        source = sources.setdefault(id(image), SourceImage(image))
        yield "".join(assistant.ask(source, case.question))  # type: ignore[attr-defined]


def _judge_reading(part: str, made: list[object], *, show_wrong: bool) -> None:
    from benchmarks import observer_cases as cases
    from studiolo.assistant.pocket.reader import TextReader

    reader = TextReader()
    rows: dict[str, list[tuple[bool, float]]] = defaultdict(list)
    for sample in cases.text_samples(part, made):  # type: ignore[arg-type]
        read = " ".join(line.text for line in reader.read(sample.image))
        share = 1 - min(1.0, _distance(sample.text, read) / len(sample.text))
        rows[sample.script].append((read == sample.text, share))
        if show_wrong and read != sample.text:
            print(f"{sample.script:22} {sample.about[:44]:44} {sample.text:30} {read}")
    report(
        "What the pocket assistant reads: one line on a picture, 16 to 72 px, plain or turned",
        ["script", "lines", "exactly right", "characters right"],
        [
            [
                script,
                len(all_),
                f"{sum(r for r, _ in all_) / len(all_):.0%}",
                f"{statistics.mean(s for _, s in all_):.0%}",
            ]
            for script, all_ in rows.items()
        ],
    )


def _distance(a: str, b: str) -> int:
    """Levenshtein's edit distance."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]


def time_one(question: str, folder: str) -> None:
    """In this process: the first answer with all that is loaded for it, then one for each other picture."""
    begun = time.perf_counter()
    from studiolo.assistant.pocket.assistant import PocketAssistant
    from studiolo.requests import SourceImage

    assistant = PocketAssistant(threads=2)
    seconds: list[float] = []
    for file in sorted(Path(folder).glob("*.png")):
        source = SourceImage(file)
        started = time.perf_counter()
        "".join(assistant.ask(source, question))
        seconds.append(time.perf_counter() - (started if seconds else begun))
    again = time.perf_counter()
    "".join(assistant.ask(source, question))
    print(json.dumps({"first": seconds[0], "warm": seconds[1:], "again": time.perf_counter() - again}))


def time_all() -> None:
    """Print what each way of looking takes."""
    import tempfile

    from studiolo.assistant.pocket.reader import TextReader
    from studiolo.engines.pocket import PocketImageEngine
    from studiolo.engines.resolving import resolve
    from studiolo.requests import ImageRequest

    engine = PocketImageEngine()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for number, prompt in enumerate(_PROMPTS):
            fields = {"prompt": prompt, "seed": 1, "width": 1024, "height": 1024, "strength": 0.0}
            request = resolve(engine.capabilities, ImageRequest.parse(fields))
            next(engine.generate(request)).image.save(Path(folder) / f"{number}.png")
        for name, question in TIMED.items():
            if name == "what does it say" and not TextReader.installed():
                continue
            command = [sys.executable, "-m", "benchmarks.observer", "--time", question, folder]
            result = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            rows.append(
                [
                    name,
                    f"{result['first']:.2f} s",
                    f"{statistics.median(result['warm']):.2f} s",
                    f"{max(result['warm']):.2f} s",
                    f"{result['again'] * 1000:.0f} ms",
                ]
            )
    report(
        "How long an answer about a 1024x1024 picture takes, 2 threads",
        ["question", "first, with loading", "median of 5 new pictures", "slowest", "same picture again"],
        rows,
    )


def main() -> None:
    """Judge, then time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=["judged", "development"], default="judged")
    parser.add_argument("--wrong", action="store_true", help="list what was answered wrong")
    parser.add_argument("--no-times", action="store_true", help="accuracy alone")
    parser.add_argument("--time", nargs=2, metavar=("QUESTION", "FOLDER"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.time:
        time_one(*chosen.time)
        return
    judge(chosen.part, show_wrong=chosen.wrong)
    if not chosen.no_times:
        time_all()


if __name__ == "__main__":
    main()
