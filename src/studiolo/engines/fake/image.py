"""A deterministic engine for tests and for building against: public, instant, without models.

It paints bands whose colours follow from prompt and seed, so that a test sees at once
whether a request went through unchanged. Of a palette it paints every colour and no other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from studiolo.engines.base import ImageEngine
from studiolo.engines.capabilities import Capabilities, Range, Sizes, Task
from studiolo.imaging.canvas import grow, join
from studiolo.requests import (
    MAX_LORAS,
    MAX_REFERENCES,
    GeneratedImage,
    ImageRequest,
    Progress,
    ProgressCallback,
    ignore_progress,
)

_CAPABILITIES = Capabilities(
    description="Coloured bands made from the prompt's hash; for tests, not for pictures.",
    tasks=frozenset(get_args(Task)),
    sizes=Sizes(minimum=8, maximum=2048, multiple=8, default=(64, 64)),
    steps=Range(minimum=1, maximum=100, default=4),
    guidance_scale=Range(minimum=0, maximum=20, default=5),
    strength=Range(minimum=0, maximum=1, default=0.6),
    negative_prompt=True,
    schedulers=("euler",),
    refiners=("none", "ensemble", "image"),
    handover=Range(minimum=0.1, maximum=0.9, default=0.8),
    refiner_strength=Range(minimum=0.1, maximum=1, default=0.3),
    seams=("default", "precise"),
    controls=("canny", "segmentation"),
    control_strength=Range(minimum=0, maximum=1, default=0.7),
    references=MAX_REFERENCES,
    similarity=Range(minimum=0.2, maximum=1, default=0.7),
    loras=MAX_LORAS,
    palette=10,
    upscale=(2, 4),
    previews=True,
    offline=True,
    languages=(),
    licence="Apache-2.0",
)


class FakeImageEngine(ImageEngine):
    """Paints bands of colour: the same for the same request, different for any other."""

    @property
    def capabilities(self) -> Capabilities:
        """Every task there is, small sizes, four steps."""
        return _CAPABILITIES

    def generate(
        self, request: ImageRequest, progress: ProgressCallback = ignore_progress
    ) -> Iterator[GeneratedImage]:
        """Paint ``request.count`` banded pictures."""
        for index in range(request.count):
            single = request.model_copy(update={"count": 1, "seed": (request.seed or 0) + index})
            image = _bands(single)
            steps = single.steps or 1
            for step in range(1, steps + 1):
                progress(
                    Progress(step=step, total=steps, index=index, count=request.count, preview=image.copy)
                )
            yield GeneratedImage(image=image, request=single, engine="fake", model="bands")


def _bands(request: ImageRequest) -> Image.Image:
    size = request.width or 64, request.height or 64
    init = None if request.init_image is None else request.init_image.image.convert("RGB")
    if request.upscale is not None and request.init_image is not None:
        return request.init_image.image.resize(size)
    bands = _stripes(request, *size)
    if init is None:
        return _like(request, bands)
    if request.remove_background:
        cut = init.convert("RGBA")
        cut.putalpha(ImageOps.autocontrast(bands.convert("L")).resize(init.size))
        return cut
    return _painted_over(request, init, bands)


def _like(request: ImageRequest, bands: Image.Image) -> Image.Image:
    """The bands, mixed with the first reference by the similarity; some of the bands always shows."""
    if not request.references:
        return bands
    reference = request.references[0].image.convert("RGB").resize(bands.size)
    return Image.blend(bands, reference, 0.9 * (request.similarity or 0.0))


def _painted_over(request: ImageRequest, init: Image.Image, bands: Image.Image) -> Image.Image:
    seam = request.seam or "default"
    if request.outpaint is not None:
        canvas = grow(init, request.outpaint)
        return join(bands, canvas.picture, canvas.mask, seam)
    source = init.resize(bands.size)
    painted = Image.blend(source, bands, request.strength or 0.0)
    if request.mask is None:
        return painted
    return join(painted, source, request.mask.image.convert("L").resize(bands.size), seam)


def _stripes(request: ImageRequest, width: int, height: int) -> Image.Image:
    digest = hashlib.sha256(request.model_dump_json().encode()).digest()
    colours = np.frombuffer(digest[:24], np.uint8).reshape(8, 3)
    if request.palette:
        colours = _of_palette(request.palette, digest)
    rows = colours[np.arange(height) * len(colours) // height]
    return Image.fromarray(np.repeat(rows[:, None, :], width, axis=1))


def _of_palette(palette: tuple[str, ...], digest: bytes) -> NDArray[np.uint8]:
    """Every colour of the palette, and some twice, in an order that follows from the request: (n, 3)."""
    rng = np.random.default_rng(list(digest))
    every = np.array([list(bytes.fromhex(colour[1:])) for colour in palette], np.uint8)
    return rng.permutation(np.concatenate([every, rng.choice(every, 4)]))
