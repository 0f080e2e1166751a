"""A deterministic engine for tests and for building against: public, instant, without models.

It paints bands whose colours follow from prompt and seed, so that a test sees at once
whether a request went through unchanged. Of a palette it paints every colour and no other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studiolo.engines.base import ImageEngine
from studiolo.engines.capabilities import Capabilities, Range, Sizes
from studiolo.requests import GeneratedImage, ImageRequest, Progress, ProgressCallback, ignore_progress

_CAPABILITIES = Capabilities(
    description="Coloured bands made from the prompt's hash; for tests, not for pictures.",
    tasks=frozenset({"text-to-image", "image-to-image", "inpainting"}),
    sizes=Sizes(minimum=8, maximum=2048, multiple=8, default=(64, 64)),
    steps=Range(minimum=1, maximum=100, default=4),
    guidance_scale=Range(minimum=0, maximum=20, default=5),
    strength=Range(minimum=0, maximum=1, default=0.6),
    negative_prompt=True,
    schedulers=("euler",),
    palette=10,
    previews=True,
    offline=True,
    languages=(),
    licence="Apache-2.0",
)


class FakeImageEngine(ImageEngine):
    """Paints bands of colour: the same for the same request, different for any other."""

    @property
    def capabilities(self) -> Capabilities:
        """Every task, small sizes, four steps."""
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
    width, height = request.width or 64, request.height or 64
    digest = hashlib.sha256(request.model_dump_json().encode()).digest()
    colours = np.frombuffer(digest[:24], np.uint8).reshape(8, 3)
    if request.palette:
        colours = _of_palette(request.palette, digest)
    rows = colours[np.arange(height) * len(colours) // height]
    bands = Image.fromarray(np.repeat(rows[:, None, :], width, axis=1))
    if request.init_image is None:
        return bands
    source = request.init_image.image.convert("RGB").resize((width, height))
    painted = Image.blend(source, bands, request.strength or 0.0)
    if request.mask is None:
        return painted
    return Image.composite(painted, source, request.mask.image.convert("L").resize((width, height)))


def _of_palette(palette: tuple[str, ...], digest: bytes) -> NDArray[np.uint8]:
    """Every colour of the palette, and some twice, in an order that follows from the request: (n, 3)."""
    rng = np.random.default_rng(list(digest))
    every = np.array([list(bytes.fromhex(colour[1:])) for colour in palette], np.uint8)
    return rng.permutation(np.concatenate([every, rng.choice(every, 4)]))
