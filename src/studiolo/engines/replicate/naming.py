"""What models at Replicate call the fields of a request; the first name that a model takes is meant.

Gathered from the API pages of image models there (read 2026-11-22): stability-ai/sdxl and its fine-tunes,
stable-diffusion 1.5 to 3.5, black-forest-labs/flux-*, their relatives. Names that mean different things to
different models (``scale``, ``image_strength``) are left to the request's options.
"""

from __future__ import annotations

import re
from typing import Any, Final

from studiolo.engines.replicate.schema import Input, Inputs

PROMPTS: Final = ("prompt", "text_prompt", "text", "caption")
NEGATIVE_PROMPTS: Final = ("negative_prompt", "neg_prompt", "negative")
SEEDS: Final = ("seed", "random_seed")
STEPS: Final = ("num_inference_steps", "steps", "num_steps", "inference_steps")
GUIDANCE: Final = ("guidance_scale", "guidance", "cfg", "cfg_scale")
STRENGTHS: Final = ("prompt_strength", "strength", "denoising_strength", "denoise")
SCHEDULERS: Final = ("scheduler", "sampler", "sampler_name")
SIMILARITIES: Final = ("image_prompt_strength",)
COUNTS: Final = ("num_outputs", "number_of_images", "num_images", "num_images_per_prompt")
FORMATS: Final = ("output_format",)
REFINE: Final = ("refine",)
HANDOVERS: Final = ("high_noise_frac",)
INIT_IMAGES: Final = (
    "image",
    "input_image",
    "init_image",
    "img",
    "source_image",
    "image_input",
    "input_images",
    "images",
)
MASKS: Final = ("mask", "mask_image", "inpaint_mask")
REFERENCES: Final = (
    "reference_images",
    "image_prompt",
    "redux_image",
    "reference_image",
    "style_reference_images",
    "style_image",
    "ip_adapter_image",
    "image_input",
    "input_images",
    "images",
    "input_image",
)

REFINERS: Final = {
    "none": "no_refiner",
    "ensemble": "expert_ensemble_refiner",
    "image": "base_image_refiner",
}
"""Ours, and SDXL's there."""

# How AUTOMATIC1111, ComfyUI and diffusers spell what Cog's models call by diffusers' classes
# (replicate/cog-sdxl, predict.py: SCHEDULERS; read 2026-11-22).
SCHEDULER_ALIASES: Final[dict[str, tuple[str, ...]]] = {
    "DDIM": ("ddim", "ddimscheduler"),
    "DPMSolverMultistep": (
        "dpm++ 2m",
        "dpmpp_2m",
        "dpmsolver++",
        "dpm solver multistep",
        "dpmsolvermultistepscheduler",
    ),
    "HeunDiscrete": ("heun", "heundiscretescheduler"),
    "KarrasDPM": ("dpm++ 2m karras", "dpmpp_2m_karras"),
    "K_EULER_ANCESTRAL": ("euler a", "euler_a", "euler ancestral", "eulerancestraldiscretescheduler"),
    "K_EULER": ("euler", "euler discrete", "eulerdiscretescheduler"),
    "PNDM": ("pndm", "plms", "pndmscheduler"),
}


def first(names: tuple[str, ...], takes: Inputs) -> Input | None:
    """The input that ``takes`` has under one of ``names``."""
    return next((takes[name] for name in names if name in takes), None)


def scheduler_among(asked: str, choices: tuple[Any, ...]) -> str:
    """The model's own name of the scheduler asked for under whatever name; empty if it has none."""
    names = [str(choice) for choice in choices]
    if asked in names:
        return asked
    return next((name for name in names if _meant(name) == _meant(asked)), "")


def _meant(name: str) -> str:
    """One name for all spellings of a scheduler."""
    plain = _plain(name)
    for ours, aliases in SCHEDULER_ALIASES.items():
        if plain in {_plain(ours), *map(_plain, aliases)}:
            return ours
    return plain


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9+]", "", name.lower()).removeprefix("k")
