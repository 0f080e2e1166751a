"""One call of a pipeline, watched: each step is told, and what is raised on being told ends it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from studiolo.engines.diffusers.calls import Call

Tell = Callable[[int, int], None]
"""Hears after each step how many are done, and of how many."""


def run(call: Call, *, scheduler: Any, generators: list[Any], tell: Tell, output: str = "pil") -> Any:
    """The pictures (or, with ``output`` "latent", the latents) that the call comes to."""
    pipeline = call.pipeline
    pipeline.scheduler = scheduler

    def on_step_end(pipe: Any, step: int, _time: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        tell(step + 1, pipe.num_timesteps)
        return tensors

    result = pipeline(
        **call.arguments, generator=generators, callback_on_step_end=on_step_end, output_type=output
    )
    return result.images
