"""Calls of pipelines, watched: each step is told, and what is raised on being told ends it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from studiolo.engines.diffusers.calls import Call
from studiolo.engines.diffusers.estimates import Guide, Watch, watching
from studiolo.engines.local import libraries
from studiolo.engines.local.machine import is_out_of_memory
from studiolo.errors import EngineError, reason

Tell = Callable[[int, int, str, Watch], None]
"""Hears after each step how many are done, of how many, in which stage, and what it heads for."""

# What torch and diffusers raise when a model and a call do not go together.
_FAILED: Final = (RuntimeError, ValueError, TypeError, KeyError, AttributeError, IndexError)


def run(calls: Sequence[Call], *, generators: list[Any], tell: Tell, guide: Guide | None, name: str) -> Any:
    """The clean latents that the calls come to, one after the other; each begins with what the last left.

    Args:
        calls: one, or base and refiner. All but the first say how many steps they take.
        generators: one for each picture; all calls draw from them.
        tell: what it raises ends the painting and comes through as it is.
        guide: changes where each step heads.
        name: of the model, for what is said of failures.

    Raises:
        EngineError: the model could not do it.
        RuntimeError: the device's memory did not suffice; see :func:`machine.is_out_of_memory`.
    """
    latents: Any = None
    done = 0
    for position, call in enumerate(calls):
        if latents is not None:
            call.arguments["image"] = latents
        later = sum(each.planned or 0 for each in calls[position + 1 :])
        with failures_said(tell, name) as said:
            latents, done = _run_one(call, generators, said, guide, done, later)
    return latents


def _run_one(
    call: Call, generators: list[Any], tell: Tell, guide: Guide | None, done: int, later: int
) -> tuple[Any, int]:
    pipeline = call.pipeline
    pipeline.scheduler = call.scheduler
    with watching(call.scheduler, guide) as watch:

        def on_step_end(pipe: Any, step: int, _time: Any, tensors: dict[str, Any]) -> dict[str, Any]:
            tell(done + step + 1, done + pipe.num_timesteps + later, call.stage, watch)
            return tensors

        output = pipeline(
            **call.arguments, generator=generators, callback_on_step_end=on_step_end, output_type="latent"
        )
        return output.images, done + pipeline.num_timesteps


@contextmanager
def failures_said(tell: Tell, name: str) -> Generator[Tell]:
    """Failures of the library as errors of ours; what ``tell`` raised, and want of memory, as they are."""
    raised: list[BaseException] = []

    def listened(step: int, total: int, stage: str, watch: Watch) -> None:
        try:
            tell(step, total, stage, watch)
        except BaseException as error:
            raised.append(error)
            raise

    try:
        yield listened
    except _FAILED as error:
        if error in raised or is_out_of_memory(libraries.load_torch(), error):
            raise
        raise EngineError(
            f"'{name}' failed: {reason(error)}.",
            hint="Try another scheduler or size; if it fails again, tell us: the cause is in the traceback.",
        ) from error
