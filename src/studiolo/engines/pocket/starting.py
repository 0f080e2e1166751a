"""What a painting starts from: the draft of its prompt, or pictures it was given, in the asked palette."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from studiolo.engines.pocket import conditioning, outpainting, varying
from studiolo.engines.pocket.composer import compose
from studiolo.engines.pocket.grading import Palette
from studiolo.engines.pocket.inpainting import draft_into
from studiolo.engines.pocket.planner import plan

if TYPE_CHECKING:
    from PIL.Image import Image

    from studiolo.engines.pocket.drawings import DrawingLibrary
    from studiolo.engines.pocket.scene import Scene
    from studiolo.requests import ImageRequest


@dataclass(frozen=True, kw_only=True)
class Start:
    """What a painting starts from, and what to say about it.

    Attributes:
        picture: (h, w, 3), what is noised and painted from.
        strength: how far the painting leaves ``picture``.
        original: (h, w, 3), what stays where the mask is black.
        mask: grey, of that size, white where it is painted anew; None: everywhere.
        drafted: whether ``picture`` is the painter's own draft, to be shown to the denoiser throughout.
        palette: the colours to paint in; ``picture`` is in them already.
        led_everywhere: whether all colours are led to the palette; else not those that ``picture`` has beside
            it, because the prompt asks for them.
        notes: what a person should know.
    """

    picture: NDArray[np.uint8]
    strength: float
    original: NDArray[np.uint8]
    mask: Image | None = None
    drafted: bool = False
    palette: Palette | None = None
    led_everywhere: bool = False
    notes: tuple[str, ...] = ()


def start(request: ImageRequest, strength: float, library: DrawingLibrary, rng: np.random.Generator) -> Start:
    """Draft the prompt, or prepare the pictures of the request; `rng` decides drawings and layout."""
    return _Starting(request, strength, library, rng).start()


class _Starting:
    """One request on its way to what is painted from."""

    def __init__(
        self, request: ImageRequest, strength: float, library: DrawingLibrary, rng: np.random.Generator
    ) -> None:
        self._request = request
        self._strength = strength
        self._library = library
        self._rng = rng
        self._palette = Palette.of(request.palette) if request.palette else None

    def start(self) -> Start:
        request = self._request
        if request.init_image is None:
            return self._from_references() if request.references else self._from_draft(self._strength)
        if request.references and self._palette is None:
            # Beside another task, references say in which colours.
            pictures = [reference.image for reference in request.references]
            self._palette = varying.colours_of(pictures, self._rng)
        if request.outpaint is not None:
            return self._in_margins(request.init_image.image, request.outpaint)
        original = np.asarray(conditioning.cover(request.init_image.image, *conditioning.size_of(request)))
        return self._from(original) if request.mask is None else self._in_hole(original)

    def _from_draft(self, strength: float) -> Start:
        request = self._request
        scene = plan(request.prompt, self._library)
        size = conditioning.size_of(request)
        draft = compose(scene, self._library, *size, self._rng, palette=self._palette)
        if not scene.things and scene.unknown and strength:
            # Nothing of the draft shows what was asked: the words alone must do.
            strength = 1.0
        return Start(
            picture=draft.image,
            original=draft.image,
            strength=strength,
            drafted=True,
            palette=self._palette,
            led_everywhere=strength >= 1,  # nothing of the draft comes through
            notes=_undrafted(scene),
        )

    def _from_references(self) -> Start:
        request = self._request
        self._strength = varying.strength_for(request.similarity or 0.0)
        if varying.rearranges(request):
            pictures = [reference.image for reference in request.references]
            self._palette = self._palette or varying.colours_of(pictures, self._rng)
            return self._from_draft(self._strength)
        return self._from(varying.vary(request, self._rng))

    def _from(self, original: NDArray[np.uint8]) -> Start:
        graded = original if self._palette is None else self._palette.grade(original)
        return Start(picture=graded, original=original, strength=self._strength, palette=self._palette)

    def _in_hole(self, original: NDArray[np.uint8]) -> Start:
        mask = conditioning.mask_of(self._request)
        if self._strength == 0:
            return Start(picture=original, original=original, strength=0.0, mask=mask)
        scene = plan(self._request.prompt, self._library)
        hole = conditioning.hole_of(mask)
        return Start(
            picture=draft_into(original, hole, scene, self._library, self._rng, self._palette),
            original=original,
            strength=self._strength,
            mask=mask,
            palette=self._palette,
            notes=_undrafted(scene),
        )

    def _in_margins(self, image: Image, margins: outpainting.Margins) -> Start:
        canvas = outpainting.canvas_for(image, margins)
        scene = plan(self._request.prompt, self._library)
        picture, notes = outpainting.draft_margins(
            canvas, margins, scene, self._library, self._rng, self._palette
        )
        return Start(
            picture=picture,
            original=np.asarray(canvas.picture),
            strength=self._strength,
            mask=canvas.mask,
            palette=self._palette,
            notes=notes,
        )


def _undrafted(scene: Scene) -> tuple[str, ...]:
    return tuple(f"painted without a draft: {phrase}" for phrase in scene.unknown)
