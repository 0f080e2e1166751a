"""Which of the server's models paint a request."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from studiolo.engines.comfyui import stock
from studiolo.engines.comfyui.options import ComfyUIOptions
from studiolo.engines.comfyui.samplers import PLAIN_SCHEDULE, parts_of
from studiolo.engines.comfyui.stock import Shelf, Stock
from studiolo.engines.http.worker import Beat
from studiolo.requests import Control, ImageRequest

_MARKS: Final[dict[Control, str]] = {"canny": "canny", "segmentation": "seg"}
_UNION: Final = re.compile(r"union|promax", re.IGNORECASE)
_UNION_TYPES: Final[dict[Control, str]] = {
    "canny": "canny/lineart/anime_lineart/mlsd",
    "segmentation": "segment",
}
"""Types of ControlNets that follow several kinds of maps, as ``comfy/cldm/control_types.py`` has them."""

_NOT_TO_PAINT_WITH: Final = re.compile(r"refiner|inpaint|svd|stable.?video", re.IGNORECASE)
_XL: Final = re.compile(r"xl|pony|illustrious", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Names as the server has them. Those that a request does not need are empty."""

    checkpoint: str = ""
    sampler: str = ""
    schedule: str = ""
    loras: tuple[tuple[str, float], ...] = ()
    vae: str = ""
    refiner: str = ""
    controlnet: str = ""
    union_type: str = ""
    upscaler: str = ""


def choose(
    shelves: Stock, request: ImageRequest, options: ComfyUIOptions, model: str | None, beat: Beat
) -> Choice:
    """What paints the complete ``request``.

    Raises:
        UnknownEngineError: something is named that the server does not have.
        EngineError: it has none of something that is needed, or does not answer.
    """
    if request.upscale is not None:
        return Choice(upscaler=_upscaler(shelves, request.upscale, model or options.upscaler, beat))
    checkpoint = checkpoint_of(shelves, model or options.checkpoint, beat)
    sampler, schedule = _sampling(shelves, request, beat)
    controlnet = _controlnet(shelves, request.control, options, checkpoint, beat)
    union = _UNION.search(controlnet) and request.control
    vae = request.options.get("vae")
    return Choice(
        checkpoint=checkpoint,
        sampler=sampler,
        schedule=schedule,
        loras=tuple((shelves.find(stock.LORAS, lora.name, beat), lora.weight) for lora in request.loras),
        vae=shelves.find(stock.VAES, str(vae), beat) if vae else "",
        refiner=_refiner(shelves, request, options, beat),
        controlnet=controlnet,
        union_type=_UNION_TYPES[union] if union else "",
    )


def checkpoint_of(shelves: Stock, wanted: str, beat: Beat) -> str:
    """The checkpoint that is meant; if none is named, the first that paints whole pictures.

    Raises:
        UnknownEngineError, EngineError: as for :func:`choose`.
    """
    if wanted:
        return shelves.find(stock.CHECKPOINTS, wanted, beat)
    names = shelves.names(stock.CHECKPOINTS, beat)
    fit = [name for name in names if not _NOT_TO_PAINT_WITH.search(name)]
    if not names:
        raise shelves.nothing(stock.CHECKPOINTS)
    return (fit or list(names))[0]


def scale_of(upscaler: str) -> int | None:
    """How many times larger a model makes pictures, by its name: ``RealESRGAN_x4plus``, ``4x-UltraSharp``."""
    found = re.search(r"(?<!\d)([248])x|x([248])(?!\d)", upscaler, re.IGNORECASE)
    return int(found[1] or found[2]) if found else None


def _sampling(shelves: Stock, request: ImageRequest, beat: Beat) -> tuple[str, str]:
    sampler, schedule = parts_of(request.scheduler) if request.scheduler else ("euler", PLAIN_SCHEDULE)
    sampler = str(request.options.get("sampler") or sampler)
    schedule = str(request.options.get("schedule") or schedule)
    return shelves.find(stock.SAMPLERS, sampler, beat), shelves.find(stock.SCHEDULES, schedule, beat)


def _refiner(shelves: Stock, request: ImageRequest, options: ComfyUIOptions, beat: Beat) -> str:
    if request.refiner in (None, "none"):
        return ""
    if options.refiner:
        return shelves.find(stock.CHECKPOINTS, options.refiner, beat)
    return _first(shelves, stock.CHECKPOINTS, ["refiner"], "named refiner", beat)


def _controlnet(
    shelves: Stock, control: Control | None, options: ComfyUIOptions, checkpoint: str, beat: Beat
) -> str:
    if control is None:
        return ""
    wanted: str = getattr(options, control)
    if wanted:
        return shelves.find(stock.CONTROLNETS, wanted, beat)
    # One for SDXL fails with Stable Diffusion 1 and the other way round.
    fits = bool(_XL.search(checkpoint))
    names = sorted(
        shelves.names(stock.CONTROLNETS, beat), key=lambda name: bool(_XL.search(name)) is not fits
    )
    for mark in (_MARKS[control], _UNION.pattern):
        for name in names:
            if re.search(mark, name, re.IGNORECASE):
                return name
    raise shelves.nothing(stock.CONTROLNETS, which=f"for {control}")


def _upscaler(shelves: Stock, factor: int, wanted: str, beat: Beat) -> str:
    if wanted:
        return shelves.find(stock.UPSCALERS, wanted, beat)
    names = shelves.names(stock.UPSCALERS, beat)
    if not names:
        raise shelves.nothing(stock.UPSCALERS)
    # One that makes too much of it is reduced; one that makes too little would be blurred.
    return min(
        names, key=lambda name: (scale := scale_of(name) or 4, abs(scale - factor) + 9 * (scale < factor))[1]
    )


def _first(shelves: Stock, shelf: Shelf, marks: list[str], which: str, beat: Beat) -> str:
    for name in shelves.names(shelf, beat):
        if any(mark in name.lower() for mark in marks):
            return name
    raise shelves.nothing(shelf, which=which)
