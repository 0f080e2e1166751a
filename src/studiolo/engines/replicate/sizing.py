"""The size of a picture in the words of one model: pixels, one of a list, or a shape and about how many."""

from __future__ import annotations

import re
from math import log
from typing import Any, Final

from pydantic import JsonValue

from studiolo.engines.replicate.schema import Input, Inputs
from studiolo.errors import InvalidRequestError

# What SDXL and Flux paint for a shape, at a megapixel (replicate/cog-flux, predict.py; read 2026-11-22).
SIZES: Final[dict[str, tuple[int, int]]] = {
    "1:1": (1024, 1024),
    "16:9": (1344, 768),
    "21:9": (1536, 640),
    "3:2": (1216, 832),
    "2:3": (832, 1216),
    "4:5": (896, 1088),
    "5:4": (1088, 896),
    "3:4": (896, 1152),
    "4:3": (1152, 896),
    "9:16": (768, 1344),
    "9:21": (640, 1536),
}
_SHAPE: Final = "aspect_ratio"
_LISTS: Final = ("size", "image_size", "resolution")
_AREAS: Final = ("megapixels", "resolution")
_AS_PICTURE: Final = "match_input_image"
_PIXELS: Final = re.compile(r"(\d+)\s*[x*]\s*(\d+)")
_RATIO: Final = re.compile(r"(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)")
_MEGAPIXELS: Final = re.compile(r"(\d+(?:\.\d+)?)(?:\s*MP)?")
_TOLERANCE: Final = 0.04  # of the logarithm of a shape: models round sides to multiples of 16 to 64


def size_for(takes: Inputs, size: tuple[int, int], *, model: str, from_picture: bool) -> dict[str, JsonValue]:
    """The inputs that ask for ``size`` in pixels; none where the model itself decides.

    ``from_picture`` says that it starts from a picture of that size, whose shape many models keep.

    Raises:
        InvalidRequestError: it does not paint that size; says which it does.
    """
    if "width" in takes and "height" in takes:
        return _in_pixels(takes, size, model)
    for name in _LISTS:
        listed = {_pair(choice): choice for choice in _choices(takes, name) if _pair(choice)}
        if listed:
            return {name: _listed(listed, size, model)}
    if _choices(takes, _SHAPE):
        return _shaped(takes, size, model, from_picture=from_picture)
    return {}


def _in_pixels(takes: Inputs, size: tuple[int, int], model: str) -> dict[str, JsonValue]:
    for name, side in zip(("width", "height"), size, strict=True):
        must = takes[name].refusal(side)
        if not must and side % takes[name].multiple:
            must = f"a multiple of {takes[name].multiple}"
        if must:
            raise InvalidRequestError(
                f"replicate:{model} does not paint {size[0]}x{size[1]}: its {name} must be {must}.",
                hint=f"Ask for another {name}.",
            )
    values: dict[str, JsonValue] = {"width": size[0], "height": size[1]}
    # Of some, width and height count only where the shape is left to them.
    return values | {name: "custom" for name in (_SHAPE, *_LISTS) if "custom" in _choices(takes, name)}


def _listed(listed: dict[tuple[int, int] | None, Any], size: tuple[int, int], model: str) -> JsonValue:
    if size in listed:
        return listed[size]
    raise InvalidRequestError(
        f"replicate:{model} does not paint {size[0]}x{size[1]}.",
        hint=f"It paints: {', '.join(str(choice) for choice in listed.values())}.",
    )


def _shaped(takes: Inputs, size: tuple[int, int], model: str, *, from_picture: bool) -> dict[str, JsonValue]:
    choices = _choices(takes, _SHAPE)
    values = _area(takes, size)
    if from_picture and _AS_PICTURE in choices:
        return values | {_SHAPE: _AS_PICTURE}
    shape = _usual(size, choices) or _nearest(size, choices)
    if shape:
        return values | {_SHAPE: shape}
    if from_picture:
        return values
    shapes = [str(choice) for choice in choices if _ratio(choice)]
    raise InvalidRequestError(
        f"replicate:{model} does not paint {size[0]}x{size[1]}: it has no such shape.",
        hint=f"Its shapes (width to height): {', '.join(shapes)}.",
    )


def _usual(size: tuple[int, int], choices: tuple[Any, ...]) -> str:
    """The shape that is usually painted at this size, or at twice its sides."""
    double = size[0] * 2, size[1] * 2
    return next((name for name, usual in SIZES.items() if usual in (size, double) and name in choices), "")


def _nearest(size: tuple[int, int], choices: tuple[Any, ...]) -> str:
    away = {choice: abs(log(size[0] / size[1] / ratio)) for choice in choices if (ratio := _ratio(choice))}
    nearest = min(away, key=away.__getitem__, default="")
    return nearest if nearest and away[nearest] <= _TOLERANCE else ""


def _area(takes: Inputs, size: tuple[int, int]) -> dict[str, JsonValue]:
    """About how many pixels, where the model takes that: the nearest of its choices."""
    for name in _AREAS:
        areas = {choice: area for choice in _choices(takes, name) if (area := _megapixels(choice))}
        if areas:
            asked = size[0] * size[1] / 2**20
            return {name: min(areas, key=lambda choice: abs(log(asked / areas[choice])))}
    return {}


def _choices(takes: Inputs, name: str) -> tuple[Any, ...]:
    return takes.get(name, Input(name=name)).choices


def _pair(choice: Any) -> tuple[int, int] | None:
    found = _PIXELS.match(str(choice))
    return (int(found[1]), int(found[2])) if found else None


def _ratio(choice: Any) -> float:
    found = _RATIO.fullmatch(str(choice))
    return float(found[1]) / float(found[2]) if found and float(found[2]) else 0.0


def _megapixels(choice: Any) -> float:
    found = _MEGAPIXELS.fullmatch(str(choice))
    return float(found[1]) if found else 0.0
