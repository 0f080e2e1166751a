"""How well the pocket painter keeps to a palette: `python -m benchmarks.palette [--sheet FILE]`.

Every prompt is painted at the same seed: plain; with the colours named in it (all one can do without
palettes); plain and recoloured afterwards; with its draft in the palette; with the sampling guided to it;
and with both, as it ships. Coverage and mean ΔE are those of `studiolo.imaging.palette.fidelity`; a colour
is present from 1 % of the pixels. Whether a picture still shows what was asked for is judged by the pocket
assistant's recogniser, which has seen drawings in their usual colours. `--sheet` also saves the pictures.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import NamedTuple

import numpy as np
from PIL import Image

from benchmarks.machine import report
from studiolo.assistant.pocket.colour_names import nearest_name
from studiolo.assistant.pocket.recogniser import Recogniser
from studiolo.engines.pocket import PocketImageEngine
from studiolo.engines.pocket.grading import Palette
from studiolo.engines.pocket.starting import Start
from studiolo.engines.resolving import resolve
from studiolo.imaging.colours import hex_to_rgb, to_oklab
from studiolo.imaging.palette import Fidelity, extract, fidelity
from studiolo.imaging.thumbnails import contact_sheet
from studiolo.requests import ImageRequest

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
Colours = tuple[str, ...]
_PRESENT = 0.01  # share of a picture from which an asked colour is in it


class Row(NamedTuple):
    """What was measured of one picture."""

    fidelity: Fidelity
    seen: float


def named(prompt: str, palette: Sequence[str]) -> str:
    """The prompt with the palette's colours in words."""
    words = [nearest_name(to_oklab(hex_to_rgb(colour))).name for colour in palette]
    return f"{prompt}, in the colours {', '.join(words[:-1])} and {words[-1]}"


class Unguided(PocketImageEngine):
    """Paints from a draft in the palette, and no more."""

    def _start(self, request: ImageRequest, rng: np.random.Generator) -> Start:
        return replace(super()._start(request, rng), palette=None)


class Undrafted(PocketImageEngine):
    """Paints from a draft in its own colours, guided to the palette."""

    def _start(self, request: ImageRequest, rng: np.random.Generator) -> Start:
        plain = super()._start(request.model_copy(update={"palette": ()}), rng)
        return replace(plain, palette=Palette.of(request.palette), led_everywhere=True)


class Painters:
    """One of each kind; what was painted once is not painted again."""

    def __init__(self) -> None:
        self.shipped, self.unguided, self.undrafted = PocketImageEngine(), Unguided(), Undrafted()
        self.paint = cache(_paint)

    def plain(self, prompt: str, _: Colours, seed: int) -> Image.Image:
        return self.paint(self.shipped, prompt, (), seed)

    def named(self, prompt: str, palette: Colours, seed: int) -> Image.Image:
        return self.paint(self.shipped, named(prompt, palette), (), seed)

    def recoloured(self, prompt: str, palette: Colours, seed: int) -> Image.Image:
        plain = self.plain(prompt, palette, seed)
        return Image.fromarray(Palette.of(palette).grade(np.asarray(plain)))

    def drafted(self, prompt: str, palette: Colours, seed: int) -> Image.Image:
        return self.paint(self.unguided, prompt, palette, seed)

    def guided(self, prompt: str, palette: Colours, seed: int) -> Image.Image:
        return self.paint(self.undrafted, prompt, palette, seed)

    def both(self, prompt: str, palette: Colours, seed: int) -> Image.Image:
        return self.paint(self.shipped, prompt, palette, seed)


ARMS: dict[str, Callable[[Painters, str, Colours, int], Image.Image]] = {
    "the prompt alone": Painters.plain,
    "the colours named in it": Painters.named,
    "recoloured afterwards": Painters.recoloured,
    "the draft in the palette": Painters.drafted,
    "guided sampling": Painters.guided,
    "both, as shipped": Painters.both,
}


def main() -> None:
    """Print the tables."""
    painters, recogniser = Painters(), Recogniser()
    sheet: list[Image.Image] = []
    rows: list[list[str]] = []
    every: dict[str, list[Row]] = {arm: [] for arm in ARMS}
    for name, palette in PALETTES.items():
        for arm, paint in ARMS.items():
            made = [paint(painters, prompt, palette, seed) for seed, (prompt, _) in enumerate(PROMPTS)]
            measured = [
                Row(fidelity(image, palette), seen(recogniser, image, things))
                for image, (_, things) in zip(made, PROMPTS, strict=True)
            ]
            sheet += made
            rows.append([name, arm, *summary(measured)])
            every[arm] += measured
    rows += [["all", arm, *summary(measured)] for arm, measured in every.items()]
    header = ["palette", "painted with", "coverage", "mean ΔE", "its colours present", "things seen"]
    report(f"Palettes: {len(PROMPTS)} prompts at 512x512", header, rows)
    print(f"`extract` takes {milliseconds(sheet, extract)}, `fidelity` with five colours", end=" ")
    print(f"{milliseconds(sheet, lambda image: fidelity(image, PALETTES['coast']))} (median, 1024x1024).")
    if sys.argv[1:2] == ["--sheet"]:
        contact_sheet(sheet, columns=len(PROMPTS), cell_px=192).save(sys.argv[2])


def _paint(engine: PocketImageEngine, prompt: str, palette: Colours, seed: int) -> Image.Image:
    """One picture at the engine's defaults."""
    request = ImageRequest(prompt=prompt, palette=palette, seed=seed)
    return next(engine.generate(resolve(engine.capabilities, request))).image


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
