"""An image engine for studiolo: ink that follows a flow field, in the colours of the prompt.

The engine says what it can do and does it; the painting itself is in :mod:`studiolo_flowfield.painting`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from studiolo import (
    Capabilities,
    GeneratedImage,
    ImageEngine,
    ImageRequest,
    InvalidRequestError,
    Progress,
    Range,
    Sizes,
)
from studiolo.requests import ProgressCallback, ignore_progress
from studiolo_flowfield.painting import Painting

__all__ = ["FlowFieldEngine"]

_CAPABILITIES = Capabilities(
    description="Ink carried along a flow field, in the colours named in the prompt; no model, no things.",
    sizes=Sizes(minimum=64, maximum=2048, multiple=8, default=(512, 512), max_pixels=2048 * 2048),
    steps=Range(minimum=10, maximum=400, default=90),
    previews=True,
    offline=True,
    languages=("en",),
    options=frozenset({"swirl"}),
    licence="Apache-2.0",
)


class FlowFieldEngine(ImageEngine):
    """Paints flow fields. ``options={"swirl": 0.2}`` flows calmly, 3.0 wildly; 1.0 if not given."""

    @property
    def capabilities(self) -> Capabilities:
        """Text to image, with a seed and steps; the option ``swirl``."""
        return _CAPABILITIES

    def generate(
        self, request: ImageRequest, progress: ProgressCallback = ignore_progress
    ) -> Iterator[GeneratedImage]:
        """Paint ``request.count`` pictures, one after the other."""
        for index in range(request.count):
            # What is kept with a picture is what makes it again, alone: count 1 and its own seed.
            single = request.model_copy(update={"count": 1, "seed": (request.seed or 0) + index})
            yield self._paint(single, progress, index, request.count)

    def _paint(
        self, request: ImageRequest, progress: ProgressCallback, index: int, count: int
    ) -> GeneratedImage:
        started = time.perf_counter()
        painting = Painting(
            prompt=request.prompt,
            width=request.width or _CAPABILITIES.sizes.default[0],
            height=request.height or _CAPABILITIES.sizes.default[1],
            seed=request.seed or 0,
            swirl=_swirl(request),
        )
        total = request.steps or 90
        for step in range(1, total + 1):
            painting.advance()
            # Raises Cancelled if the user wants to stop; there is nothing to clean up, so let it pass.
            progress(Progress(step=step, total=total, index=index, count=count, preview=painting.image))
        return GeneratedImage(
            image=painting.image(),
            request=request,
            engine="flowfield",
            model="ink",
            timings={"painting": time.perf_counter() - started},
        )


def _swirl(request: ImageRequest) -> float:
    given = request.options.get("swirl", 1.0)
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given <= 10:
        # Options are the engine's own, so it checks their values itself, and says what would do.
        raise InvalidRequestError(f"swirl is {given!r}, but must be a number.", hint="Use 0 to 10.")
    return float(given)
