"""Samplers and noise schedules: ComfyUI keeps them apart, everybody else has one name for both.

Names as ComfyUI has them (``comfy/samplers.py``: KSAMPLER_NAMES, SCHEDULER_HANDLERS; seen in 2026-11). What
is declared are those most models are painted with; any other of a server is reached by the options
``sampler`` and ``schedule``.
"""

from __future__ import annotations

import re
from typing import Final

PLAIN_SCHEDULE: Final = "normal"

_TITLES: Final = {
    "euler": ("EulerDiscreteScheduler", "euler discrete"),
    "euler_ancestral": ("Euler a", "EulerAncestralDiscreteScheduler", "euler ancestral discrete"),
    "heun": ("HeunDiscreteScheduler", "heun discrete"),
    "dpm_2": ("DPM2", "KDPM2DiscreteScheduler"),
    "dpm_2_ancestral": ("DPM2 a", "KDPM2AncestralDiscreteScheduler"),
    "lms": ("LMSDiscreteScheduler",),
    "dpm_fast": ("DPM fast",),
    "dpm_adaptive": ("DPM adaptive",),
    "dpmpp_2s_ancestral": ("DPM++ 2S a", "DPM++ 2S Ancestral"),
    "dpmpp_sde": ("DPM++ SDE", "DPMSolverSDEScheduler"),
    "dpmpp_2m": ("DPM++ 2M", "DPMSolverMultistepScheduler", "DPMSolverMultistep", "DPMSolver++"),
    "dpmpp_2m_sde": ("DPM++ 2M SDE",),
    "dpmpp_3m_sde": ("DPM++ 3M SDE",),
    "ddpm": ("DDPMScheduler",),
    "lcm": ("LCMScheduler",),
    "ipndm": (),
    "deis": ("DEISMultistepScheduler",),
    "res_multistep": ("RES multistep",),
    "er_sde": ("ER SDE",),
    "ddim": ("DDIMScheduler",),
    "uni_pc": ("UniPC", "UniPCMultistepScheduler", "UniPCMultistep"),
    "uni_pc_bh2": ("UniPC BH2",),
}
"""Samplers, and what AUTOMATIC1111, diffusers and Replicate call them."""

_WITH_KARRAS: Final = (
    "euler",
    "heun",
    "dpm_2",
    "dpm_2_ancestral",
    "lms",
    "dpmpp_2s_ancestral",
    "dpmpp_sde",
    "dpmpp_2m",
    "dpmpp_2m_sde",
    "dpmpp_3m_sde",
)
_OTHERS: Final = {"euler simple": ("euler", "simple"), "euler beta": ("euler", "beta")}

SCHEDULERS: Final[dict[str, tuple[str, str]]] = {
    **{name: (name, PLAIN_SCHEDULE) for name in _TITLES},
    **{f"{name} karras": (name, "karras") for name in _WITH_KARRAS},
    **_OTHERS,
}
"""From our names to a sampler and a schedule. The first is what ComfyUI's own first workflow has."""

ALIASES: Final[dict[str, str]] = {
    **{title.lower(): name for name, titles in _TITLES.items() for title in titles},
    **{f"{title.lower()} karras": f"{name} karras" for name in _WITH_KARRAS for title in _TITLES[name]},
    "karrasdpm": "dpmpp_2m karras",
}


def name_of(sampler: str, schedule: str) -> str:
    """Our name of the two together."""
    return sampler if schedule == PLAIN_SCHEDULE else f"{sampler} {schedule}"


def parts_of(name: str) -> tuple[str, str]:
    """The sampler and the schedule of one of our names."""
    if name in SCHEDULERS:
        return SCHEDULERS[name]
    sampler, _, schedule = name.partition(" ")
    return sampler, schedule or PLAIN_SCHEDULE


def spelt(name: str) -> str:
    """``name`` without what only spellings differ in."""
    return re.sub(r"[\s_-]", "", name.lower().replace("++", "pp"))
