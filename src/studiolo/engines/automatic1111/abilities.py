"""What every web UI can do, whichever it is: what one of them lacks is said when it is asked."""

from __future__ import annotations

from studiolo.engines.automatic1111 import samplers
from studiolo.engines.automatic1111.options import (
    MAX_SIDE_PX,
    MIN_SIDE_PX,
    MULTIPLE_PX,
    Automatic1111Options,
    Wishes,
)
from studiolo.engines.capabilities import Capabilities, Range, Sizes
from studiolo.offline import is_loopback
from studiolo.requests import MAX_LORAS


def capabilities(name: str, options: Automatic1111Options, schedulers: tuple[str, ...]) -> Capabilities:
    """Of the engine ``name``, whose server has the samplers ``schedulers``; ranges are the sliders' there."""
    return Capabilities(
        description="A Stable Diffusion web UI of your own: AUTOMATIC1111, Forge, reForge, SD.Next.",
        tasks=frozenset({"text-to-image", "image-to-image", "inpainting", "outpainting", "upscaling"}),
        sizes=Sizes(
            minimum=MIN_SIDE_PX,
            maximum=MAX_SIDE_PX,
            multiple=MULTIPLE_PX,
            default=(options.width, options.height),
        ),
        steps=Range(minimum=1, maximum=150, default=20),
        guidance_scale=Range(minimum=1, maximum=30, default=7),
        strength=Range(minimum=0, maximum=1, default=0.75),
        negative_prompt=True,
        schedulers=schedulers,
        scheduler_aliases=samplers.ALIASES,
        refiners=("none", "ensemble"),
        handover=Range(minimum=0.01, maximum=0.99, default=0.8),
        seams=("default", "precise"),
        controls=("canny", "segmentation"),
        control_strength=Range(minimum=0, maximum=1, default=1),
        loras=MAX_LORAS,
        upscale=(2, 4),
        previews=options.previews,
        offline=is_loopback(options.host),
        served=True,
        options=frozenset(Wishes.model_fields),
        device=name,
        parallel=options.max_parallel,
    )
