"""What grows around a picture: its own ground and sky that go on, and things where the prompt puts them.

The prompt of a picture that grows says what the whole of it shows; its things are taken to be there. Only
what it puts at a side that grows ("a lighthouse on the right") is drawn, into that margin.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pil

from studiolo.engines.pocket.inpainting import draft_onto
from studiolo.engines.pocket.resampling import sampled
from studiolo.engines.pocket.scene import Scene
from studiolo.imaging.canvas import Canvas, grow

if TYPE_CHECKING:
    from PIL.Image import Image

    from studiolo.engines.pocket.drawings import DrawingLibrary
    from studiolo.engines.pocket.grading import Palette

_MULTIPLE, _SMALLEST = 64, 256
_DEEPEST = 1 / 8  # of a side: what is continued; what lies deeper are things
_ROOM_PX = 64  # a narrower margin holds no thing
_SIDES = ("left", "top", "right", "bottom")

Margins = tuple[int, int, int, int]


def canvas_for(image: Image, margins: Margins) -> Canvas:
    """The grown picture, padded to a size that is painted; what is too much is cut off afterwards.

    Beyond its edges the picture goes on mirrored and ever more stretched, so that horizons go through and
    nothing that lies deeper in it than an eighth comes again.
    """
    left, top, right, bottom = margins
    width, height = image.width + left + right, image.height + top + bottom
    right, bottom = right + _padded(width) - width, bottom + _padded(height) - height
    canvas = grow(image, (left, top, right, bottom))
    rows, columns = _going_on(top, image.height, bottom), _going_on(left, image.width, right)
    places = np.meshgrid(rows, columns, indexing="ij")
    picture = sampled(np.asarray(image.convert("RGB")), places[0], places[1])
    return replace(canvas, picture=Pil.fromarray(picture))


def _padded(side: int) -> int:
    return max(_SMALLEST, -(-side // _MULTIPLE) * _MULTIPLE)


def _going_on(before: int, side: int, after: int) -> NDArray[np.float64]:
    """Where along a side of the picture each pixel of the grown one is looked up."""
    deepest = side * _DEEPEST
    places = np.arange(-before, side + after, dtype=np.float64)
    beyond = np.maximum(np.maximum(-places, places - (side - 1)), 0)
    depth = deepest * -np.expm1(-beyond / deepest)
    return np.where(places < 0, depth, np.where(places > side - 1, side - 1 - depth, places))


def draft_margins(
    canvas: Canvas,
    margins: Margins,
    scene: Scene,
    library: DrawingLibrary,
    rng: np.random.Generator,
    palette: Palette | None,
) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """The canvas, (h, w, 3), with what the prompt puts at sides that grow; and what to say about it."""
    picture = np.asarray(canvas.picture)
    drawn = False
    for side, margin in zip(_SIDES, margins, strict=True):
        there = tuple(replace(thing, position=None) for thing in scene.things if thing.position == side)
        if there and margin >= _ROOM_PX:
            alone = replace(scene, things=there, relations=())
            picture = draft_onto(picture, _margin(picture, margins, side), alone, library, rng, palette)
            drawn = True
    if scene.things and not drawn:
        name = scene.things[0].name
        return picture, (f"the margins go on; to draw into one, say where, as in: {name} on the right",)
    return picture, ()


def _margin(picture: NDArray[np.uint8], margins: Margins, side: str) -> NDArray[np.bool_]:
    """Where the margin of that side is, between the picture's other edges."""
    left, top, right, bottom = margins
    height, width = picture.shape[:2]
    hole = np.zeros((height, width), np.bool_)
    places = {
        "left": np.s_[:, :left],
        "right": np.s_[:, width - right :],
        "top": np.s_[:top],
        "bottom": np.s_[height - bottom :],
    }
    hole[places[side]] = True
    return hole
