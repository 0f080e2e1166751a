"""The second stage: SDXL's refiner (Podell et al. 2023, arXiv 2307.01952, section 2.5).

As an *ensemble* of experts the base runs the noise schedule down to the handover, and the refiner, which was
trained on low noise alone, runs the rest. As *image* it noises the finished picture a little and paints from
there (SDEdit, Meng et al. 2021, arXiv 2108.01073). Either way it takes the latents as they are: they are not
decoded in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from studiolo.engines.diffusers.calls import (
    Call,
    least_steps,
    scheduler_for,
    words_of,
)
from studiolo.engines.diffusers.loading import Loaded
from studiolo.engines.repainting import mask_of, size_of
from studiolo.errors import EngineError, InvalidRequestError, UnsupportedRequestError
from studiolo.requests import ImageRequest

_WITH_IMAGE: Final = "Use the refiner `image` (--refiner image), which refines the finished picture."

# A UNet with more was made for inpainting: it sees what stays, and noises all of the latents alike.
_LATENT_CHANNELS: Final = 4


def second_stage(loaded: Loaded, request: ImageRequest, first: Call, seeds: Sequence[int]) -> Call | None:
    """The refiner's call, which is still to be given the latents as ``image``; None if none was asked for.

    Of an ensemble, ``first`` is told where to stop.

    Raises:
        EngineError: there is no refiner.
        InvalidRequestError: the handover leaves one of the two nothing to do.
        UnsupportedRequestError: the pipeline or the scheduler cannot stop at a handover.
    """
    if request.refiner in (None, "none"):
        return None
    if loaded.refiner is None:
        raise EngineError(
            f"'{loaded.weights.name}' has no refiner on this machine.",
            hint="Run: studiolo pull sdxl, or leave the refiner out (--refiner none).",
        )
    keeps = request.mask is not None and first.pipeline.unet.config.in_channels == _LATENT_CHANNELS
    call = Call(
        pipeline=loaded.refining("inpaint" if keeps else "image"),
        scheduler=scheduler_for(loaded, request, seeds),
        stage="refining",
    )
    call.arguments |= words_of(request, len(seeds))
    if keeps:
        width, height = size_of(request)
        call.arguments |= {"mask_image": mask_of(request), "width": width, "height": height}
    if request.refiner == "ensemble":
        _hand_over(request, first, call)
    else:
        _refine_finished(request, call)
    return call


def _hand_over(request: ImageRequest, first: Call, second: Call) -> None:
    handover = request.handover or 0.8
    if not first.takes("denoising_end"):
        raise UnsupportedRequestError(
            f"diffusers' {type(first.pipeline).__name__} cannot stop at a handover.", hint=_WITH_IMAGE
        )
    if first.scheduler.order > 1:
        raise UnsupportedRequestError(
            f"The scheduler '{request.scheduler}' takes each step in two, and a handover would come between.",
            hint=f"Choose one of the DPM++ 2M kind. {_WITH_IMAGE}",
        )
    steps: int = first.arguments["num_inference_steps"]
    base, rest = shares(first.scheduler, steps, first.arguments.get("strength", 1.0), handover)
    if not base or not rest:
        idle = "the refiner" if base else "the base model"
        raise InvalidRequestError(
            f"With {steps} steps a handover of {handover:g} leaves {idle} nothing to do.",
            hint=f"Take more steps, or a handover nearer to the middle. {_WITH_IMAGE}",
        )
    first.arguments["denoising_end"] = handover
    second.arguments |= {"num_inference_steps": steps, "denoising_start": handover}
    first.planned, second.planned = base, rest


def _refine_finished(request: ImageRequest, call: Call) -> None:
    strength = request.refiner_strength or 0.3
    steps = max(request.steps or 1, least_steps(strength))
    call.arguments |= {"num_inference_steps": steps, "strength": strength}
    call.scheduler.set_timesteps(steps)
    skipped = (steps - min(int(steps * strength), steps)) * call.scheduler.order
    call.planned = len(call.scheduler.timesteps) - skipped


def shares(scheduler: Any, steps: int, strength: float, handover: float) -> tuple[int, int]:
    """How many of ``steps`` the base runs, and how many the refiner, by the rules of diffusers' pipelines.

    Args:
        scheduler: of first order; its timesteps are set anew.
        steps: of the whole schedule.
        strength: how much of it is run at all, where the painting starts from a picture.
        handover: the share of the training's timesteps after which the refiner takes over.
    """
    scheduler.set_timesteps(steps)
    times = [float(time) for time in scheduler.timesteps]
    trained = scheduler.config.num_train_timesteps
    cutoff = round(trained - handover * trained)
    start = len(times) - min(int(steps * strength), steps)
    return sum(time >= cutoff for time in times[start:]), sum(time < cutoff for time in times)
