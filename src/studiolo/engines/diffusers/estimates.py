"""What the picture looks like halfway: at each step of a scheduler, the clean latents x0 that it heads for.

Whatever a model predicts, x0 is a weighted sum of the noisy sample and the model's output. With the sample as
``alpha * x0 + sigma * noise`` (Karras et al. 2022, arXiv 2206.00364, table 1, has the parametrisations):

    the noise                                x0 = (sample - sigma * output) / alpha
    v (Salimans and Ho 2022, 2202.00512)     x0 = alpha * sample - sigma * output
    a flow (Lipman et al. 2022, 2210.02747)  x0 = sample - sigma * output
    x0 itself                                x0 = output

Schedulers of the k-diffusion kind keep the sample unscaled, as ``x0 + sigma / alpha * noise``.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final

from studiolo.engines.local import libraries

_UNSCALED: Final = {
    "EulerDiscreteScheduler",
    "EulerAncestralDiscreteScheduler",
    "HeunDiscreteScheduler",
    "LMSDiscreteScheduler",
    "KDPM2DiscreteScheduler",
    "KDPM2AncestralDiscreteScheduler",
    "DPMSolverSDEScheduler",
}
_BY_SIGMA: Final = {
    "DPMSolverMultistepScheduler",
    "DPMSolverSinglestepScheduler",
    "UniPCMultistepScheduler",
    "DEISMultistepScheduler",
}
_FLOWS: Final = {"FlowMatchEulerDiscreteScheduler"}


@dataclass(frozen=True, kw_only=True)
class Step:
    """Where a sampling is. ``index`` counts the model's evaluations from 0.

    ``alpha`` and ``sigma`` are how much of the sample is picture, and how much noise; for every kind of
    scheduler with alpha² + sigma² = 1, or alpha + sigma = 1 where the model predicts a flow.
    """

    index: int
    alpha: float
    sigma: float


Guide = Callable[[Any, Step], Any]
"""Takes the predicted clean latents (batch, channels, height, width; packed, as Flux has them) in float32,
and gives what they shall be instead."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Estimate:
    """The clean latents a step heads for, worked out when they are looked at."""

    step: Step
    sample: Any
    output: Any
    sample_weight: float
    output_weight: float

    @property
    def x0(self) -> Any:
        """The predicted clean latents, in float32."""
        return self.sample_weight * self.sample.float() + self.output_weight * self.output.float()

    def output_for(self, x0: Any) -> Any:
        """What the model would have put out, had it predicted ``x0``."""
        output = (x0.float() - self.sample_weight * self.sample.float()) / self.output_weight
        return output.to(self.output.dtype)


class Watch:
    """What is known of a sampling under way: its latest estimate, None before the first step."""

    def __init__(self) -> None:
        self.latest: Estimate | None = None
        self.count = 0


@contextmanager
def watching(scheduler: Any, guide: Guide | None = None) -> Generator[Watch]:
    """Look over the scheduler's shoulder; what ``guide`` makes of x0 is what the step then heads for."""
    watch = Watch()
    step = scheduler.step

    @wraps(step)
    def watched(model_output: Any, timestep: Any, sample: Any, *args: Any, **kwargs: Any) -> Any:
        estimate = _estimate(scheduler, model_output, timestep, sample, watch.count)
        if guide is not None:
            model_output = estimate.output_for(guide(estimate.x0, estimate.step))
            estimate = _estimate(scheduler, model_output, timestep, sample, watch.count)
        watch.latest, watch.count = estimate, watch.count + 1
        return step(model_output, timestep, sample, *args, **kwargs)

    scheduler.step = watched
    try:
        yield watch
    finally:
        scheduler.step = step


def _estimate(scheduler: Any, output: Any, timestep: Any, sample: Any, index: int) -> Estimate:
    alpha, sigma, scale = _level(scheduler, timestep)
    kind = "flow_prediction" if type(scheduler).__name__ in _FLOWS else scheduler.config.prediction_type
    match kind:
        case "epsilon":
            of_sample, of_output = scale / alpha, -sigma / alpha
        case "v_prediction":
            of_sample, of_output = scale * alpha, -sigma
        case "flow_prediction":
            of_sample, of_output = 1.0, -sigma
        case _:
            of_sample, of_output = 0.0, 1.0
    step = Step(index=index, alpha=alpha, sigma=sigma)
    return Estimate(step=step, sample=sample, output=output, sample_weight=of_sample, output_weight=of_output)


def _level(scheduler: Any, timestep: Any) -> tuple[float, float, float]:
    """Alpha and sigma of the sample at ``timestep``, and by what it is scaled to have them.

    Schedulers keep their sigmas on the CPU: looking them up does not wait for the device.
    """
    kind = type(scheduler).__name__
    if kind in _UNSCALED:
        # Its own scaling of the model's input says how noisy it takes the sample to be: 1 / sqrt(sigma² + 1).
        torch = libraries.load_torch()
        alpha = float(scheduler.scale_model_input(torch.ones((), dtype=torch.float64), timestep))
        return alpha, (1 - alpha * alpha) ** 0.5, alpha
    if kind in _BY_SIGMA or kind in _FLOWS:
        if scheduler.step_index is None:
            scheduler._init_step_index(timestep)  # noqa: SLF001 - what its step() begins with
        sigma = scheduler.sigmas[scheduler.step_index]
        if kind in _FLOWS:
            return 1 - float(sigma), float(sigma), 1.0
        alpha, sigma = scheduler._sigma_to_alpha_sigma_t(sigma)  # noqa: SLF001
        return float(alpha), float(sigma), 1.0
    signal = float(scheduler.alphas_cumprod[int(timestep)])
    return signal**0.5, (1 - signal) ** 0.5, 1.0
