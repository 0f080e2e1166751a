"""From a palette to a distribution of colours, and the way that a picture's colours go to it.

What guides a painting towards colours (Lobashev et al. 2025, "Color Conditional Generation with Sliced
Wasserstein Guidance", arXiv 2503.19034) is the distance between two distributions. A palette is none: it
says which colours, not how much of each. So its shares are found from the picture itself: each of its
colours counts for the palette's colour nearest to it (optimal transport with a free target), but none gets
less than a floor. Distances are taken along lines, on which transport is sorting (Rabin et al. 2011,
"Wasserstein Barycenter and its Application to Texture Mixing"; Pitié et al. 2007 for the frames of three).

Everything is in OKLab, (n, 3), and works on any other space of three axes whose distances mean as much.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FLOOR = 0.03
"""The least share of each asked colour: above what :func:`studiolo.imaging.palette.fidelity` looks for."""


def shares(colours: Floats, palette: Floats, floor: float = FLOOR) -> Floats:
    """How much of each palette colour is asked for, (k,), sums to 1.

    Args:
        colours: of the picture, (n, 3).
        palette: (k, 3).
        floor: no colour gets less, or half of an equal share where there are too many of them for that.
    """
    nearest = ((colours[:, None] - palette[None]) ** 2).sum(axis=-1).argmin(axis=1)
    found = np.bincount(nearest, minlength=len(palette)) / len(colours)
    floor = min(floor, 0.5 / len(palette))
    lifted = np.maximum(found, floor)
    # What was lifted is taken from what lies above the floor, in proportion.
    above = lifted - floor
    return floor + above * (1 - floor * len(palette)) / above.sum()


def target(palette: Floats, given: Floats, count: int) -> Floats:
    """``count`` colours, (count, 3), of which the palette's (k, 3) have the shares ``given``, (k,)."""
    ends = np.rint(np.cumsum(given) * count).astype(np.intp)
    return np.repeat(palette, np.diff(ends, prepend=0), axis=0)


def frames(count: int, rng: np.random.Generator) -> Floats:
    """``count`` random orthogonal frames, (count, 3, 3): each row is a direction."""
    return np.linalg.qr(rng.standard_normal((count, 3, 3)))[0].transpose(0, 2, 1)


def sliced_wasserstein(colours: Floats, wanted: Floats, directions: Floats) -> tuple[float, Floats]:
    """The squared sliced 2-Wasserstein distance of two sets of n colours, and its gradient, (n, 3).

    Args:
        colours: (n, 3), those that can move.
        wanted: (n, 3), the target.
        directions: frames of unit vectors, (f, 3, 3).

    The gradient times -3n/2 is the step that carries the colours onto the target, along all directions at
    once.
    """
    lines = directions.reshape(-1, 3)
    here, there = colours @ lines.T, np.sort(wanted @ lines.T, axis=0)
    order = np.argsort(here, axis=0, kind="stable")
    away = np.empty_like(here)
    np.put_along_axis(away, order, np.take_along_axis(here, order, axis=0) - there, axis=0)
    return float((away**2).mean()), 2 * away @ lines / away.size


def transported(colours: Floats, wanted: Floats, directions: Floats) -> Floats:
    """``colours`` carried towards ``wanted``: one such step for each frame in turn, (n, 3)."""
    for frame in directions:
        _, gradient = sliced_wasserstein(colours, wanted, frame[None])
        colours = colours - 1.5 * len(colours) * gradient
    return colours
