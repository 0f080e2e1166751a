"""How right the recogniser is: `python -m benchmarks.recogniser`. Deterministic, from what ships alone.

Drawings alone and composed scenes are made of held-out drawings, of the half that the fit of the confidences
does not choose. Finished pictures are painted by the pocket painter from `recogniser_prompts.txt`,
and what they show is what the painter's own draft says. Where there is no drawing, nothing should be seen;
`--photos FOLDER` looks at photographs of yours too.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from benchmarks.machine import report
from studiolo.assistant.pocket.recogniser import Recogniser, Sighting
from studiolo.assistant.pocket.recogniser.networks import Facts, Networks
from studiolo.engines.pocket import PocketImageEngine
from studiolo.engines.pocket.composer import Draft, compose, render_layout
from studiolo.engines.pocket.drawings import Drawing, DrawingLibrary
from studiolo.engines.pocket.layout import Placed, plan_layout
from studiolo.engines.pocket.planner import plan
from studiolo.engines.pocket.scene import Place, Scene, Thing
from studiolo.engines.pocket.sprites import sprite
from studiolo.engines.resolving import resolve
from studiolo.requests import ImageRequest

PROMPTS = Path(__file__).with_name("recogniser_prompts.txt")
SIDE = 512  # px
COMPOSED = 150
TIMED = 20  # pictures, at 1024x1024
GROUNDS = (
    (255, 255, 255),
    (250, 236, 205),
    (205, 224, 240),
    (90, 105, 140),
    (222, 120, 110),
    (190, 215, 180),
)
PLACES = (None, None, "meadow", "snow", "street", "room", "beach", "table", "forest", "sky")
SURE = (0.25, 0.5, 0.7, 0.9)


@dataclass
class Tally:
    """Names told and names there; counts asked and right; how sure it was and whether rightly."""

    told: int = 0
    right: int = 0
    there: int = 0
    recalled: int = 0
    counts: int = 0
    exact: int = 0
    sure: list[float] = field(default_factory=list)
    hits: list[bool] = field(default_factory=list)

    def add(self, sightings: tuple[Sighting, ...], truth: Counter[str]) -> None:
        """One picture in which `truth` is drawn."""
        said = Counter(sighting.name for sighting in sightings)
        self.told += len(said)
        self.right += len(said.keys() & truth.keys())
        self.there += len(truth)
        self.recalled += len(truth.keys() & said.keys())
        self.counts += len(truth)
        self.exact += sum(said[name] == count for name, count in truth.items())
        for sighting in sightings:
            self.sure.append(sighting.confidence)
            self.hits.append(sighting.name in truth)

    def row(self, title: str, pictures: int) -> tuple[object, ...]:
        """Of the second table."""
        return (
            title, pictures, self.there, _share(self.right, self.told), _share(self.recalled, self.there),
            _share(self.exact, self.counts), f"{self.calibration_error():.3f}",
        )  # fmt: skip

    def calibration_error(self) -> float:
        """Expected calibration error over ten bins (Guo et al. 2017, arXiv 1706.04599)."""
        sure, hits = np.array(self.sure), np.array(self.hits, float)
        bins = np.minimum((sure * 10).astype(int), 9)
        gaps = [
            abs(sure[bins == b].mean() - hits[bins == b].mean()) * (bins == b).sum()
            for b in set(bins.tolist())
        ]
        return float(sum(gaps) / max(len(sure), 1))


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "none"


def unseen(library: DrawingLibrary, facts: Facts) -> dict[str, list[Drawing]]:
    """The half of the held-out drawings that nothing was fitted to, by name."""
    ids = set(sorted(facts.held_out)[1::2])
    found: dict[str, list[Drawing]] = {}
    for name in library.names:
        drawings = [drawing for drawing in library.drawings(name) if drawing.id in ids]
        if drawings:
            found[name] = drawings
    return found


def alone(
    recogniser: Recogniser, library: DrawingLibrary, drawings: list[Drawing], names: tuple[str, ...]
) -> tuple[object, ...]:
    """Each drawing once, in the middle of a plain ground."""
    found = first = five = told = right = 0
    for i, drawing in enumerate(drawings):
        picture = Image.new("RGB", (SIDE, SIDE), GROUNDS[i % len(GROUNDS)])
        pixels = Image.fromarray(np.ascontiguousarray(sprite(library, drawing, None, None, 300, 300)))
        x, y = (SIDE - pixels.width) // 2, (SIDE - pixels.height) // 2
        picture.paste(pixels, (x, y), pixels)
        impression = recogniser.impression(picture)
        box = np.array([x, y, x + pixels.width, y + pixels.height], np.float32) / SIDE
        near = [j for j, other in enumerate(impression.boxes) if _overlap(box, other) > 0.5]
        found += bool(near)
        if near:
            order = np.argsort(-impression.names[near[0]], kind="stable")[:5]
            first += names[order[0]] == drawing.name
            five += drawing.name in {names[j] for j in order}
        sightings = recogniser.look(picture)
        told += bool(sightings)
        right += bool(sightings) and sightings[0].name == drawing.name
    n = len(drawings)
    return n, _share(found, n), _share(first, n), _share(five, n), _share(told, n), _share(right, told)


def _overlap(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    both = np.prod((np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])).clip(0))
    return float(both / (np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2]) - both))


def composed(library: DrawingLibrary, held_out: dict[str, list[Drawing]]) -> Iterator[Draft]:
    """Scenes of the painter's composer, one to three kinds of things, all from held-out drawings."""
    names = [n for n in held_out if library.drawings(n)[0].group not in {"people-body", "smileys-emotion"}]
    for i in range(COMPOSED):
        rng = np.random.default_rng([404, i])
        chosen = [str(n) for n in rng.choice(names, int(rng.integers(1, 4)), replace=False)]
        things = tuple(Thing(name=n, phrase=n, count=int(rng.choice([1, 1, 2, 3, 4]))) for n in chosen)
        place = PLACES[int(rng.integers(len(PLACES)))]
        scene = Scene(things=things, place=Place(place) if place else None)
        layout = plan_layout(scene, library, SIDE, SIDE, rng)

        def of_the_unseen(placed: Placed) -> Drawing:
            return held_out.get(placed.drawing.name, [placed.drawing])[0]

        yield render_layout(layout, library, of_the_unseen)


