"""What a hole in a picture is painted from: its surroundings drawn in, and the prompt's things upon them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studiolo.engines.pocket.composer import compose
from studiolo.engines.pocket.drawings import DrawingLibrary
from studiolo.engines.pocket.grading import Palette
from studiolo.engines.pocket.scene import Scene
from studiolo.imaging.filling import fill

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
    return draft_onto(fill(picture, hole), hole, scene, library, rng, palette)


def draft_onto(
    filled: NDArray[np.uint8],
    hole: NDArray[np.bool_],
    scene: Scene,
    library: DrawingLibrary,
    rng: np.random.Generator,
    palette: Palette | None = None,
) -> NDArray[np.uint8]:
    """As :func:`draft_into`, upon a hole that is filled already."""
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
    return np.where(hole[..., None], np.asarray(canvas), filled)
