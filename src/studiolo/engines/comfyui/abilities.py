"""What ComfyUI can do with our workflows, and with one of the user's own."""

from __future__ import annotations

import re
from typing import Final

from studiolo.engines.capabilities import Capabilities, Range, Sizes, Task
from studiolo.engines.comfyui.exported import Exported
from studiolo.engines.comfyui.options import ComfyUIOptions
from studiolo.engines.comfyui.samplers import ALIASES, PLAIN_SCHEDULE, SCHEDULERS, name_of
from studiolo.offline import is_loopback
from studiolo.requests import MAX_LORAS

_SMALLEST_PX: Final = 16
_LARGEST_PX: Final = 4096
_MULTIPLE_PX: Final = 8
_LARGE_PX: Final = 1024
_SMALL_PX: Final = 512
_SMALL_MODELS: Final = re.compile(r"v?1[-_.]?[45]\b|sd15|dreamshaper_?[0-9]|v2-1_512", re.IGNORECASE)

# Defaults of KSampler itself (nodes.py).
_STEPS: Final = Range(minimum=1, maximum=1000, default=20)
_GUIDANCE: Final = Range(minimum=0, maximum=30, default=8)
_STRENGTH: Final = Range(minimum=0, maximum=1, default=0.6)
_HANDOVER: Final = Range(minimum=0.05, maximum=0.95, default=0.8)
_REFINER_STRENGTH: Final = Range(minimum=0.01, maximum=1, default=0.3)
_CONTROL_STRENGTH: Final = Range(minimum=0, maximum=1, default=0.7)


def of_templates(name: str, model: str, options: ComfyUIOptions) -> Capabilities:
    """With our own workflows; whether the server has what each needs, it is asked when it paints."""
    side = options.side_px or (_SMALL_PX if _SMALL_MODELS.search(model) else _LARGE_PX)
    return Capabilities(
        description="ComfyUI: your own server, with the checkpoints, LoRAs and ControlNets it has.",
        tasks=frozenset({"text-to-image", "image-to-image", "inpainting", "outpainting", "upscaling"}),
        sizes=_sizes(side, side),
        steps=_STEPS,
        guidance_scale=_GUIDANCE,
        strength=_STRENGTH,
        negative_prompt=True,
        schedulers=tuple(SCHEDULERS),
        scheduler_aliases=ALIASES,
        refiners=("none", "ensemble", "image"),
        handover=_HANDOVER,
        refiner_strength=_REFINER_STRENGTH,
        seams=("precise", "default"),
        controls=("canny", "segmentation"),
        control_strength=_CONTROL_STRENGTH,
        loras=MAX_LORAS,
        upscale=(2, 4),
        previews=True,
        offline=is_loopback(options.host),
        served=True,
        options=frozenset({"sampler", "schedule", "vae", "clip_skip"}),
        device=name,
        parallel=options.max_parallel,
    )


def of_workflow(name: str, workflow: Exported, options: ComfyUIOptions) -> Capabilities:
    """With a workflow of the user's own: what it has places for, with its own values as defaults."""
    tasks = _tasks(workflow)
    mended = "inpainting" in tasks
    samplers = _samplers(workflow)
    return Capabilities(
        description=f"ComfyUI with the workflow {workflow.origin}.",
        tasks=tasks,
        sizes=_workflow_sizes(workflow, options),
        seeded=workflow.has("seed"),
        steps=_range(_STEPS, workflow.value("steps")),
        guidance_scale=_range(_GUIDANCE, workflow.value("guidance_scale")),
        strength=_range(_STRENGTH, workflow.value("strength")),
        negative_prompt=workflow.has("negative_prompt"),
        schedulers=samplers,
        scheduler_aliases=ALIASES if samplers else {},
        seams=("precise", "default") if mended else (),
        controls=("canny", "segmentation") if workflow.has("control_image") else (),
        previews=True,
        offline=is_loopback(options.host),
        served=True,
        options=frozenset(each for each in ("sampler", "schedule") if workflow.has(each)),
        device=name,
        parallel=options.max_parallel,
    )


def _tasks(workflow: Exported) -> frozenset[Task]:
    if not workflow.has("init_image"):
        return frozenset({"text-to-image"})
    if workflow.has("mask"):
        return frozenset({"inpainting", "outpainting"})
    return frozenset({"image-to-image"})


def _sizes(width: int, height: int) -> Sizes:
    return Sizes(minimum=_SMALLEST_PX, maximum=_LARGEST_PX, multiple=_MULTIPLE_PX, default=(width, height))


def _workflow_sizes(workflow: Exported, options: ComfyUIOptions) -> Sizes:
    """As the workflow has it; where it takes no size, pictures to start from are brought to one."""
    side = options.side_px or _LARGE_PX
    width, height = (workflow.value(each) for each in ("width", "height"))
    if not (isinstance(width, int) and isinstance(height, int)):
        return _sizes(side, side)
    return _sizes(*(max(_SMALLEST_PX, each // _MULTIPLE_PX * _MULTIPLE_PX) for each in (width, height)))


def _range(usual: Range, value: object) -> Range | None:
    """``usual`` with the workflow's own value as the default; None where it has no such place."""
    if not isinstance(value, int | float):
        return None
    return Range(minimum=min(usual.minimum, value), maximum=max(usual.maximum, value), default=float(value))


def _samplers(workflow: Exported) -> tuple[str, ...]:
    """Its own first, which may be one that only its server has."""
    sampler, schedule = workflow.value("sampler"), workflow.value("schedule")
    if not isinstance(sampler, str):
        return ()
    if not isinstance(schedule, str):
        return tuple(
            dict.fromkeys((sampler, *(name for name, parts in SCHEDULERS.items() if parts[0] == name)))
        )
    return tuple(dict.fromkeys((name_of(sampler, schedule or PLAIN_SCHEDULE), *SCHEDULERS)))