def truth_of(draft: Draft, names: dict[str, str]) -> Counter[str]:
    """How many of each name were drawn."""
    return Counter(names[box.drawing] for box in draft.boxes)


def painted(library: DrawingLibrary) -> Iterator[tuple[Image.Image, Scene, Draft]]:
    """Finished pictures, what was asked for, and the drafts they began as; seeds are the prompts' numbers."""
    engine = PocketImageEngine()
    for seed, prompt in enumerate(PROMPTS.read_text().splitlines()):
        request = resolve(engine.capabilities, ImageRequest.parse({"prompt": prompt, "seed": seed}))
        picture = next(iter(engine.generate(request))).image
        scene = plan(prompt, library)
        yield picture, scene, compose(scene, library, SIDE, SIDE, np.random.default_rng(seed))


def nothing() -> Iterator[tuple[str, Image.Image]]:
    """Pictures of no thing at all."""
    rng = np.random.default_rng(5)
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    font = ImageFont.load_default(16)
    for i in range(20):
        ends = rng.uniform(0, 255, (2, 3))
        ramp = (np.cos(i) * x + np.sin(i) * y)[..., None]
        yield "gradients", _picture(ends[0] + (ends[1] - ends[0]) * (ramp - ramp.min()) / np.ptp(ramp))
        yield "noise", _picture(rng.normal(128, 10 + 6 * i, (SIDE, SIDE, 3)))
        small = Image.fromarray(rng.integers(0, 255, (3 + i, 3 + i, 3), np.uint8))
        yield "soft colours", small.resize((SIDE, SIDE), Image.Resampling.BICUBIC)
        checks = (((x * (4 + i)).astype(int) + (y * (4 + i)).astype(int)) % 2)[..., None]
        yield "checks", _picture(ends[0] * checks + ends[1] * (1 - checks))
        page = Image.new("RGB", (SIDE, SIDE), "white")
        draw = ImageDraw.Draw(page)
        words = PROMPTS.read_text().split()
        for line in range(24):
            text = " ".join(str(word) for word in rng.choice(words, int(rng.integers(3, 10))))
            draw.text((24, 16 + 20 * line), text, "black", font)
        yield "pages of text", page
        screen = Image.new("RGB", (SIDE, SIDE), (238, 239, 242))
        draw = ImageDraw.Draw(screen)
        draw.rectangle((0, 0, SIDE, 34), (52, 60, 80))
        for row in range(5):
            top = 50 + row * 90
            draw.rounded_rectangle((20, top, SIDE - 20, top + 74), 8, "white", (205, 208, 216))
            draw.text((36, top + 12), str(rng.choice(words)).title(), (40, 44, 60), font)
            draw.rounded_rectangle((SIDE - 110, top + 22, SIDE - 40, top + 52), 6, (70, 110, 200 + i))
        yield "screens", screen


