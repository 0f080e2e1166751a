"""The samplers against a flow whose solution is known in closed form."""

from __future__ import annotations

import numpy as np
import pytest

from studiolo.engines.pocket import sampling

MEAN, DEVIATION = 0.7, 0.5


def gaussian_velocity(x: np.ndarray, t: float) -> np.ndarray:
    """E[e - x_0 | x_t = x] where x_0 is N(MEAN, DEVIATION^2)."""
    variance = (1 - t) ** 2 * DEVIATION**2 + t**2
    gap = x - (1 - t) * MEAN
    return (t * gap / variance - (MEAN + (1 - t) * DEVIATION**2 * gap / variance)).astype(np.float32)


def exact(x: np.ndarray, t: float) -> np.ndarray:
    """Where the flow from x at time t ends: it keeps each point's standard score."""
    return MEAN + DEVIATION * (x - (1 - t) * MEAN) / np.sqrt((1 - t) ** 2 * DEVIATION**2 + t**2)


def run(name: str, steps: int, strength: float) -> float:
    start = np.linspace(-2, 2, 41, dtype=np.float32)
    ended = sampling.SAMPLERS[name](
        gaussian_velocity, start, sampling.times(steps, strength), lambda step, estimate: None
    )
    return float(np.abs(ended - exact(start, strength)).max())


@pytest.mark.parametrize("name", list(sampling.SAMPLERS))
@pytest.mark.parametrize("strength", [0.4, 0.8, 1.0])
def test_reaches_the_exact_solution_as_steps_grow(name, strength):
    assert run(name, 400, strength) < 0.02
    assert run(name, 400, strength) < run(name, 20, strength)


def test_second_order_samplers_beat_euler_at_the_same_steps():
    euler = run("euler", 20, 0.8)
    assert run("heun", 20, 0.8) < euler / 3
    assert run("dpm++ 2m", 20, 0.8) < euler / 3


@pytest.mark.parametrize(
    ("steps", "strength", "expected"),
    [(20, 1.0, 20), (20, 0.5, 10), (20, 0.3, 6), (1, 0.1, 1), (30, 0.7, 21)],
)
def test_strength_runs_its_share_of_the_steps(steps, strength, expected):
    at = sampling.times(steps, strength)
    assert len(at) == expected + 1
    assert at[0] == strength
    assert at[-1] == 0
    assert (np.diff(at) < 0).all()


def test_every_step_is_reported_with_an_estimate():
    for sampler in sampling.SAMPLERS.values():
        seen: list[int] = []
        start = np.ones(3, np.float32)
        sampler(
            gaussian_velocity, start, sampling.times(8, 0.5), lambda step, x, seen=seen: seen.append(step)
        )
        assert seen == [1, 2, 3, 4]


def test_inpainting_leads_back_to_what_is_kept():
    rng = np.random.default_rng(0)
    kept = rng.normal(size=(8, 4, 4)).astype(np.float32)
    noise = rng.normal(size=kept.shape).astype(np.float32)
    free = np.zeros((1, 4, 4), np.float32)
    free[:, :2] = 1
    velocity = sampling.inpainting(gaussian_velocity, kept, noise, free)
    for sampler in sampling.SAMPLERS.values():
        ended = sampler(
            velocity, sampling.noised(kept, noise, 0.9), sampling.times(30, 0.9), lambda step, x: None
        )
        np.testing.assert_allclose(ended[:, 2:], kept[:, 2:], atol=1e-4)
        assert np.abs(ended[:, :2] - kept[:, :2]).max() > 0.1


def test_guidance_of_one_is_the_words_alone():
    a, b = np.ones(3, np.float32), np.zeros(3, np.float32)
    np.testing.assert_array_equal(sampling.guided(a, b, 1.0), a)
    np.testing.assert_array_equal(sampling.guided(a, b, 3.0), 3 * a)
