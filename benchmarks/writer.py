"""The prompt writer: what it writes for 24 wishes, how fast, how varied, how near to what was asked."""

from __future__ import annotations

import itertools
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence

import numpy as np

from benchmarks.machine import report
from studiolo.assistant.pocket.writer import Look, PromptWriter
from studiolo.assistant.pocket.writer.choosing import Chooser
from studiolo.assistant.pocket.writer.english import content_stems
from studiolo.embedding import TextEmbedder
from studiolo.engines.pocket.drawings import DrawingLibrary
from studiolo.engines.pocket.planner import plan

N = 3
RANDOM = np.random.default_rng(0)
RUNS = 5
NIGHT_SEA = Look(
    palette=("deep blue", "cream", "dark gray"),
    brightness="dark",
    contrast="low",
    saturation="muted",
    temperature="cool",
    orientation="landscape",
    medium="flat vector drawing",
    composition=("one subject in the centre", "wide empty sky"),
    subjects=("whale", "moon"),
)
SUNNY_PHOTO = Look(
    palette=("yellow", "orange", "white"),
    brightness="bright",
    contrast="high",
    saturation="vivid",
    temperature="warm",
    orientation="portrait",
    medium="photograph",
    composition=("symmetrical",),
    subjects=("lemon",),
)
WISHES: list[tuple[str, list[str], Look | None]] = [
    ("watercolour", ["owl", "lantern", "misty forest", "night"], None),
    ("film noir", ["detective", "rain", "city"], None),
    ("Korean ink painting", ["crane", "pine tree", "mountains"], None),
    ("cyberpunk", ["cat", "motorcycle"], None),
    ("children's book", ["a fox reading a newspaper"], None),
    ("minimalist logo", ["owl", "book"], None),
    ("1970s sci-fi paperback", ["astronaut", "desert"], None),
    ("oil painting", ["two red apples", "jug of milk"], None),
    ("pixel art", ["dragon", "castle"], None),
    ("macro photography", ["bee", "sunflower"], None),
    ("low poly", ["fox"], None),
    ("stained glass", ["rose", "moon"], None),
    ("dreamy", ["whale", "flying", "clouds"], None),
    ("art nouveau poster", ["tea", "cat"], None),
    ("black and white photography", ["old fisherman", "harbour", "fog"], None),
    ("isometric", ["coffee shop"], None),
    ("ukiyo-e", ["robot", "wave"], None),
    ("", ["lighthouse", "storm"], None),
    ("", ["loneliness", "city"], None),
    ("baroque", [], None),
    ("수채화", ["고양이", "달"], None),
    ("aquarelle", ["un chat noir", "la lune", "Paris"], None),
    ("", ["fox", "bicycle"], NIGHT_SEA),
    ("linocut", ["hare", "teal", "gold", "winter"], SUNNY_PHOTO),
]


def main() -> None:
    """Print what was written, then the table."""
    embedder = TextEmbedder()
    writer = PromptWriter(embedder)
    library = DrawingLibrary(embedder=embedder)
    for seed, (style, keywords, look) in enumerate(WISHES):
        print(f"\n### {style or '(no style)'} | {', '.join(keywords)}{' | like a picture' if look else ''}\n")
        for prompt in writer.write(style=style, keywords=keywords, look=look, seed=seed, n=N):
            print(f"- {prompt} [{len(prompt)}]")
    print()
    print_figures(writer, embedder, library)


def print_figures(writer: PromptWriter, embedder: TextEmbedder, library: DrawingLibrary) -> None:
    written = [write_all(writer, run) for run in range(RUNS)]
    blind = [write_blindly(writer, run) for run in range(RUNS)]
    rows = [
        ["cold: import, load, first prompts (median of 5; of it processor time)", cold(WRITER), ""],
        ["cold: the embedder alone, with its first text (the same)", cold(EMBEDDER), ""],
        ["warm: three prompts, new wish (median, 95 % within, mean processor time)", warm(writer), ""],
        ["characters (median, longest)", lengths(written), lengths(blind)],
        ["keywords kept", kept(written), kept(blind)],
        [
            "drawable keywords that the painter's planner finds (as thing or place)",
            found(written, library),
            "",
        ],
        ["things the planner finds that were not asked for, per prompt", strays(written, library), ""],
        [
            "cosine of what follows the first sentence to the style",
            nearness(written, embedder, 0),
            nearness(blind, embedder, 0),
        ],
        ["… to the keywords", nearness(written, embedder, 1), nearness(blind, embedder, 1)],
        ["cosine among the three", likeness(written, embedder), likeness(blind, embedder)],
        ["cosine between runs", between(written, embedder), between(blind, embedder)],
        [
            "content words shared by two of the three, keywords and style apart",
            shared(written),
            shared(blind),
        ],
        ["prompts written twice in all runs", twice(written), twice(blind)],
    ]
    report("The prompt writer", ["24 wishes, 3 prompts, 5 seeds", "by meaning", "facets at random"], rows)


Written = list[tuple[str, ...]]


def write_all(writer: PromptWriter, run: int) -> Written:
    return [
        writer.write(style=style, keywords=keywords, look=look, n=N, seed=1000 * run + number)
        for number, (style, keywords, look) in enumerate(WISHES)
    ]


