"""The pocket painter: plans a scene, drafts it, and paints it by diffusion. Offline, without torch.

Retrieval-augmented diffusion (Blattmann et al. 2022, arXiv 2204.11824): the draft is composed from
openly licensed drawings and conditions a small latent-diffusion model, which paints from the draft's
noised latents. Strength 0 is the draft itself; 1 ignores it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from studiolo.embedding import TextEmbedder
from studiolo.engines.base import Availability, EngineConfig, ImageEngine
from studiolo.engines.capabilities import Capabilities, Range, Sizes
from studiolo.engines.pocket import conditioning
from studiolo.errors import UnknownEngineError
from studiolo.imaging.palette import MAX_COLOURS
from studiolo.requests import (
    MAX_REFERENCES,
    GeneratedImage,
    ImageRequest,
    Progress,
    ProgressCallback,
    ignore_progress,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from studiolo.engines.pocket.drawings import DrawingLibrary
    from studiolo.engines.pocket.networks import Networks
    from studiolo.engines.pocket.sampling import Latents
    from studiolo.engines.pocket.starting import Start

MODEL = "pocket-1"

CAPABILITIES = Capabilities(
    description="Our own small painter of emoji- and illustration-like pictures: anywhere, offline, at once.",
    tasks=frozenset({"text-to-image", "image-to-image", "inpainting", "outpainting", "variation"}),
    sizes=Sizes(
        minimum=256, maximum=1408, multiple=64, default=conditioning.DEFAULT_SIZE, max_pixels=1408 * 1024
    ),
    max_count=64,
    steps=Range(minimum=1, maximum=200, default=24),
    guidance_scale=Range(minimum=1, maximum=15, default=1.5),
    strength=Range(minimum=0, maximum=1, default=0.45),
    draft_strength=0.4,
    negative_prompt=True,
    schedulers=("dpm++ 2m", "euler", "heun"),
    seams=("default", "precise"),
    references=MAX_REFERENCES,
    similarity=Range(minimum=0.2, maximum=1, default=0.7),
    palette=MAX_COLOURS,
    previews=True,
    offline=True,
    models=(MODEL,),
    licence="Apache-2.0",
)


class _Parts:
    """What the painter works with, each loaded when first used."""

    def __init__(self, config: EngineConfig) -> None:
        self._threads = config.threads
        self.embedder = config.embedder or TextEmbedder(threads=config.threads or 2)

    @cached_property
    def library(self) -> DrawingLibrary:
        from studiolo.engines.pocket.drawings import DrawingLibrary

        return DrawingLibrary(embedder=self.embedder)

    @cached_property
    def networks(self) -> Networks:
        from studiolo.engines.pocket.networks import Networks

        return Networks(threads=self._threads)


class PocketImageEngine(ImageEngine):
    """Paints at 512x512 in under a second on two CPU cores."""

    def __init__(self, config: EngineConfig | None = None) -> None:
        super().__init__(config)
        if self.config.model not in (None, MODEL):
            raise UnknownEngineError(
                f"The pocket painter has no model '{self.config.model}'.", hint=f"Its model: {MODEL}."
            )
        self._parts = _Parts(self.config)

    @property
    def capabilities(self) -> Capabilities:
        """Text to image, and from pictures: over them, into them, around them, or like them."""
        return CAPABILITIES

    def availability(self) -> Availability:
        """Ready if the weights came with the package."""
        from studiolo.engines.pocket.networks import ASSETS

        needed = ("encoder.onnx", "decoder.onnx", "denoiser.onnx", "drawings.zip")
        missing = [name for name in needed if not (ASSETS / name).exists()]
        if missing:
            return Availability(
                ready=False,
                reason=f"missing {', '.join(missing)}",
                hint="Reinstall studiolo, or: make pocket",
            )
        return Availability(ready=True)

    def generate(
        self, request: ImageRequest, progress: ProgressCallback = ignore_progress
    ) -> Iterator[GeneratedImage]:
        """Paint ``request.count`` pictures."""
        for index in range(request.count):
            single = request.model_copy(update={"count": 1, "seed": (request.seed or 0) + index})

            def report(step: Progress, index: int = index) -> None:
                progress(replace(step, index=index, count=request.count))

            yield self._paint(single, report)

    def close(self) -> None:
        """Free networks and drawings, and the embedder if it was not given."""
        self._parts = _Parts(self.config)

    def _paint(self, request: ImageRequest, report: ProgressCallback) -> GeneratedImage:
        import numpy as np
        from PIL import Image

        from studiolo.imaging.canvas import join

        rng = np.random.default_rng(request.seed)
        clock = _Clock()
        start = self._start(request, rng)
        clock.lap("draft" if start.drafted else "prepare")
        # The noise comes from a generator of its own: how much the draft drew must not change it.
        noise_rng = np.random.default_rng([request.seed or 0, 1])
        if start.strength > 0:
            picture = Image.fromarray(self._diffuse(request, start, noise_rng, report))
        else:
            report(Progress(step=1, total=1, stage="draft"))
            picture = Image.fromarray(start.picture)
        if start.mask is not None:
            original = Image.fromarray(start.original)
            picture = join(picture, original, start.mask, request.seam or "precise")
        clock.lap("diffusion")
        return GeneratedImage(
            # Outpainting pads its canvas to the right and below.
            image=picture.crop((0, 0, *conditioning.size_of(request))),
            request=request,
            engine="pocket",
            model=MODEL,
            timings=clock.laps,
            notes=start.notes,
        )

    def _start(self, request: ImageRequest, rng: np.random.Generator) -> Start:
        from studiolo.engines.pocket import starting

        asked = CAPABILITIES.draft_strength if request.strength is None else request.strength
        return starting.start(request, asked or 0.0, self._parts.library, rng)

    def _diffuse(
        self, request: ImageRequest, start: Start, rng: np.random.Generator, report: ProgressCallback
    ) -> NDArray[np.uint8]:
        import numpy as np

        from studiolo.engines.pocket import colour_map, guiding, sampling

        networks = self._parts.networks
        latents = networks.encode(start.picture)
        noise = rng.standard_normal(latents.shape, np.float32)
        free = conditioning.free_places(start.mask, latents)
        shown, hidden = conditioning.conditions(latents, free, start.strength, drafted=start.drafted)
        velocity = self._velocity(request, shown, hidden, 1 - start.strength)
        if start.palette is not None:
            velocity = guiding.guide(start, start.palette, free, rng).velocity(velocity)
        if free is not None:
            velocity = sampling.inpainting(velocity, latents, noise, free)
        at = sampling.times(request.steps or 1, start.strength)

        def after_step(step: int, estimate: Latents) -> None:
            report(Progress(step=step, total=len(at) - 1, preview=lambda: colour_map.picture(estimate)))

        sampler = sampling.SAMPLERS[request.scheduler or next(iter(sampling.SAMPLERS))]
        painted = sampler(velocity, sampling.noised(latents, noise, start.strength), at, after_step)
        return networks.decode(painted)

    def _velocity(
        self, request: ImageRequest, shown: Latents, hidden: Latents | None, scale: float
    ) -> Callable[[Latents, float], Latents]:
        """The velocity under the prompt's guidance.

        With ``hidden`` also under the draft's, ``scale`` leading from not seeing it (0) to seeing it (1).
        """
        import numpy as np

        from studiolo.engines.pocket.networks import MAX_WORDS
        from studiolo.engines.pocket.sampling import guided

        words_scale = request.guidance_scale if request.guidance_scale is not None else 1.0
        # Without words there is nothing to be guided by, but away from the negative prompt.
        guidance = words_scale != 1 and bool(request.prompt or request.negative_prompt)
        texts = [request.prompt, request.negative_prompt] if guidance else [request.prompt]
        words, mask = self._parts.embedder.encode_tokens(texts, MAX_WORDS)
        # How training said "no words": zeros, of which one is looked at.
        silent = np.array([not text for text in texts])
        words = np.where(silent[:, None, None], np.float32(0), words)
        mask = np.where(silent[:, None], np.arange(MAX_WORDS)[None] == 0, mask)
        networks = self._parts.networks

        def seeing(x: Latents, t: float, draft: Latents) -> Latents:
            out = networks.velocity(x, t, draft, words, mask)
            return guided(out[0], out[1], words_scale) if guidance else out[0]

        def velocity(x: Latents, t: float) -> Latents:
            seen = seeing(x, t, shown)
            return seen if hidden is None else guided(seen, seeing(x, t, hidden), scale)

        return velocity


class _Clock:
    """Seconds between laps."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = round(now - self._last, 4)
        self._last = now
