"""How well the pocket painter keeps to a palette: `python -m benchmarks.palette [--sheet FILE]`.

Every prompt is painted plain, with the colours named in it (all one can do without palettes), and with the
palette, at the same seed. Coverage and mean ΔE are those of `studiolo.imaging.palette.fidelity`; a colour is
present from 1 % of the pixels. Whether a picture still shows what was asked for is judged by the pocket
assistant's recogniser, which has seen drawings in their usual colours. `--sheet` also saves the pictures.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import NamedTuple

import numpy as np
from PIL import Image

from benchmarks.machine import report
from studiolo.assistant.pocket.colour_names import nearest_name
from studiolo.assistant.pocket.recogniser import Recogniser
from studiolo.engines.checking import resolve
from studiolo.engines.pocket import PocketImageEngine
from studiolo.imaging.colours import hex_to_rgb, to_oklab
from studiolo.imaging.palette import Fidelity, extract, fidelity
from studiolo.imaging.thumbnails import contact_sheet
from studiolo.requests import GeneratedImage, ImageRequest

PALETTES = {
    "coast": ("#264653", "#2a9d8f", "#e9c46a", "#f4a261", "#e76f51"),
    "neon": ("#10002b", "#7b2cbf", "#f72585", "#4cc9f0"),
    "forest": ("#283618", "#606c38", "#dda15e", "#fefae0"),
    "pastel": ("#cdb4db", "#ffc8dd", "#ffafcc", "#bde0fe", "#a2d2ff"),
}
# What is asked for, and the things to be seen in it. None of them is given a colour.
PROMPTS = (
    ("a cat on a sofa", ("cat", "sofa")),
    ("two foxes in a snowy forest", ("fox",)),
    ("a castle on a hill", ("castle",)),
    ("a rocket in space", ("rocket",)),
    ("an owl at night", ("owl",)),
    ("a sailing boat on the sea", ("sailboat",)),
    ("a bicycle in a city street", ("bicycle",)),
    ("a birthday cake on a table", ("birthday cake",)),
    ("a hot air balloon in the sky", ("hot air balloon",)),
    ("a penguin and a bear", ("penguin", "bear")),
    ("a dragon over a village", ("dragon",)),
    ("three mushrooms in a meadow", ("mushroom",)),
    ("a robot in a garden", ("robot",)),
    ("an elephant with an umbrella", ("elephant", "umbrella")),
    ("a lighthouse by the sea at sunset", ("lighthouse",)),
    ("a guitar on a stage", ("guitar",)),
    ("a dog next to a house", ("dog", "house")),
    ("a cup of coffee", ("cup",)),
    ("five balloons", ("balloon",)),
    ("a whale underwater", ("whale",)),
    ("a horse on a farm", ("horse",)),
    ("a train in the mountains", ("train",)),
    ("a rabbit left of a tree", ("rabbit", "tree")),
    ("a butterfly above a tulip", ("butterfly", "tulip")),
)
_PRESENT = 0.01  # share of a picture from which an asked colour is in it


class Row(NamedTuple):
    """What was measured of one picture."""

    fidelity: Fidelity
    seen: float


def named(prompt: str, palette: Sequence[str]) -> str:
    """The prompt with the palette's colours in words."""
    words = [nearest_name(to_oklab(hex_to_rgb(colour))).name for colour in palette]
    return f"{prompt}, in the colours {', '.join(words[:-1])} and {words[-1]}"


ARMS: dict[str, Callable[[str, tuple[str, ...]], tuple[str, tuple[str, ...]]]] = {
    "the prompt alone": lambda prompt, _: (prompt, ()),
    "the colours named in it": lambda prompt, palette: (named(prompt, palette), ()),
    "the palette": lambda prompt, palette: (prompt, palette),
}


def main() -> None:
    """Print the tables."""
    engine, recogniser = PocketImageEngine(), Recogniser()
    paint = cache(partial(_paint, engine))
    sheet: list[Image.Image] = []
    rows: list[list[str]] = []
    every: dict[str, list[Row]] = {arm: [] for arm in ARMS}
    for name, palette in PALETTES.items():
        for arm, asked in ARMS.items():
            made = [paint(*asked(prompt, palette), seed) for seed, (prompt, _) in enumerate(PROMPTS)]
            measured = [
                Row(fidelity(each.image, palette), seen(recogniser, each.image, things))
                for each, (_, things) in zip(made, PROMPTS, strict=True)
            ]
            sheet += [each.image for each in made]
            rows.append([name, arm, *summary(measured)])
            every[arm] += measured
    rows += [["all", arm, *summary(measured)] for arm, measured in every.items()]
    header = ["palette", "asked with", "coverage", "mean ΔE", "its colours present", "things seen"]
    report(f"Palettes: {len(PROMPTS)} prompts at 512x512", header, rows)
    print(f"`extract` takes {milliseconds(sheet, extract)}, `fidelity` with five colours", end=" ")
    print(f"{milliseconds(sheet, lambda image: fidelity(image, PALETTES['coast']))} (median, 1024x1024).")
    if sys.argv[1:2] == ["--sheet"]:
        contact_sheet(sheet, columns=len(PROMPTS), cell_px=192).save(sys.argv[2])


def _paint(engine: PocketImageEngine, prompt: str, palette: tuple[str, ...], seed: int) -> GeneratedImage:
    """One picture at the engine's defaults."""
    request = ImageRequest(prompt=prompt, palette=palette, seed=seed)
    return next(engine.generate(resolve(engine.capabilities, request)))


def seen(recogniser: Recogniser, image: Image.Image, things: Sequence[str]) -> float:
    """The mean probability with which the recogniser sees the things asked for."""
    return statistics.mean(recogniser.presence(image, thing) for thing in things)


def summary(rows: Sequence[Row]) -> list[str]:
    """Means over the pictures."""
    present = [np.mean(np.array(row.fidelity.presence) >= _PRESENT) for row in rows]
    return [
        f"{statistics.mean(row.fidelity.coverage for row in rows):.0%}",
        f"{statistics.mean(row.fidelity.mean_delta_e for row in rows):.1f}",
        f"{np.mean(present):.0%}",
        f"{statistics.mean(row.seen for row in rows):.0%}",
    ]


def milliseconds(images: Sequence[Image.Image], work: Callable[[Image.Image], object]) -> str:
    """The median time of ``work`` on pictures of four times the pixels."""
    taken: list[float] = []
    for image in images[:20]:
        large = image.resize((1024, 1024))
        started = time.perf_counter()
        work(large)
        taken.append(time.perf_counter() - started)
    return f"{1000 * statistics.median(taken):.0f} ms"


if __name__ == "__main__":
    main()
