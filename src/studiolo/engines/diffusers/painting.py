"""One painting, from a complete request to finished pictures."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from PIL import Image

from studiolo.engines import outpainting
from studiolo.engines.diffusers import decoding, wording
from studiolo.engines.diffusers.calls import call_for
from studiolo.engines.diffusers.estimates import Watch
from studiolo.engines.diffusers.extras import Extras
from studiolo.engines.diffusers.fitting import Fitted
from studiolo.engines.diffusers.guidance import PaletteGuide
from studiolo.engines.diffusers.loading import Loaded
from studiolo.engines.diffusers.refining import second_stage
from studiolo.engines.diffusers.running import Tell, run
from studiolo.engines.local import libraries
from studiolo.engines.repainting import finished, mask_of, size_of
from studiolo.requests import ImageRequest, Progress, ProgressCallback


@dataclass(frozen=True, kw_only=True)
class Painted:
    """The pictures of one call, what is to be noted of them, and seconds by stage."""

    images: tuple[Image.Image, ...]
    notes: tuple[str, ...]
    timings: dict[str, float]


def paint(fitted: Fitted, extras: Extras, asked: ImageRequest, seeds: tuple[int, ...], tell: Tell) -> Painted:
    """Paint a picture for each of ``seeds`` in one call.

    Raises:
        EngineError, UnsupportedRequestError, InvalidRequestError: see :mod:`.extras`, :mod:`.refining`
            and :mod:`.running`.
        RuntimeError: the device's memory did not suffice.
    """
    began = time.perf_counter()
    loaded, family = fitted.loaded, fitted.loaded.weights.family
    request = outpainting.as_inpainting(asked, multiple=family.multiple, least_px=family.min_side_px)
    call = call_for(loaded, request, seeds)
    notes = wording.notes(loaded.base, request.prompt)
    with ExitStack() as stack:
        notes += stack.enter_context(extras.attached(fitted, request, call))
        refiner = second_stage(loaded, request, call, seeds)
        calls = [call] if refiner is None else [call, refiner]
        for each in calls:
            stack.enter_context(fitted.force.at_work(each.pipeline))
        latents = run(
            calls,
            generators=_generators(seeds),
            tell=tell,
            guide=_guide(loaded, request),
            name=loaded.weights.name,
        )
        sampled = time.perf_counter()
        tiny = loaded.preview if fitted.force.plan.tiny_vae else None
        images, more = decoding.pictures(loaded.base, latents, size_of(request), tiny=tiny)
    timings = {"sampling": sampled - began, "decoding": time.perf_counter() - sampled}
    joined = tuple(outpainting.cut(finished(image, request), asked) for image in images)
    return Painted(images=joined, notes=(*notes, *more), timings=timings)


def _guide(loaded: Loaded, request: ImageRequest) -> PaletteGuide | None:
    """What leads the painting to the colours asked for."""
    if not request.palette:
        return None
    return PaletteGuide(request.palette, loaded.previewer, mask_of(request) if request.mask else None)


def teller(
    loaded: Loaded,
    request: ImageRequest,
    progress: ProgressCallback,
    *,
    first: int,
    count: int,
    previews: bool,
) -> Tell:
    """Tells ``progress`` of each step, for each of ``count`` pictures from the one with index ``first``."""
    size = size_of(request)

    def tell(step: int, total: int, stage: str, watch: Watch) -> None:
        for position in range(count):
            progress(
                Progress(
                    step=step,
                    total=total,
                    index=first + position,
                    count=request.count,
                    stage=stage,
                    preview=_preview(loaded, watch, position, size) if previews else None,
                )
            )

    return tell


def _preview(
    loaded: Loaded, watch: Watch, position: int, size: tuple[int, int]
) -> Callable[[], Image.Image] | None:
    """Draws what the step just taken heads for, when somebody looks."""
    estimate = watch.latest
    if estimate is None:
        return None
    return lambda: loaded.previewer.picture(estimate.x0[position : position + 1], size)


def _generators(seeds: tuple[int, ...]) -> list[Any]:
    """On the CPU: the same noise on every device."""
    torch = libraries.load_torch()
    return [torch.Generator("cpu").manual_seed(seed) for seed in seeds]