def _picture(values: NDArray[np.float64]) -> Image.Image:
    return Image.fromarray(values.clip(0, 255).astype(np.uint8))


def _photos(folder: Path) -> Iterator[tuple[str, Image.Image]]:
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in {".jpg", ".jpeg", ".png"}:
            yield "photographs", Image.open(path).convert("RGB")


def _false_alarms(recogniser: Recogniser, photos: Path | None) -> list[tuple[object, ...]]:
    seen: dict[str, list[list[float]]] = {}
    for kind, picture in (*nothing(), *(_photos(photos) if photos else ())):
        seen.setdefault(kind, []).append([s.confidence for s in recogniser.look(picture)])
    return [
        (kind, len(all_), *(sum(any(c >= least for c in found) for found in all_) for least in SURE))
        for kind, all_ in seen.items()
    ]


def _reliability(tally: Tally) -> list[tuple[object, ...]]:
    edges = (0.0, *SURE, 1.01)
    rows = []
    for low, high in pairwise(edges):
        inside = [(s, h) for s, h in zip(tally.sure, tally.hits, strict=True) if low <= s < high]
        if inside:
            mean = f"{statistics.mean(s for s, _ in inside):.2f}"
            rows.append((f"{low:.2f} to {min(high, 1):.2f}", len(inside), mean,
                         f"{statistics.mean(h for _, h in inside):.2f}"))  # fmt: skip
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, help="a folder of photographs to look at too")
    options = parser.parse_args()
    library, recogniser = DrawingLibrary(), Recogniser()
    facts = Networks(threads=1).facts
    held_out = unseen(library, facts)
    names = {d.id: d.name for n in library.names for d in library.drawings(n)}
    others = [d for ds in held_out.values() for d in ds]
    known = [d for n in held_out for d in library.drawings(n) if d.id not in facts.held_out]
    some = known[:: max(1, len(known) // 200)]
    report(
        "Recogniser: one drawing on plain ground",
        ("drawings", "pictures", "found", "name first", "name among five", "told", "of these right"),
        [("never seen, by other artists", *alone(recogniser, library, others, facts.names)),
         ("learned from", *alone(recogniser, library, some, facts.names))],
    )  # fmt: skip
    scenes, finished, seconds, pictures = Tally(), Tally(), [], 0
    for draft in composed(library, held_out):
        scenes.add(recogniser.look(Image.fromarray(draft.image)), truth_of(draft, names))
    asked: list[tuple[bool, float]] = []
    before: tuple[str, ...] = ()
    for picture, scene, draft in painted(library):
        if len(seconds) < TIMED:
            large = picture.resize((1024, 1024))
            started = time.perf_counter()
            recogniser.look(large)
            seconds.append(time.perf_counter() - started)
        pictures += 1
        nouns = tuple(thing.name for thing in scene.things)
        asked += [(True, recogniser.presence(picture, noun)) for noun in nouns]
        # The things of the picture before are not in this one.
        asked += [(False, recogniser.presence(picture, noun)) for noun in before if noun not in nouns]
        before = nouns
        finished.add(recogniser.look(picture), truth_of(draft, names))
    report(
        "Recogniser: pictures of several things",
        ("pictures", "number", "names there", "precision of names", "recall of names", "counts exactly right",
         "calibration error"),
        [scenes.row("composed of drawings never seen", COMPOSED),
         finished.row("painted from prompts", pictures)],
    )  # fmt: skip
    report(
        "Recogniser: is there a …?, asked with the prompt's nouns",
        ("noun", "number", "said to be there (0.5 or more)", "mean probability"),
        [
            (title, len(chances), _share(sum(p >= 0.5 for p in chances), len(chances)),
             f"{statistics.mean(chances):.2f}")
            for title, chances in (
                ("of this prompt", [p for there, p in asked if there]),
                ("of the prompt before", [p for there, p in asked if not there]),
            )
        ],
    )  # fmt: skip
    both = Tally(sure=scenes.sure + finished.sure, hits=scenes.hits + finished.hits)
    report(
        "Recogniser: how sure, and how right",
        ("confidence", "sightings", "mean", "right"),
        _reliability(both),
    )
    report(
        "Recogniser: nothing to see",
        ("pictures", "number", *(f"something told at {least} or more" for least in SURE)),
        _false_alarms(recogniser, options.photos),
    )
    print(f"look() at 1024x1024, 2 threads: median {1e3 * statistics.median(seconds):.0f} ms")


if __name__ == "__main__":
    main()
