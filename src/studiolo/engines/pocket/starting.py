"""What a painting starts from: the draft of its prompt, or the picture it was given, in the asked palette."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from studiolo.engines.pocket import conditioning
from studiolo.engines.pocket.composer import compose
from studiolo.engines.pocket.grading import Palette
from studiolo.engines.pocket.inpainting import draft_into
from studiolo.engines.pocket.planner import plan

if TYPE_CHECKING:
    from studiolo.engines.pocket.drawings import DrawingLibrary
    from studiolo.engines.pocket.scene import Scene
    from studiolo.requests import ImageRequest


@dataclass(frozen=True)
class Start:
    """What a painting starts from, what a mask keeps, and what to say about it.

    `picture` and `original` are (h, w, 3); `strength` is how far the painting leaves `picture`.
    """

    picture: NDArray[np.uint8]
    original: NDArray[np.uint8]
    strength: float
    notes: tuple[str, ...] = ()


def start(request: ImageRequest, strength: float, library: DrawingLibrary, rng: np.random.Generator) -> Start:
    """Draft the prompt, or prepare the picture of the request.

    The palette reaches the painting through this alone; `rng` decides drawings and layout.
    """
    palette = Palette.of(request.palette) if request.palette else None
    if request.init_image is None:
        return _from_draft(request, strength, library, rng, palette)
    size = conditioning.size_of(request)
    original = np.asarray(conditioning.cover(request.init_image.image, *size))
    if request.mask is not None:
        return _in_hole(request, original, strength, library, rng, palette)
    graded = original if palette is None else palette.grade(original)
    return Start(graded, original, strength, _lost(palette, strength))


def _from_draft(
    request: ImageRequest,
    strength: float,
    library: DrawingLibrary,
    rng: np.random.Generator,
    palette: Palette | None,
) -> Start:
    scene = plan(request.prompt, library)
    draft = compose(scene, library, *conditioning.size_of(request), rng, palette=palette)
    if not scene.things and scene.unknown and strength:
        # Nothing of the draft shows what was asked: the words alone must do.
        strength = 1.0
    return Start(draft.image, draft.image, strength, (*_undrafted(scene), *_lost(palette, strength)))


def _in_hole(
    request: ImageRequest,
    original: NDArray[np.uint8],
    strength: float,
    library: DrawingLibrary,
    rng: np.random.Generator,
    palette: Palette | None,
) -> Start:
    if strength == 0:
        return Start(original, original, strength)
    scene = plan(request.prompt, library)
    hole = conditioning.hole_of(request)
    picture = draft_into(original, hole, scene, library, rng, palette)
    return Start(picture, original, strength, (*_undrafted(scene), *_lost(palette, strength)))


def _undrafted(scene: Scene) -> tuple[str, ...]:
    return tuple(f"painted without a draft: {phrase}" for phrase in scene.unknown)


def _lost(palette: Palette | None, strength: float) -> tuple[str, ...]:
    lost = palette is not None and strength >= 1
    return ("painted without the palette: at strength 1 nothing of it comes through",) if lost else ()
