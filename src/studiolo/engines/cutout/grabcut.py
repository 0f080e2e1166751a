"""Cutting out by colour: GrabCut, begun from what stands out of the picture.

Rother, Kolmogorov and Blake, "GrabCut: interactive foreground extraction using iterated graph cuts",
SIGGRAPH 2004. In place of the rectangle that a user would draw stands the minimum barrier distance.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from studiolo.engines.cutout.saliency import Floats, barrier_distance, border_contrast
from studiolo.errors import EngineError

WORK_PX: Final = 480
"""Longest side at which a picture is cut; finer edges come from the matte."""

# Chosen on drafts of the pocket painter, whose true outlines are known: benchmarks/editing.py.
_LOOK_PX: Final = 160
_ITERATIONS: Final = 4
_CONTRAST_SHARE: Final = 0.3
_LEVELLED: Final = 0.7  # exponent: a loud detail must not drown the thing it is on
_CENTRED: Final = 0.3
_SURE: Final = 1.25  # times the threshold: GrabCut may not take that away
_REACH: Final = 0.03  # of the longer side: how far GrabCut may go beyond what stands out
_PART: Final = 0.12  # of the weight of the weightiest part: smaller ones are left out
_HOLE: Final = 0.02  # of the area: smaller holes are closed
_BARELY: Final = 14.0  # CIELAB: a barrier that is lower is shading
_LEAST, _MOST = 0.002, 0.9  # of the picture


def cut(opencv: Any, picture: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where the foreground of (h, w, 3) RGB is, at most :data:`WORK_PX` a side: (h, w).

    Raises:
        EngineError: nothing stands out of the background.
    """
    standing = _standing_out(opencv, picture)
    threshold = _otsu(opencv, standing)
    guess = _clean(opencv, standing > threshold, standing)
    cut = _clean(opencv, _grabcut(opencv, picture, guess, standing > _SURE * threshold), standing)
    if not _LEAST < cut.mean() < _MOST:
        raise _nothing()
    return cut


def _standing_out(opencv: Any, picture: NDArray[np.uint8]) -> Floats:
    """How much each pixel stands out, 0 to about 1."""
    height, width = picture.shape[:2]
    scale = min(1.0, _LOOK_PX / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = opencv.resize(picture, size, interpolation=opencv.INTER_AREA)
    lab = opencv.cvtColor(small.astype(np.float32) / 255, opencv.COLOR_RGB2Lab)
    barrier = barrier_distance(lab)
    high = float(np.percentile(barrier, 99))
    if high < _BARELY:
        raise _nothing()
    contrast = border_contrast(lab)
    loud = max(float(np.percentile(contrast, 99)), 1e-6)
    standing = (1 - _CONTRAST_SHARE) * barrier / high + _CONTRAST_SHARE * contrast / loud
    levelled = np.clip(standing, 0, 1.2) ** _LEVELLED
    rows = np.linspace(-1, 1, size[1], dtype=np.float32)[:, None]
    columns = np.linspace(-1, 1, size[0], dtype=np.float32)[None]
    central = np.exp(-_CENTRED * (rows**2 + columns**2))
    return opencv.resize((levelled * central).astype(np.float32), (width, height))


def _otsu(opencv: Any, standing: Floats) -> float:
    """Otsu's threshold (1979): the one that parts the values into two groups most clearly."""
    highest = float(standing.max())
    levels = (standing / highest * 255).astype(np.uint8)
    threshold, _ = opencv.threshold(levels, 0, 255, opencv.THRESH_BINARY + opencv.THRESH_OTSU)
    return float(threshold) / 255 * highest


def _grabcut(
    opencv: Any, picture: NDArray[np.uint8], guess: NDArray[np.bool_], sure: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    reach = 2 * max(1, round(_REACH * max(guess.shape))) + 1
    mask = guess.astype(np.uint8)
    near = opencv.dilate(mask, np.ones((reach, reach), np.uint8)) > 0
    inside = opencv.erode(mask, np.ones((5, 5), np.uint8)) > 0
    labels = np.full(guess.shape, opencv.GC_BGD, np.uint8)
    labels[near] = opencv.GC_PR_BGD
    labels[guess] = opencv.GC_PR_FGD
    labels[inside & sure] = opencv.GC_FGD
    if not guess.any() or near.all():
        return guess
    models = np.zeros((1, 65)), np.zeros((1, 65))
    opencv.setRNGSeed(0)  # its mixtures of colours begin at random
    opencv.grabCut(picture, labels, None, *models, _ITERATIONS, opencv.GC_INIT_WITH_MASK)
    return (labels == opencv.GC_FGD) | (labels == opencv.GC_PR_FGD)


def _clean(opencv: Any, mask: NDArray[np.bool_], weight: Floats) -> NDArray[np.bool_]:
    """The mask without small holes and without parts that weigh little beside the weightiest."""
    if not mask.any():
        return mask
    outside, names, figures, _ = opencv.connectedComponentsWithStats((~mask).astype(np.uint8), connectivity=4)
    most = _HOLE * mask.sum()
    rims = np.concatenate([names[0], names[-1], names[:, 0], names[:, -1]])
    small = [each for each in range(1, outside) if figures[each, opencv.CC_STAT_AREA] < most]
    closed = mask | np.isin(names, np.setdiff1d(small, rims))
    _, names = opencv.connectedComponents(closed.astype(np.uint8), connectivity=8)
    weights = np.bincount(names.ravel(), weights=weight.ravel())
    weights[0] = 0
    return (weights >= _PART * weights.max())[names] & closed


def _nothing() -> EngineError:
    return EngineError(
        "Nothing in the picture stands out from the background by its colours.",
        hint="A model that knows things by their shape may do: studiolo pull birefnet-lite",
    )
