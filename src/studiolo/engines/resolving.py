"""Requests completed: what was left out, the engine's declared defaults fill in."""

from __future__ import annotations

import re
import secrets

from studiolo.engines.capabilities import KNOBS, Capabilities, Range, Task, task_of
from studiolo.requests import ImageRequest, Refiner, Seam


def resolve(capabilities: Capabilities, request: ImageRequest) -> ImageRequest:
    """The request with every default of the engine filled in, and a seed drawn if none was given."""
    width, height = size_of(capabilities, request)
    update: dict[str, object] = {"width": width, "height": height, "round_size": False}
    if request.seed is None:
        # Small enough for every engine, so that a seed can be carried from one to another.
        highest = min(capabilities.max_seed, 2**31 - 2) - (request.count - 1)
        update["seed"] = secrets.randbelow(highest + 1)
    if request.scheduler is not None:
        update["scheduler"] = scheduler_of(capabilities, request.scheduler)
    elif capabilities.schedulers and not request.edits_only:
        update["scheduler"] = capabilities.schedulers[0]
    if not request.edits_only:
        update |= _choices(capabilities, request) | _numbers(capabilities, request)
    return request.model_copy(update=update)


def _choices(capabilities: Capabilities, request: ImageRequest) -> dict[str, object]:
    """Defaults of words that are left out, where what they speak of is asked for."""
    update: dict[str, object] = {}
    if request.refiner is None and capabilities.refiners:
        update["refiner"] = refiner_of(capabilities, request)
    usual: dict[Task, Seam] = {"inpainting": "precise", "outpainting": "default"}
    if request.seam is None and capabilities.seams and (task := task_of(request)) in usual:
        update["seam"] = usual[task] if usual[task] in capabilities.seams else capabilities.seams[0]
    if request.control is None and request.control_image is not None:
        update["control"] = capabilities.controls[0]
    return update


def refiner_of(capabilities: Capabilities, request: ImageRequest) -> Refiner:
    """The engine's default, unless it is an ensemble of which one would have no step to take."""
    usual = capabilities.refiners[0] if capabilities.refiners else "none"
    if usual != "ensemble" or request.handover is not None:
        return usual
    steps, handover = (_value(capabilities, request, name) for name in ("steps", "handover"))
    run = 1.0 if request.init_image is None else _value(capabilities, request, "strength")
    least = steps * min(1 - handover, run - (1 - handover))
    return usual if round(least, 6) >= 1 else "none"


def _value(capabilities: Capabilities, request: ImageRequest, name: str) -> float:
    """What is asked for, else the engine's default; 1 where it has no such knob."""
    asked: float | None = getattr(request, name)
    allowed: Range | None = getattr(capabilities, name)
    return asked if asked is not None else allowed.default if allowed is not None else 1.0


def _numbers(capabilities: Capabilities, request: ImageRequest) -> dict[str, object]:
    """Defaults of numbers that are left out, where what they measure is asked for."""
    refiner = request.refiner or refiner_of(capabilities, request)
    wanted = {
        "steps": True,
        "guidance_scale": True,
        "strength": True,
        "handover": refiner == "ensemble",
        "refiner_strength": refiner == "image",
        "control_strength": request.control_image is not None,
        "similarity": bool(request.references),
    }
    update: dict[str, object] = {}
    for name in KNOBS:
        allowed: Range | None = getattr(capabilities, name)
        if allowed is not None and wanted[name] and getattr(request, name) is None:
            update[name] = allowed.default
    if "steps" in update:
        update["steps"] = int(capabilities.steps.default) if capabilities.steps else None
    if "strength" in update and request.init_image is None:
        update["strength"] = capabilities.draft_strength
    return update


def size_of(capabilities: Capabilities, request: ImageRequest) -> tuple[int, int]:
    """Width and height of the picture that ``request`` asks for, in pixels."""
    init = request.init_image
    if init is not None and request.edits_only:
        factor = request.upscale or 1
        return init.size[0] * factor, init.size[1] * factor
    if init is not None and request.outpaint is not None:
        left, top, right, bottom = request.outpaint
        return init.size[0] + left + right, init.size[1] + top + bottom
    if init is not None and request.width is None and request.height is None:
        # A painting from a picture keeps its shape as nearly as the engine can.
        return capabilities.sizes.fitting(*init.size)
    default_width, default_height = capabilities.sizes.default
    width, height = request.width or default_width, request.height or default_height
    return capabilities.sizes.rounded(width, height) if request.round_size else (width, height)


def scheduler_of(capabilities: Capabilities, asked: str) -> str | None:
    """The engine's name of the scheduler that is asked for under whatever name; None if it has none."""
    if capabilities.open_ended and not capabilities.schedulers:
        return asked
    names = {name: name for name in capabilities.schedulers} | dict(capabilities.scheduler_aliases)
    spelt = {plain(name): ours for name, ours in reversed(names.items())}
    return names.get(asked) or spelt.get(plain(asked))


def plain(name: str) -> str:
    """``DPM++ 2M Karras``, ``dpm++_2m_karras`` and ``k_dpm++-2m karras`` differ in spelling alone."""
    return re.sub(r"[\s_-]", "", name.lower()).removeprefix("k")
