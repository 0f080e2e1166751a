"""At every step of every scheduler the clean latents are known, and a guide can change where it heads."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import pytest

from studiolo.engines.diffusers import schedulers
from studiolo.engines.diffusers.estimates import Step, watching
from studiolo.engines.diffusers.schedulers import Sampler

CONFIG = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "steps_offset": 1}
DIFFUSION = [
    (schedulers.DIFFUSION, name, prediction)
    for name in schedulers.DIFFUSION
    for prediction in ("epsilon", "v_prediction")
]
FLOW = [(schedulers.FLOW, name, "flow_prediction") for name in schedulers.FLOW]
EVERY = pytest.mark.parametrize(
    ("samplers", "name", "prediction"),
    [*DIFFUSION, *FLOW],
    ids=[f"{name}, {prediction}" for _, name, prediction in [*DIFFUSION, *FLOW]],
)


class Oracle:
    """A model that always knows the picture: ``clean``. It tells the estimates from first principles."""

    def __init__(self, scheduler: Any, clean: Any, prediction: str) -> None:
        self.scheduler, self.clean, self.prediction = scheduler, clean, prediction

    def __call__(self, scaled: Any, timestep: Any) -> Any:
        """The output for a sample as the model is given it."""
        if self.prediction == "flow_prediction":
            sigma = timestep / 1000
            return (scaled - self.clean) / sigma
        alphas = self.scheduler.alphas_cumprod
        # Fractional time steps (Karras' sigmas, and the steps between two) lie between two of the table.
        low = int(timestep)
        share = float(timestep) - low
        log = (((1 - alphas) / alphas) ** 0.5).log()
        sigma = (log[low] * (1 - share) + log[min(low + 1, 999)] * share).exp()
        alpha = 1 / (sigma**2 + 1) ** 0.5
        noise = (scaled - alpha * self.clean) / (alpha * sigma)
        return noise if self.prediction == "epsilon" else alpha * noise - alpha * sigma * self.clean


def sample(
    samplers: Mapping[str, Sampler], name: str, prediction: str, guide: Any = None, seen: Any = None
) -> Any:
    """Seven steps from noise, with an oracle for a model: what came out, and what it was of."""
    import torch

    import diffusers

    torch.manual_seed(5)
    own: dict[str, Any] = {}
    if prediction != "flow_prediction":
        own = {**CONFIG, "prediction_type": prediction}
    scheduler = schedulers.build(diffusers, samplers, name, own, seeds=(3,))
    generator = torch.Generator().manual_seed(3)
    clean = torch.randn(1, 4, 8, 8)
    model = Oracle(scheduler, clean, prediction)
    scheduler.set_timesteps(7)
    latents = torch.randn(1, 4, 8, 8, generator=generator) * getattr(scheduler, "init_noise_sigma", 1.0)
    before = scheduler.step
    more = {"generator": generator} if "generator" in inspect.signature(scheduler.step).parameters else {}
    with watching(scheduler, guide) as watch:
        for timestep in scheduler.timesteps:
            scaled = latents
            if hasattr(scheduler, "scale_model_input"):
                scaled = scheduler.scale_model_input(latents, timestep)
            latents = scheduler.step(model(scaled, timestep), timestep, latents, **more).prev_sample
            if seen is not None:
                seen(watch, clean)
    assert watch.count == len(scheduler.timesteps)
    assert scheduler.step == before, "the scheduler is as it was"
    return latents, clean


@EVERY
def test_the_estimate_is_what_the_model_knows(samplers: Any, name: str, prediction: str):
    errors: list[float] = []

    def look(watch: Any, clean: Any) -> None:
        errors.append(float((watch.latest.x0 - clean).abs().max()))

    sample(samplers, name, prediction, seen=look)
    assert len(errors) >= 7
    assert max(errors) < 0.05, errors


@EVERY
def test_a_guide_decides_where_it_heads(samplers: Any, name: str, prediction: str):
    steps: list[Step] = []

    def guide(x0: Any, step: Step) -> Any:
        steps.append(step)
        return x0 * 0 + 0.5

    latents, clean = sample(samplers, name, prediction, guide=guide)
    unguided, _ = sample(samplers, name, prediction)
    assert float((unguided - clean).abs().mean()) < 0.2
    assert float((latents - 0.5).abs().mean()) < 0.2
    assert [step.index for step in steps] == list(range(len(steps)))
    assert all(0 <= step.alpha <= 1 and 0 <= step.sigma <= 1 for step in steps)
    assert steps[0].sigma > steps[-1].sigma


@EVERY
def test_a_guide_that_changes_nothing_changes_nothing(samplers: Any, name: str, prediction: str):
    plain, _ = sample(samplers, name, prediction)
    guided, _ = sample(samplers, name, prediction, guide=lambda x0, _: x0)
    assert float((plain - guided).abs().max()) < 1e-3
