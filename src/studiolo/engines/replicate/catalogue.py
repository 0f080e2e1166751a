"""Image models at Replicate that are known by name: what each takes, before anybody is asked, and its price.

Inputs are as their API pages had them: https://replicate.com/stability-ai/sdxl/api (and replicate/cog-sdxl,
predict.py) and https://replicate.com/black-forest-labs/flux-schnell/api, flux-dev, flux-1.1-pro and
flux-kontext-pro; read 2026-11-22. What a model takes on the day it is asked is checked once more, against its
own schema. Prices are those of https://replicate.com/pricing (as of 2026-10-07; that of the L40S 2026-05-04).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from studiolo.engines.replicate.schema import Input, Inputs, Kind
from studiolo.engines.replicate.sizing import SIZES

DEFAULT_MODEL: Final = "stability-ai/sdxl"
_PRICING: Final = "replicate.com/pricing, 2026-10"
_CUSTOM: Final = "custom"
_FLUX_FORMATS: Final = ("webp", "jpg", "png")


@dataclass(frozen=True, kw_only=True)
class Price:
    """US dollars, of each picture or of a second of the machine; ``source`` says where from.

    ``steps_a_second`` at a megapixel is our own guess, used before a painting alone: what was paid is counted
    from the seconds that Replicate measured.
    """

    per_image: float | None = None
    per_second: float | None = None
    steps_a_second: float = 0.0
    source: str = _PRICING


@dataclass(frozen=True, kw_only=True)
class Known:
    """A model of which it is known what it takes.

    ``multiple`` and ``side_px`` (least, most) bound sides that its schema does not bound.
    """

    description: str
    takes: Inputs
    licence: str
    price: Price | None = None
    multiple: int = 8
    side_px: tuple[int, int] = (256, 2048)


def _taking(*inputs: Input) -> Inputs:
    return {each.name: each for each in inputs}


def _input(name: str, kind: Kind = "string", default: Any = None, **more: Any) -> Input:
    return Input(name=name, kind=kind, default=default, **more)


def _number(
    name: str, default: float | None, low: float, high: float, kind: Kind = "number", **more: Any
) -> Input:
    return Input(name=name, kind=kind, default=default, minimum=low, maximum=high, **more)


_PROMPT: Final = _input("prompt", required=True)
_IMAGE: Final = _input("image", is_file=True)
_COUNT: Final = _number("num_outputs", 1, 1, 4, "integer")
_SEED: Final = _input("seed", "integer")
_UNSAFE: Final = _input("disable_safety_checker", "boolean", default=False)
_STRENGTH: Final = _number("prompt_strength", 0.8, 0, 1)
_QUALITY: Final = _number("output_quality", 80, 0, 100, "integer")
_FORMAT: Final = _input("output_format", default="webp", choices=_FLUX_FORMATS)
_FAST: Final = _input("go_fast", "boolean", default=True)
_SHAPE: Final = _input("aspect_ratio", default="1:1", choices=tuple(SIZES))
_AREA: Final = _input("megapixels", default="1", choices=("1", "0.25"))
_UPSAMPLING: Final = _input("prompt_upsampling", "boolean", default=False)

SDXL: Final = _taking(
    _input("prompt", default="An astronaut riding a rainbow unicorn"),
    _input("negative_prompt", default=""),
    _IMAGE,
    _input("mask", is_file=True),
    _input("width", "integer", 1024),
    _input("height", "integer", 1024),
    _COUNT,
    _input(
        "scheduler",
        default="K_EULER",
        choices=(
            "DDIM",
            "DPMSolverMultistep",
            "HeunDiscrete",
            "KarrasDPM",
            "K_EULER_ANCESTRAL",
            "K_EULER",
            "PNDM",
        ),
    ),
    _number("num_inference_steps", 50, 1, 500, "integer"),
    _number("guidance_scale", 7.5, 1, 50),
    _STRENGTH,
    _SEED,
    _input(
        "refine",
        default="no_refiner",
        choices=("no_refiner", "expert_ensemble_refiner", "base_image_refiner"),
    ),
    _number("high_noise_frac", 0.8, 0, 1),
    _input("refine_steps", "integer"),
    _input("apply_watermark", "boolean", default=True),
    _number("lora_scale", 0.6, 0, 1),
    _input("replicate_weights"),
    _UNSAFE,
)

_FLUX_SCHNELL: Final = _taking(
    _PROMPT,
    _SHAPE,
    _COUNT,
    _number("num_inference_steps", 4, 1, 4, "integer"),
    _SEED,
    _FORMAT,
    _QUALITY,
    _UNSAFE,
    _FAST,
    _AREA,
)

_FLUX_DEV: Final = _taking(
    _PROMPT,
    _SHAPE,
    _IMAGE,
    _STRENGTH,
    _COUNT,
    _number("num_inference_steps", 28, 1, 50, "integer"),
    _number("guidance", 3, 0, 10),
    _SEED,
    _FORMAT,
    _QUALITY,
    _UNSAFE,
    _FAST,
    _AREA,
)

_FLUX_11_PRO: Final = _taking(
    _PROMPT,
    _input("image_prompt", is_file=True),
    _input(
        "aspect_ratio",
        default="1:1",
        choices=(_CUSTOM, "1:1", "16:9", "3:2", "2:3", "4:5", "5:4", "9:16", "3:4", "4:3"),
    ),
    _number("width", None, 256, 1440, "integer", description="Must be a multiple of 32."),
    _number("height", None, 256, 1440, "integer", description="Must be a multiple of 32."),
    _number("safety_tolerance", 2, 1, 6, "integer"),
    _SEED,
    _UPSAMPLING,
    _FORMAT,
    _QUALITY,
)

_FLUX_KONTEXT_PRO: Final = _taking(
    _PROMPT,
    _input("input_image", is_file=True),
    _input(
        "aspect_ratio",
        default="match_input_image",
        choices=("match_input_image", *SIZES, "2:1", "1:2"),
    ),
    _SEED,
    _input("output_format", default="png", choices=("jpg", "png")),
    _number("safety_tolerance", 2, 0, 6, "integer"),
    _UPSAMPLING,
)

KNOWN: Final[Mapping[str, Known]] = {
    DEFAULT_MODEL: Known(
        description="Stable Diffusion XL with its refiner, at Replicate.",
        takes=SDXL,
        licence="CreativeML Open RAIL++-M",
        # SDXL and its fine-tunes run on an L40S there. At 1024x1024 it takes about six steps a second on one.
        price=Price(per_second=0.000975, steps_a_second=6.0, source="replicate.com/pricing, 2026-05"),
    ),
    "black-forest-labs/flux-schnell": Known(
        description="Flux.1 schnell, four steps, at Replicate.",
        takes=_FLUX_SCHNELL,
        licence="Apache-2.0",
        price=Price(per_image=0.003),
    ),
    "black-forest-labs/flux-dev": Known(
        description="Flux.1 dev at Replicate.",
        takes=_FLUX_DEV,
        licence="Black Forest Labs' terms at Replicate",
        price=Price(per_image=0.025),
    ),
    "black-forest-labs/flux-1.1-pro": Known(
        description="Flux 1.1 pro at Replicate.",
        takes=_FLUX_11_PRO,
        licence="Black Forest Labs' terms at Replicate",
        price=Price(per_image=0.04),
    ),
    "black-forest-labs/flux-kontext-pro": Known(
        description="Flux.1 Kontext pro, which changes a picture as told, at Replicate.",
        takes=_FLUX_KONTEXT_PRO,
        licence="Black Forest Labs' terms at Replicate",
    ),
}
