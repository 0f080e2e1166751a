"""What confidences are fitted to: pictures of the painter, drawings seen and unseen, and no drawing at all.

`python -m training.recogniser.validation` paints them once. The benchmark uses other seeds, other prompts and
the other half of the held-out drawings.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.recogniser import WORK, grounds
from training.recogniser.paintings import SIDE, Studio

SEEN, UNSEEN, EMPTY, NONE = 180, 140, 60, 140


@dataclass(frozen=True)
class Sample:
    """A picture, its boxes in shares and their classes, from back to front."""

    kind: str
    pixels: NDArray[np.uint8]
    boxes: NDArray[np.float32]
    classes: NDArray[np.int64]


def make() -> None:
    """Paint and store all samples."""
    studio = Studio(threads=1)
    # The halves are told apart by order; the benchmark takes the odd ones. A few of those stand among the
    # seen, where the painter itself chose them: too few to move a fit of five numbers.
    studio.held_out = frozenset(sorted(studio.held_out)[::2])
    samples = []
    for i in range(SEEN + UNSEEN):
        unseen = i >= SEEN
        picture, draft = studio.paint(np.random.default_rng([21, i]), unseen=unseen)
        boxes = np.array([b.box for b in draft.boxes], np.float32).reshape(-1, 4) / SIDE
        classes = np.array([studio.classes[b.drawing] for b in draft.boxes], np.int64)
        samples.append(Sample("unseen" if unseen else "seen", picture, boxes, classes))
    rng = np.random.default_rng(22)
    bank = grounds.load()
    nothing = np.zeros((0, 4), np.float32), np.zeros(0, np.int64)
    for _ in range(EMPTY):
        picture = bank[int(rng.integers(len(bank)))]
        samples.append(Sample("empty", np.array(picture), *nothing))
    none = (np.asarray(grounds.no_drawing(rng, 384)) for _ in range(NONE))
    samples += [Sample("no drawing", pixels, *nothing) for pixels in none]
    _save(samples)


def _save(samples: list[Sample]) -> None:
    arrays = {"kinds": np.array([sample.kind for sample in samples])}
    for i, sample in enumerate(samples):
        arrays |= {f"{i}-pixels": sample.pixels, f"{i}-boxes": sample.boxes, f"{i}-classes": sample.classes}
    np.savez(WORK / "validation.npz", **arrays)


def load() -> list[Sample]:
    """The samples, painted when they are not there."""
    path = WORK / "validation.npz"
    if not path.exists():
        make()
    with np.load(path) as kept:
        return [
            Sample(str(kind), *(kept[f"{i}-{part}"] for part in ("pixels", "boxes", "classes")))
            for i, kind in enumerate(kept["kinds"])
        ]


if __name__ == "__main__":
    print(f"{len(load())} pictures")
