"""What stands out of a picture: how hard it is to reach from the border.

The minimum barrier distance (Zhang et al., "Minimum Barrier Salient Object Detection at 80 FPS", ICCV 2015):
of all ways from the border to a pixel, the one whose colours differ least. Shading and texture cost
little, outlines cost much. Its Gauss-Seidel sweeps are taken a line at a time, on all three colours at once.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_SWEEPS: Final = 3
_BAND: Final = 0.1  # of the shorter side: what is looked at to learn a side's colours
_NOISE: Final = 5.0  # variance of colours that are called the same, in CIELAB
_STRANGE: Final = 5.0
"""Standard deviations from the colours of the three other sides, beyond which a pixel of the border belongs
to a thing that the picture cuts off."""


def barrier_distance(lab: Floats) -> Floats:
    """For each pixel of (h, w, 3) in CIELAB, the barrier to the border: (h, w), 0 and up, in CIELAB's units.

    The sum over the three channels of what the highest value of the best way exceeds its lowest by.
    """
    highest, lowest = lab.copy(), lab.copy()
    distance = np.where(_border_of_background(lab), 0, np.inf).astype(np.float32)

    def relax(line: Any, before: Any) -> None:
        """Reach the pixels of ``line`` from their neighbours in ``before`` where that is easier."""
        high = np.maximum(highest[before], lab[line])
        low = np.minimum(lowest[before], lab[line])
        barrier = np.where(np.isfinite(distance[before]), (high - low).sum(axis=-1), np.inf)
        easier = barrier < distance[line]
        distance[line] = np.where(easier, barrier, distance[line])
        highest[line] = np.where(easier[:, None], high, highest[line])
        lowest[line] = np.where(easier[:, None], low, lowest[line])

    height, width = distance.shape
    rows, columns = range(height), range(width)
    for _ in range(_SWEEPS):
        for row in rows[1:]:
            relax(row, row - 1)
        for column in columns[1:]:
            relax((slice(None), column), (slice(None), column - 1))
        for row in reversed(rows[:-1]):
            relax(row, row + 1)
        for column in reversed(columns[:-1]):
            relax((slice(None), column), (slice(None), column + 1))
    return distance


def border_contrast(lab: Floats) -> Floats:
    """How unlike the colours of the picture's sides each pixel is: (h, w), 0 to 3.

    The background cue of the same paper: distances to the four sides, without the largest, in which a
    thing at that side is its own background.
    """
    distances = [_distances(lab, side) for side in _bands(lab)]
    scaled = np.stack([distance / max(float(distance.max()), 1e-6) for distance in distances])
    return (scaled.sum(axis=0) - scaled.max(axis=0)).astype(np.float32)


def _border_of_background(lab: Floats) -> NDArray[np.bool_]:
    """The border's pixels, but those of things that the picture cuts off."""
    lines: list[Any] = [0, -1, (slice(None), 0), (slice(None), -1)]
    bands = _bands(lab)
    background = np.zeros(lab.shape[:2], np.bool_)
    for side, line in enumerate(lines):
        others = [_distances(lab[line], band) for number, band in enumerate(bands) if number != side]
        background[line] |= np.min(others, axis=0) < _STRANGE
    if not background.any():
        for line in lines:
            background[line] = True
    return background


def _bands(lab: Floats) -> list[Floats]:
    """Top, bottom, left and right, each as (n, 3) colours."""
    deep = max(1, round(min(lab.shape[:2]) * _BAND))
    sides = lab[:deep], lab[-deep:], lab[:, :deep], lab[:, -deep:]
    return [side.reshape(-1, 3) for side in sides]


def _distances(colours: Floats, band: Floats) -> NDArray[np.float64]:
    """Mahalanobis distances of (…, 3) colours from a band's."""
    sample = band.astype(np.float64)
    spread = np.cov(sample.T, bias=True) + np.eye(3) * _NOISE
    away = colours - sample.mean(axis=0)
    return np.sqrt(np.einsum("...i,ij,...j->...", away, np.linalg.inv(spread), away))
