"""Variations: what a painting starts from when it is to be like one to five reference pictures.

The seed chooses the reference that gives the layout, and where there are several, whether another gives the
colours. How far the layout is bent, turned, moved and enlarged, and how far the painting leaves it, grows
as the similarity falls. Where little of it is asked for, a prompt is drafted anew in the references'
colours: the same things in another arrangement.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studiolo.engines.pocket import conditioning
from studiolo.engines.pocket.grading import Palette
from studiolo.engines.pocket.resampling import sampled
from studiolo.imaging.palette import extract

if TYPE_CHECKING:
    from studiolo.requests import ImageRequest

_COLOURS = 6  # that a reference is taken to come to
_REARRANGED = 0.5  # similarity below which a prompt's things are arranged anew
_FLIPPED = 0.8  # similarity below which a variation may be mirrored
_LEAST, _MOST = 0.15, 0.55  # strength at similarity 1 and 0
_ZOOM, _BEND = 0.5, 0.05  # of the side, at similarity 0
_WAVES = 4  # bends along a side

Floats = NDArray[np.float64]


def strength_for(similarity: float) -> float:
    """How far the painting leaves what it starts from."""
    return _LEAST + (1 - similarity) * (_MOST - _LEAST)


def rearranges(request: ImageRequest) -> bool:
    """Whether the prompt is drafted anew, rather than a reference changed."""
    return bool(request.prompt) and (request.similarity or 0.0) < _REARRANGED


def colours_of(references: Sequence[Image.Image], rng: np.random.Generator) -> Palette | None:
    """The colours of one of the pictures; None if it shows nothing."""
    found = extract(references[int(rng.integers(len(references)))], _COLOURS)
    return Palette.of([swatch.hex for swatch in found]) if found else None


def vary(request: ImageRequest, rng: np.random.Generator) -> NDArray[np.uint8]:
    """A reference, changed as far as the similarity asks for: (h, w, 3)."""
    size = conditioning.size_of(request)
    pictures = [reference.image for reference in request.references]
    chosen = int(rng.integers(len(pictures)))
    away = 1 - (request.similarity or 0.0)
    picture = np.asarray(conditioning.cover(pictures[chosen], *size))
    if len(pictures) > 1 and rng.random() < 0.5:
        others = [other for index, other in enumerate(pictures) if index != chosen]
        palette = colours_of(others, rng)
        picture = picture if palette is None else palette.grade(picture)
    if away > 1 - _FLIPPED and rng.random() < 0.5:
        picture = picture[:, ::-1]
    return _bent(picture, away, rng)


def _bent(picture: NDArray[np.uint8], away: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Enlarged around some point, and bent in long waves: (h, w, 3)."""
    height, width = picture.shape[:2]
    zoom = 1 + away * _ZOOM * rng.random()
    corner = rng.random(2) * (1 - 1 / zoom)
    y, x = np.meshgrid(np.linspace(0, 1, height), np.linspace(0, 1, width), indexing="ij")
    rows, columns = (
        (corner[axis] + at / zoom + away * _BEND * _waves(height, width, rng)) * (side - 1)
        for axis, (at, side) in enumerate(((y, height), (x, width)))
    )
    return sampled(picture, rows, columns)


def _waves(height: int, width: int, rng: np.random.Generator) -> Floats:
    """A smooth random field, (height, width), about -1 to 1."""
    coarse = Image.fromarray(rng.uniform(-1, 1, (_WAVES, _WAVES)).astype(np.float32))
    return np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), np.float64)
