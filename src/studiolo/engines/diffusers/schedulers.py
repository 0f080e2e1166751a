"""Schedulers by their common names, built anew for each picture from the model's own configuration.

A scheduler keeps the state of one sampling; one that is made for one call leaks nothing into the next.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Final, cast

from studiolo.engines.diffusers.families import Family

_filters = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class Sampler:
    """A scheduler class of diffusers, and what its configuration says beyond the model's own.

    ``aliases`` are other programs' names: AUTOMATIC1111's, ComfyUI's, Replicate's, diffusers' own.
    """

    cls: str
    config: Mapping[str, Any] = field(default_factory=dict[str, Any])
    aliases: tuple[str, ...] = ()


_KARRAS: Final = {"use_karras_sigmas": True}
_SDE: Final = {"algorithm_type": "sde-dpmsolver++"}

# Noise-predicting models (Stable Diffusion 1 and 2, SDXL).
DIFFUSION: Final[Mapping[str, Sampler]] = {
    "euler": Sampler(cls="EulerDiscreteScheduler", aliases=("normal euler",)),
    "euler karras": Sampler(cls="EulerDiscreteScheduler", config=_KARRAS),
    "euler a": Sampler(cls="EulerAncestralDiscreteScheduler", aliases=("euler ancestral", "euler_a")),
    "heun": Sampler(cls="HeunDiscreteScheduler", aliases=("heun discrete",)),
    "heun karras": Sampler(cls="HeunDiscreteScheduler", config=_KARRAS),
    "lms": Sampler(cls="LMSDiscreteScheduler"),
    "lms karras": Sampler(cls="LMSDiscreteScheduler", config=_KARRAS),
    "ddim": Sampler(cls="DDIMScheduler"),
    "ddpm": Sampler(cls="DDPMScheduler"),
    "pndm": Sampler(cls="PNDMScheduler", config={"skip_prk_steps": True}, aliases=("plms",)),
    "lcm": Sampler(cls="LCMScheduler"),
    "tcd": Sampler(cls="TCDScheduler"),
    "unipc": Sampler(cls="UniPCMultistepScheduler", aliases=("uni_pc", "uni_pc_bh2")),
    "deis": Sampler(cls="DEISMultistepScheduler"),
    "dpm2": Sampler(cls="KDPM2DiscreteScheduler", aliases=("dpm_2",)),
    "dpm2 karras": Sampler(cls="KDPM2DiscreteScheduler", config=_KARRAS, aliases=("dpm_2_karras",)),
    "dpm2 a": Sampler(cls="KDPM2AncestralDiscreteScheduler", aliases=("dpm_2_ancestral",)),
    "dpm2 a karras": Sampler(
        cls="KDPM2AncestralDiscreteScheduler", config=_KARRAS, aliases=("dpm_2_ancestral_karras",)
    ),
    "dpm++ 2m": Sampler(
        cls="DPMSolverMultistepScheduler", aliases=("dpmpp_2m", "dpmsolver++", "dpm solver multistep")
    ),
    "dpm++ 2m karras": Sampler(
        cls="DPMSolverMultistepScheduler", config=_KARRAS, aliases=("dpmpp_2m_karras", "karrasdpm")
    ),
    "dpm++ 2m sde": Sampler(cls="DPMSolverMultistepScheduler", config=_SDE, aliases=("dpmpp_2m_sde",)),
    "dpm++ 2m sde karras": Sampler(
        cls="DPMSolverMultistepScheduler",
        config=_SDE | _KARRAS,
        aliases=("dpmpp_2m_sde_karras", "dpmpp_2m_sde_gpu_karras"),
    ),
    "dpm++ 3m sde": Sampler(
        cls="DPMSolverMultistepScheduler", config=_SDE | {"solver_order": 3}, aliases=("dpmpp_3m_sde",)
    ),
    "dpm++ 3m sde karras": Sampler(
        cls="DPMSolverMultistepScheduler",
        config=_SDE | _KARRAS | {"solver_order": 3},
        aliases=("dpmpp_3m_sde_karras",),
    ),
    "dpm++ 2s": Sampler(
        cls="DPMSolverSinglestepScheduler", config={"lower_order_final": True}, aliases=("dpmpp_2s",)
    ),
    "dpm++ sde": Sampler(cls="DPMSolverSDEScheduler", aliases=("dpmpp_sde",)),
    "dpm++ sde karras": Sampler(cls="DPMSolverSDEScheduler", config=_KARRAS, aliases=("dpmpp_sde_karras",)),
}

# Models that predict a flow (Stable Diffusion 3, Flux).
FLOW: Final[Mapping[str, Sampler]] = {
    "euler": Sampler(cls="FlowMatchEulerDiscreteScheduler", aliases=("flow match euler",)),
    "dpm++ 2m": Sampler(
        cls="DPMSolverMultistepScheduler",
        config={"use_flow_sigmas": True, "prediction_type": "flow_prediction"},
        aliases=("dpmpp_2m",),
    ),
    "unipc": Sampler(
        cls="UniPCMultistepScheduler",
        config={"use_flow_sigmas": True, "prediction_type": "flow_prediction"},
        aliases=("uni_pc",),
    ),
}

# What every configuration says: latents are no pixels, so there is no range to clip them to.
_ALWAYS: Final = {"use_karras_sigmas": False, "clip_sample": False, "thresholding": False}


def table(family: Family) -> Mapping[str, Sampler]:
    """The samplers that a family's models paint with."""
    return FLOW if family.name in {"sd3", "flux"} else DIFFUSION


