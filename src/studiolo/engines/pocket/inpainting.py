"""What a hole in a picture is painted from: its surroundings drawn in, and the prompt's things upon them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studiolo.engines.pocket.composer import compose
from studiolo.engines.pocket.drawings import DrawingLibrary
from studiolo.engines.pocket.grading import Palette
from studiolo.engines.pocket.scene import Scene

Floats = NDArray[np.floating[Any]]

_SMALLEST_DRAFT_PX = 64


def draft_into(
    picture: NDArray[np.uint8],
    hole: NDArray[np.bool_],
    scene: Scene,
    library: DrawingLibrary,
    rng: np.random.Generator,
    palette: Palette | None = None,
) -> NDArray[np.uint8]:
    """The picture with its hole filled and the scene's things composed into it.

    Args:
        picture: (h, w, 3); what lies in the hole is not looked at.
        hole: (h, w), True where the picture is painted anew.
        scene: its things are used, its place is not: the picture has one.
        library: where the drawings are.
        rng: decides drawings and layout.
        palette: what the things are painted in, unless the prompt gives them a colour.
    """
    filled = fill(picture, hole)
    if not scene.things or not hole.any():
        return filled
    rows, columns = np.nonzero(hole.any(1))[0], np.nonzero(hole.any(0))[0]
    top, left = int(rows[0]), int(columns[0])
    height, width = int(rows[-1]) + 1 - top, int(columns[-1]) + 1 - left
    size = max(width, _SMALLEST_DRAFT_PX), max(height, _SMALLEST_DRAFT_PX)
    draft = compose(scene, library, *size, rng, palette=palette)
    canvas = Image.fromarray(filled)
    things = Image.fromarray(draft.image).resize((width, height))
    canvas.paste(things, (left, top), Image.fromarray(draft.mask).resize((width, height)))
    return np.where(hole[..., None], np.asarray(canvas), picture)


def fill(picture: NDArray[np.uint8], hole: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """The picture with its hole filled smoothly from around it.

    Pull and push (Gortler et al., "The Lumigraph", 1996): averages of what is known are pulled down a pyramid
    until nothing is missing, and pushed back up into the gaps.
    """
    known = (~hole).astype(np.float32)[..., None]
    filled = _pull_and_push(picture.astype(np.float32) * known, known)
    return np.where(hole[..., None], (filled + 0.5).clip(0, 255).astype(np.uint8), picture)


def _pull_and_push(weighted: Floats, known: Floats) -> Floats:
    height, width = known.shape[:2]
    values = weighted / np.maximum(known, 1e-6)
    if (height == 1 and width == 1) or bool((known > 0).all()):
        return values
    coarse = _pull_and_push(_halve(weighted), _halve(known))
    rising = np.stack(
        [_double(coarse[..., plane], height, width) for plane in range(coarse.shape[2])], axis=-1
    )
    confidence = np.minimum(known, 1.0)
    return confidence * values + (1 - confidence) * rising


def _halve(values: Floats) -> Floats:
    height, width = values.shape[:2]
    even = np.pad(values, ((0, height % 2), (0, width % 2), (0, 0)))
    return even[0::2, 0::2] + even[1::2, 0::2] + even[0::2, 1::2] + even[1::2, 1::2]


def _double(plane: Floats, height: int, width: int) -> Floats:
    size = (2 * plane.shape[1], 2 * plane.shape[0])
    rising = Image.fromarray(plane.astype(np.float32)).resize(size, Image.Resampling.BILINEAR)
    return np.asarray(rising)[:height, :width]
