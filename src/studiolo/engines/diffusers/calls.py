"""From a request to a call: which pipeline, and what it is given."""

from __future__ import annotations

import inspect
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from studiolo.engines.diffusers import schedulers
from studiolo.engines.diffusers.loading import Kind, Loaded
from studiolo.engines.local import libraries
from studiolo.engines.repainting import init_picture, mask_of
from studiolo.requests import ImageRequest


@dataclass(kw_only=True)
class Call:
    """A pipeline, its keyword arguments and the scheduler it samples with, made for this call alone.

    ``planned`` is how many steps it will take, where that is known before it begins.
    """

    pipeline: Any
    arguments: dict[str, Any] = field(default_factory=dict[str, Any])
    scheduler: Any
    stage: str = "painting"
    planned: int | None = None

    def takes(self, argument: str) -> bool:
        """Whether the pipeline's call has a parameter of that name."""
        return argument in inspect.signature(self.pipeline.__call__).parameters


def call_for(loaded: Loaded, request: ImageRequest, seeds: Sequence[int]) -> Call:
    """The call that paints a picture for each of ``seeds``; the request is complete."""
    kind = kind_of(request)
    call = Call(pipeline=loaded.pipeline(kind), scheduler=scheduler_for(loaded, request, seeds))
    call.arguments |= words_of(request, len(seeds)) | {"num_inference_steps": request.steps}
    if call.takes("width"):
        call.arguments |= {"width": request.width, "height": request.height}
    if request.init_image is not None:
        call.arguments |= {"image": init_picture(request)} | _strength(request)
    if request.mask is not None:
        # One for each: of a single picture only the first generator would draw latents.
        call.arguments["image"] = [init_picture(request)] * len(seeds)
        call.arguments["mask_image"] = [mask_of(request)] * len(seeds)
    return call


def kind_of(request: ImageRequest) -> Kind:
    """What the painting starts from."""
    if request.mask is not None:
        return "inpaint"
    return "image" if request.init_image is not None else "text"


def words_of(request: ImageRequest, count: int) -> dict[str, Any]:
    """What every stage is told in words, and how closely to follow it."""
    words: dict[str, Any] = {"prompt": [request.prompt] * count, "guidance_scale": request.guidance_scale}
    if request.negative_prompt:
        words["negative_prompt"] = [request.negative_prompt] * count
    return words


def scheduler_for(loaded: Loaded, request: ImageRequest, seeds: Sequence[int]) -> Any:
    """The scheduler asked for, new, from the model's own configuration."""
    return schedulers.build(
        libraries.load_diffusers(),
        schedulers.table(loaded.weights.family),
        request.scheduler or "euler",
        loaded.base.scheduler.config,
        seeds=tuple(seeds),
    )


def _strength(request: ImageRequest) -> dict[str, Any]:
    """The strength, and as many steps as it takes for one to be run: of all, int(steps * strength) are."""
    strength = request.strength or 1.0
    return {"strength": strength, "num_inference_steps": max(request.steps or 1, least_steps(strength))}


def least_steps(strength: float) -> int:
    """The shortest schedule of which ``strength`` leaves a step to run."""
    steps = math.ceil(1 / strength)
    return steps if int(steps * strength) else steps + 1
