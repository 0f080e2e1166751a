"""Requests to models of Stability AI against what their capabilities cannot say."""

from __future__ import annotations

from studiolo.engines.bedrock.models import ImageModel
from studiolo.engines.bedrock.stability_abilities import (
    CREATIVITY,
    LIMITS,
    MAX_MARGIN_PX,
    STYLE_PRESETS,
    UPSCALING_LIMITS,
)
from studiolo.engines.bedrock.values import check_choice, check_number
from studiolo.errors import InvalidRequestError, UnsupportedRequestError
from studiolo.requests import ImageRequest

_GENERATORS = frozenset({"core", "ultra", "sd3.5-large"})
_WANT_WORDS = _GENERATORS | {
    "control-sketch",
    "control-structure",
    "style-guide",
    "search-replace",
    "search-recolor",
}


def check(model: ImageModel, request: ImageRequest) -> None:
    """Refuse what this model has no word for, or lacks something to do.

    Raises:
        UnsupportedRequestError: it does that only with, or without, something else.
        InvalidRequestError: a value is outside what it takes.
        InvalidImageError: a picture is too long and narrow.
    """
    check_choice(request, "style_preset", STYLE_PRESETS)
    check_number(request, "grow_mask", 0, 20, whole=True)
    check_number(request, "composition_fidelity", 0, 1)
    check_number(request, "style_strength", 0, 1)
    if model.name in CREATIVITY:
        check_number(request, "creativity", *CREATIVITY[model.name])
    if model.name in _WANT_WORDS and not request.prompt:
        raise InvalidRequestError(f"{model.title} wants words.", hint="Say in the prompt what is painted.")
    _check_companions(model, request)
    _check_mask(model, request)
    _check_shapes(model, request)
    if request.outpaint is not None:
        _check_grown(model, request, request.outpaint)
    if request.upscale is not None:
        _check_enlarged(model, request)


def _check_companions(model: ImageModel, request: ImageRequest) -> None:
    """Pictures it cannot do without, and those that do not go together."""
    if model.name.startswith("control-") and request.control_image is None:
        raise UnsupportedRequestError(
            f"{model.title} paints along a control picture, but none was given.",
            hint="Give one as control_image (--control FILE), or use bedrock:core.",
        )
    if model.name == "style-transfer" and not request.references:
        raise UnsupportedRequestError(
            f"{model.title} wants a picture whose style it takes.",
            hint="Give one as a reference (--reference FILE), or use bedrock:sd3.5-large.",
        )


def _check_mask(model: ImageModel, request: ImageRequest) -> None:
    searches = model.name.startswith("search-")
    if searches and request.mask is not None:
        raise UnsupportedRequestError(
            f"{model.title} looks for what it changes by words.",
            hint="Give a mask prompt instead of the mask, or use bedrock:inpaint.",
        )
    if model.name == "erase" and request.prompt:
        raise UnsupportedRequestError(
            f"{model.title} paints what may be behind; it takes no prompt.",
            hint="Leave the prompt out, or use bedrock:inpaint.",
        )


def _check_shapes(model: ImageModel, request: ImageRequest) -> None:
    if model.name in _GENERATORS | {"fast-upscale", "creative-upscale"}:
        return
    width, height = request.width or 1, request.height or 1
    painted = request.outpaint is None and not request.edits_only
    if painted and LIMITS.ratio is not None and max(width, height) > LIMITS.ratio * min(width, height):
        raise InvalidRequestError(
            f"{model.title} paints none over {LIMITS.ratio:g} times as long as wide, not {width}x{height}.",
            hint="Choose another size.",
        )
    if request.init_image is not None and not painted:
        LIMITS.check(request.init_image, "The picture", model.title)
    for reference in request.references:
        LIMITS.check(reference, "The reference", model.title)


def _check_grown(model: ImageModel, request: ImageRequest, margins: tuple[int, int, int, int]) -> None:
    if max(margins) > MAX_MARGIN_PX:
        raise InvalidRequestError(
            f"{model.title} grows a side by at most {MAX_MARGIN_PX} pixels.", hint="Grow it by less, twice."
        )
    if request.init_image is not None and not LIMITS.allow(request.init_image.size):
        raise InvalidRequestError(
            f"{model.title} takes pictures with sides from {LIMITS.least_px} and up to {LIMITS.max_pixels:,} "
            "pixels together.",
            hint="Resize it first.",
        )


def _check_enlarged(model: ImageModel, request: ImageRequest) -> None:
    limits, init = UPSCALING_LIMITS[model.name], request.init_image
    if init is not None and not limits.allow(init.size):
        width, height = init.size
        raise InvalidRequestError(
            f"{model.title} does not enlarge {width}x{height}: sides from {limits.least_px} to "
            f"{limits.most_px}, {limits.min_pixels:,} to {limits.max_pixels:,} pixels together.",
            hint="Use another model, such as bedrock:conservative-upscale, or realesrgan on this machine.",
        )
