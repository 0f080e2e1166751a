"""Which few colours many pixels come to. Deterministic: no random start."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_ROUNDS = 3  # of k-means: more move no centre by what an eye would see


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of a fine grid in OKLab that have pixels, the fullest first.

    `centres` (n, 3) are the cells' middles, `means` (n, 3) the means of the pixels in them, `counts` (n,) the
    numbers of these.
    """

    centres: Floats
    means: Floats
    counts: NDArray[np.int64]


def on_grid(lab: Floats, step: float) -> Cells:
    """Count colours, (n, 3), on a grid of this step."""
    places = np.rint(lab / step).astype(np.int32) + 128
    codes = (places[:, 0] << 16) | (places[:, 1] << 8) | places[:, 2]
    found, member_of, counts = np.unique(codes, return_inverse=True, return_counts=True)
    kept = np.stack([found >> 16, (found >> 8) & 255, found & 255], axis=1) - 128
    sums = [np.bincount(member_of, lab[:, axis], len(found)) for axis in range(3)]
    means = np.stack(sums, axis=1) / counts[:, None]
    order = np.argsort(-counts, kind="stable")
    return Cells((kept.astype(np.float64) * step)[order], means[order], counts[order])


def cluster(points: Floats, counts: NDArray[np.int64], *, radius: float, most: int) -> tuple[Floats, Floats]:
    """Centres (k, 3) and shares (k,) of colours that are given with their counts, the largest first.

    From the first point on, each either lies within `radius` of a centre or begins one, up to `most`; k-means
    settles them.
    """
    chosen: list[Floats] = []
    free = np.ones(len(points), np.bool_)
    while free.any() and len(chosen) < most:
        chosen.append(points[int(np.argmax(free))])
        free &= ((points - chosen[-1]) ** 2).sum(axis=1) > radius**2
    centres, weights = settle(points, counts, np.stack(chosen))
    for _ in range(_ROUNDS - 1):
        centres, weights = settle(points, counts, centres)
    largest = np.argsort(-weights, kind="stable")
    largest = largest[weights[largest] > 0]
    return centres[largest], weights[largest] / counts.sum()


def settle(points: Floats, counts: NDArray[np.int64], centres: Floats) -> tuple[Floats, Floats]:
    """One round of k-means: the centres moved to the mean of what is nearest, and how much that is."""
    nearest = ((points[:, None] - centres[None]) ** 2).sum(axis=-1).argmin(axis=1)
    weights = np.bincount(nearest, counts, len(centres)).astype(np.float64)
    moved = centres.copy()
    for axis in range(3):
        sums = np.bincount(nearest, counts * points[:, axis], len(centres))
        moved[:, axis] = np.where(weights > 0, sums / np.maximum(weights, 1), centres[:, axis])
    return moved, weights
