"""Samplers of rectified flow (Liu et al. 2022, arXiv 2209.03003) as plain functions on numpy arrays.

Time runs from 1 (noise) to 0 (picture): x_t = (1 - t) x_0 + t e, and the network gives the
velocity v = e - x_0. Starting below 1 from a noised picture is SDEdit (Meng et al. 2021,
arXiv 2108.01073). Each sampler takes ``velocity(x, t)``, the start, the times to pass
(falling, ending at 0) and ``report(step, estimate)``, called after each step with the
present guess of x_0.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

Latents = NDArray[np.floating[Any]]  # float32; numpy's stubs lose that beside a Python float
Velocity = Callable[[Latents, float], Latents]
Report = Callable[[int, Latents], None]
Sampler = Callable[[Velocity, Latents, NDArray[np.float64], Report], Latents]


def times(steps: int, strength: float) -> NDArray[np.float64]:
    """The times a painting passes: from ``strength`` to 0 in its share of ``steps``, at least one step.

    As in SDXL's image-to-image, ``steps`` counts the whole schedule: strength 0.5 runs half of it.
    """
    return np.linspace(strength, 0.0, max(1, math.ceil(steps * strength - 1e-9)) + 1)


def noised(latents: Latents, noise: Latents, strength: float) -> Latents:
    """``latents`` at time ``strength``."""
    return (1 - strength) * latents + strength * noise


def euler(velocity: Velocity, x: Latents, at: NDArray[np.float64], report: Report) -> Latents:
    """Straight steps along the velocity."""
    for step, (now, then) in _spans(at):
        v = velocity(x, now)
        report(step, x - now * v)
        x = x + (then - now) * v
    return x


def heun(velocity: Velocity, x: Latents, at: NDArray[np.float64], report: Report) -> Latents:
    """Euler, corrected by the velocity where it lands (Karras et al. 2022, arXiv 2206.00364, algorithm 1)."""
    for step, (now, then) in _spans(at):
        v = velocity(x, now)
        report(step, x - now * v)
        landed = x + (then - now) * v
        if then > 0:
            v = (v + velocity(landed, then)) / 2
            landed = x + (then - now) * v
        x = landed
    return x


def dpmpp_2m(velocity: Velocity, x: Latents, at: NDArray[np.float64], report: Report) -> Latents:
    """DPM-Solver++(2M) (Lu et al. 2022, arXiv 2211.01095, algorithm 2), with alpha = 1 - t and sigma = t."""
    last_estimate: Latents | None = None
    last_span = 0.0
    for step, (now, then) in _spans(at):
        estimate = x - now * velocity(x, now)
        report(step, estimate)
        if then <= 0:
            return estimate
        span = _half_log_snr(then) - _half_log_snr(now)
        guess = estimate
        # From pure noise the log signal-to-noise ratio is infinite: the first step is of first order.
        if last_estimate is not None and math.isfinite(last_span) and math.isfinite(span):
            weight = span / (2 * last_span)
            guess = (1 + weight) * estimate - weight * last_estimate
        x = (np.float32(then / now) * x + np.float32((1 - then) * -math.expm1(-span)) * guess).astype(
            np.float32
        )
        last_estimate, last_span = estimate, span
    return x


def _spans(at: NDArray[np.float64]) -> Iterator[tuple[int, tuple[float, float]]]:
    # Python floats: numpy's would turn the float32 arrays they meet into float64.
    falling: list[float] = at.tolist()
    return enumerate(pairwise(falling), start=1)


def _half_log_snr(t: float) -> float:
    return math.log((1 - t) / t) if t < 1 else -math.inf


SAMPLERS: Mapping[str, Sampler] = MappingProxyType({"dpm++ 2m": dpmpp_2m, "euler": euler, "heun": heun})


def guided(with_words: Latents, without: Latents, scale: float) -> Latents:
    """Classifier-free guidance (Ho & Salimans 2022, arXiv 2207.12598)."""
    return without + scale * (with_words - without)


def inpainting(velocity: Velocity, kept: Latents, noise: Latents, free: Latents) -> Velocity:
    """A velocity that leads back to ``kept`` wherever ``free`` is 0 (blended latents, arXiv 2206.02779).

    Args:
        velocity: of the unconstrained painting.
        kept: latents of the picture painted into.
        noise: the noise the painting started from.
        free: 1 where it may paint, 0 where the picture stays; broadcasts over channels.
    """

    def constrained(x: Latents, t: float) -> Latents:
        x = free * x + (1 - free) * noised(kept, noise, t)
        return free * velocity(x, t) + (1 - free) * (noise - kept)

    return constrained
