"""What a model can do, from its files: nothing is loaded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, cast

from studiolo.engines.capabilities import Capabilities, Range, Sizes, Task
from studiolo.engines.diffusers import schedulers, upscaling
from studiolo.engines.diffusers.families import Family
from studiolo.engines.diffusers.finding import Weights
from studiolo.imaging.decode import MAX_PIXELS
from studiolo.imaging.palette import MAX_COLOURS
from studiolo.requests import MAX_LORAS, MAX_REFERENCES, MAX_SIDE_PX

_STRENGTH: Final = Range(minimum=0.01, maximum=1, default=0.6)
_HANDOVER: Final = Range(minimum=0.05, maximum=0.95, default=0.8)
_REFINER_STRENGTH: Final = Range(minimum=0.01, maximum=1, default=0.3)
_CONTROL_STRENGTH: Final = Range(minimum=0, maximum=1, default=0.7)
_SIMILARITY: Final = Range(minimum=0.2, maximum=1, default=0.7)


def of(weights: Weights, *, device: str, previews: bool) -> Capabilities:
    """The capabilities of the model whose files ``weights`` are."""
    found = of_family(weights.family, _scheduler(weights), device=device, previews=previews)
    refines = weights.refiner is not None
    return found.model_copy(
        update={
            "description": f"{weights.family.title} on this machine: {weights.name}.",
            "refiners": ("ensemble", "image", "none") if refines else (),
            "handover": _HANDOVER if refines else None,
            "refiner_strength": _REFINER_STRENGTH if refines else None,
            "models": (weights.name,),
            "licence": weights.licence,
        }
    )


def of_family(
    family: Family, scheduler: Mapping[str, Any] | None = None, *, device: str, previews: bool
) -> Capabilities:
    """What any model of the family can do; ``scheduler`` is the configuration of the model's own."""
    tasks = _tasks(family)
    if factor := upscaling.factor_of(family):
        return _enlarging(family, factor, device=device)
    samplers = schedulers.table(family)
    return Capabilities(
        description=f"{family.title} on this machine, with the library diffusers.",
        tasks=tasks,
        sizes=Sizes(
            minimum=family.min_side_px,
            maximum=family.max_side_px,
            multiple=family.multiple,
            default=(family.side_px, family.side_px),
        ),
        steps=Range(minimum=1, maximum=150, default=family.steps),
        guidance_scale=Range(minimum=0, maximum=30, default=family.guidance_scale),
        strength=_STRENGTH if "image-to-image" in tasks or "inpainting" in tasks else None,
        negative_prompt=family.negative_prompt,
        schedulers=schedulers.names(samplers, scheduler or {}),
        scheduler_aliases=schedulers.aliases(samplers),
        **_extras(family),
        seams=("precise", "default") if "inpainting" in tasks else (),
        previews=previews,
        offline=True,
        device=device,
    )


def _enlarging(family: Family, factor: int, *, device: str) -> Capabilities:
    """What a model can do that was made for enlarging alone, with the scheduler that it came with."""
    return Capabilities(
        description=f"{family.title} on this machine, with the library diffusers.",
        tasks=frozenset({"upscaling"}),
        sizes=Sizes(minimum=1, maximum=MAX_SIDE_PX, multiple=1, default=(1024, 1024), max_pixels=MAX_PIXELS),
        steps=Range(minimum=1, maximum=150, default=family.steps),
        guidance_scale=Range(minimum=0, maximum=30, default=family.guidance_scale),
        negative_prompt=family.negative_prompt,
        upscale=(factor,),
        offline=True,
        device=device,
    )


def _extras(family: Family) -> dict[str, Any]:
    """What is attached to Stable Diffusion 1, 2 and XL; the newer families take LoRAs alone."""
    extras: dict[str, Any] = {"loras": MAX_LORAS}
    if family.name != "flux":  # whose latents are packed
        extras["palette"] = MAX_COLOURS
    if family.name in {"sd", "sdxl"}:
        extras |= {
            "controls": ("canny", "segmentation"),
            "control_strength": _CONTROL_STRENGTH,
            "references": MAX_REFERENCES,
            "similarity": _SIMILARITY,
        }
    return extras


def _tasks(family: Family) -> frozenset[Task]:
    tasks = {"inpainting"} if family.fills_only else set(family.pipelines)
    if "inpainting" in tasks:
        tasks.add("outpainting")
    if family.name in {"sd", "sdxl"} and "text-to-image" in tasks:
        tasks.add("variation")
    return frozenset(cast("set[Task]", tasks))


def _scheduler(weights: Weights) -> Mapping[str, Any]:
    """The configuration of the model's own scheduler; of a single file, that of its family."""
    folder = weights.configuration if weights.base.is_file() else weights.base
    if folder is None or not (file := folder / "scheduler" / "scheduler_config.json").is_file():
        return {}
    return json.loads(file.read_text("utf-8"))