def names(samplers: Mapping[str, Sampler], own: Mapping[str, Any]) -> tuple[str, ...]:
    """All names, that of the model's own scheduler, configured as ``own``, first."""
    first = name_of(samplers, own)
    return (first, *(name for name in samplers if name != first))


def name_of(samplers: Mapping[str, Sampler], own: Mapping[str, Any]) -> str:
    """The common name of a scheduler with the configuration ``own``; euler where it has none."""
    fitting = [
        name
        for name, sampler in samplers.items()
        if sampler.cls == own.get("_class_name")
        and all(own.get(key, False) == value for key, value in sampler.config.items() if key in _TELLING)
    ]
    # "dpm++ 2m" fits a configuration for Karras' sigmas as well: the one that says most is meant.
    return max(fitting, key=lambda name: len(samplers[name].config), default="euler")


_TELLING: Final = ("use_karras_sigmas", "algorithm_type", "solver_order")


def aliases(samplers: Mapping[str, Sampler]) -> dict[str, str]:
    """Other programs' names, in lower case, to ours."""
    return {
        alias: name
        for name, sampler in samplers.items()
        for alias in (*sampler.aliases, *_classes(sampler, name, samplers))
    }


def _classes(sampler: Sampler, name: str, samplers: Mapping[str, Sampler]) -> tuple[str, ...]:
    """The class's name, with and without its last word, where ``name`` is the plainest of that class."""
    if next(other for other, each in samplers.items() if each.cls == sampler.cls) != name:
        return ()
    return sampler.cls.lower(), sampler.cls.lower().removesuffix("scheduler")


def build(
    diffusers: Any, samplers: Mapping[str, Sampler], name: str, own: Any, *, seeds: tuple[int, ...]
) -> Any:
    """The scheduler ``name`` for one call on pictures with ``seeds``, from the model's own configuration."""
    sampler = samplers[name]
    cls = getattr(diffusers, sampler.cls)
    config: dict[str, Any] = {**_ALWAYS, **sampler.config}
    if sampler.cls == "DPMSolverSDEScheduler":
        # Its Brownian noise is drawn from seeds of its own, not from the call's generators.
        config["noise_sampler_seed"] = list(seeds)
    with _quiet():
        scheduler = cls.from_config(own, **config)
    _hush(scheduler, "set_timesteps")
    if sampler.cls in {"DPMSolverSDEScheduler", "DEISMultistepScheduler"}:
        _hush(scheduler, "step")
    return scheduler


def renewed(scheduler: Any) -> Any:
    """A new one of the same kind and configuration: no state of an earlier call is in it."""
    with _quiet():
        new = cast("Any", type(scheduler)).from_config(scheduler.config)
    _hush(new, "set_timesteps")
    return new


def _hush(scheduler: Any, method: str) -> None:
    """Let nothing be heard of what a method of the library warns of and we cannot mend."""
    loud = getattr(scheduler, method)

    @wraps(loud)
    def quiet(*args: Any, **kwargs: Any) -> Any:
        with _quiet():
            return loud(*args, **kwargs)

    setattr(scheduler, method, quiet)


@contextmanager
def _quiet() -> Generator[None]:
    """Two habits: numpy functions on torch tensors, which numpy 2 deprecates, and times that are rounded."""
    with _filters, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="__array_", category=DeprecationWarning)
        warnings.filterwarnings("ignore", message="Should have t[ab]", category=UserWarning)
        yield