def write_blindly(writer: PromptWriter, run: int) -> Written:
    """The same sentences and constraints, but entries chosen without looking at what they mean."""
    by_meaning = Chooser.worth

    def blind(_chooser: Chooser, _name: str, rows: Sequence[int], _sheet: object) -> np.ndarray:
        return RANDOM.random(len(rows))

    Chooser.worth = blind  # type: ignore[method-assign,assignment]
    try:
        return write_all(writer, run)
    finally:
        Chooser.worth = by_meaning  # type: ignore[method-assign]


WRITER = (
    "from studiolo.assistant.pocket.writer import PromptWriter\n"
    "PromptWriter().write(style='watercolour', keywords=['owl', 'lantern'])\n"
)
EMBEDDER = "from studiolo.embedding import TextEmbedder\nTextEmbedder().embed(['an owl'])\n"


def cold(work: str) -> str:
    """Wall clock and processor time; on a busy machine only the latter says something."""
    code = f"import time; start = time.perf_counter()\n{work}"
    code += "print(time.perf_counter() - start, time.process_time())"
    command = [sys.executable, "-c", code]
    runs = [subprocess.run(command, check=True, capture_output=True, text=True).stdout for _ in range(5)]
    wall, processor = zip(*(map(float, run.split()) for run in runs), strict=True)
    return f"{1000 * statistics.median(wall):.0f} ms, {1000 * statistics.median(processor):.0f} ms"


def warm(writer: PromptWriter) -> str:
    times: list[float] = []
    worked = time.process_time()
    for number, (style, keywords, look) in enumerate(WISHES * 3):
        new = [f"{keyword} {number}" for keyword in keywords] or [str(number)]  # nothing remembered
        started = time.perf_counter()
        writer.write(style=style, keywords=new, look=look, n=N)
        times.append(1000 * (time.perf_counter() - started))
    worked = 1000 * (time.process_time() - worked) / len(times)
    return f"{statistics.median(times):.1f} ms, {np.quantile(times, 0.95):.1f} ms, {worked:.1f} ms"


def lengths(runs: Sequence[Written]) -> str:
    sizes = [len(prompt) for prompt in prompts_of(runs)]
    return f"{statistics.median(sizes):.0f}, {max(sizes)}"


def prompts_of(runs: Sequence[Written]) -> list[str]:
    return [prompt for run in runs for prompts in run for prompt in prompts]


def kept(runs: Sequence[Written]) -> str:
    held = [
        keyword.lower() in prompt.lower()
        for run in runs
        for (_, keywords, _), prompts in zip(WISHES, run, strict=True)
        for prompt in prompts
        for keyword in keywords
    ]
    return share(held)


def found(runs: Sequence[Written], library: DrawingLibrary) -> str:
    """Of the keywords that alone plan as one thing, how many the whole prompt still plans."""
    seen: list[bool] = []
    for run in runs:
        for (_, keywords, _), prompts in zip(WISHES, run, strict=True):
            alone = [thing.name for keyword in keywords for thing in plan(keyword, library).things]
            for prompt in prompts:
                scene = plan(prompt, library)
                names = {thing.name for thing in scene.things}
                place = scene.place.words if scene.place else ""
                seen += [name in names or name in place for name in alone]
    return share(seen)


def strays(runs: Sequence[Written], library: DrawingLibrary) -> str:
    counts: list[int] = []
    for run in runs:
        for (style, keywords, _), prompts in zip(WISHES, run, strict=True):
            said = " ".join([style, *keywords])
            for prompt in prompts if keywords else ():
                names = {thing.name for thing in plan(prompt, library).things}
                counts.append(sum(name not in said for name in names))
    return f"{statistics.mean(counts):.2f}"


def nearness(runs: Sequence[Written], embedder: TextEmbedder, part: int) -> str:
    cosines: list[float] = []
    for run in runs:
        for wish, prompts in zip(WISHES, run, strict=True):
            asked = wish[0] if part == 0 else ", ".join(wish[1])
            if asked and asked.isascii():
                added = [prompt.partition(". ")[2] for prompt in prompts]
                cosines += list(embedder.embed(added) @ embedder.embed([asked])[0])
    return f"{statistics.mean(cosines):.3f}"


def likeness(runs: Sequence[Written], embedder: TextEmbedder) -> str:
    return f"{statistics.mean(pairs_cosine(embedder, prompts) for run in runs for prompts in run):.3f}"


def shared(runs: Sequence[Written]) -> str:
    """Jaccard index."""
    indices: list[float] = []
    for run in runs:
        for (style, keywords, look), prompts in zip(WISHES, run, strict=True):
            given = content_stems([style, *keywords, *(look.composition + look.palette if look else ())])
            words = [content_stems([prompt]) - given for prompt in prompts]
            indices += [len(a & b) / len(a | b) for a, b in itertools.combinations(words, 2)]
    return f"{100 * statistics.mean(indices):.1f} %"


def between(runs: Sequence[Written], embedder: TextEmbedder) -> str:
    firsts = [[run[wish][0] for run in runs] for wish in range(len(WISHES))]
    return f"{statistics.mean(pairs_cosine(embedder, prompts) for prompts in firsts):.3f}"


def pairs_cosine(embedder: TextEmbedder, prompts: Sequence[str]) -> float:
    vectors = embedder.embed(prompts)
    return statistics.mean(float(a @ b) for a, b in itertools.combinations(vectors, 2))


def twice(runs: Sequence[Written]) -> str:
    prompts = prompts_of(runs)
    return str(len(prompts) - len(set(prompts)))


def share(held: Sequence[bool]) -> str:
    return f"{100 * sum(held) / len(held):.1f} % of {len(held)}"


if __name__ == "__main__":
    main()
