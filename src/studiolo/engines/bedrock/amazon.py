"""Titan Image Generator and Nova Canvas: what they can do, and requests in their words.

By the Bedrock guide, "Amazon Titan Image Generator G1 models", and the Nova guide, "Request and response
structure for image generation", both of 2026. What a mask's black means depends on the task: what is
changed (INPAINTING), or what stays (OUTPAINTING).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from studiolo.engines.bedrock.amazon_abilities import NOVA_LIMITS, TITAN_LIMITS, canvas_size
from studiolo.engines.bedrock.inputs import Limits, in_black_and_white, mask_of, sent, sized
from studiolo.engines.bedrock.invocation import Invocation, cropped, cut_out, keeping
from studiolo.engines.bedrock.models import ImageModel
from studiolo.engines.capabilities import task_of
from studiolo.imaging.flattening import flattened
from studiolo.requests import ImageRequest, SourceImage

_CONTROL_MODES: Final = {"canny": "CANNY_EDGE", "segmentation": "SEGMENTATION"}
_MODES: Final = {"default": "DEFAULT", "precise": "PRECISE"}


def invocation(model: ImageModel, request: ImageRequest) -> Invocation:
    """The call that the complete and allowed ``request`` becomes."""
    limits = TITAN_LIMITS if model.family == "titan" else NOVA_LIMITS
    init = request.init_image
    task = task_of(request)
    if init is not None and task == "background-removal":
        return _background_removal(init, limits)
    if init is not None and request.outpaint is not None:
        return _outpainting(model, request, init, request.outpaint)
    if init is not None and task == "inpainting":
        return _repainting(model, request, init)
    if request.palette:
        return _in_colours(model, request, limits)
    if request.references:
        return _variation(request, limits)
    return _from_text(model, request)


def _from_text(model: ImageModel, request: ImageRequest) -> Invocation:
    width, height = _size(request)
    params = _words(request)
    notes: tuple[str, ...] = ()
    if request.control_image is not None:
        params |= {
            "conditionImage": sent(sized(request.control_image, width, height)),
            "controlMode": _CONTROL_MODES[request.control or "canny"],
            "controlStrength": request.control_strength,
        }
        if request.control_prepared:
            notes = (f"{model.title} makes the control map itself, here of one that was made before.",)
    if "style" in request.options:
        params["style"] = request.options["style"]
    return Invocation(
        body=_body("TEXT_IMAGE", "textToImageParams", params, _config(request)),
        size=(width, height),
        notes=notes,
    )


def _in_colours(model: ImageModel, request: ImageRequest, limits: Limits) -> Invocation:
    params = {**_words(request), "colors": list(request.palette)}
    notes: tuple[str, ...] = ()
    if request.references:
        params["referenceImage"] = sent(limits.fitted(request.references[0].image))
        notes = (f"With a palette, {model.title} takes of the reference its colours alone.",)
    body = _body("COLOR_GUIDED_GENERATION", "colorGuidedGenerationParams", params, _config(request))
    return Invocation(body=body, size=_size(request), notes=notes)


def _variation(request: ImageRequest, limits: Limits) -> Invocation:
    params = {
        **_words(request),
        "images": [sent(limits.fitted(reference.image)) for reference in request.references],
        "similarityStrength": request.similarity,
    }
    return Invocation(
        body=_body("IMAGE_VARIATION", "imageVariationParams", params, _config(request)), size=_size(request)
    )


def _repainting(model: ImageModel, request: ImageRequest, init: SourceImage) -> Invocation:
    """What a mask or words say, or with the option ``mask_keeps`` all but that, which is OUTPAINTING."""
    width, height = _size(request)
    original = sized(init, width, height)
    keeps = request.options.get("mask_keeps") is True
    params: dict[str, Any] = {**_words(request), "image": sent(original)}
    notes: tuple[str, ...] = ()
    finish = flattened
    if request.mask is not None:
        mask = mask_of(request.mask, width, height)
        # Ours is white where something is asked for: what is changed, or with mask_keeps what stays. Theirs
        # is black there, in both tasks.
        params["maskImage"] = sent(in_black_and_white(mask, inverted=True))
        finish = keeping(
            original, mask.point([255 - value for value in range(256)]) if keeps else mask, request
        )
    else:
        params["maskPrompt"] = request.mask_prompt
        if request.seam == "precise":
            notes = (f"{model.title} found the mask; at its edge, pixels outside may have changed.",)
    if keeps:
        params["outPaintingMode"] = _MODES[request.seam or "precise"]
    task, name = ("OUTPAINTING", "outPaintingParams") if keeps else ("INPAINTING", "inPaintingParams")
    body = _body(task, name, params, _config(request, sized=model.family == "titan"))
    return Invocation(body=body, size=(width, height), finish=finish, notes=notes)


def _outpainting(
    model: ImageModel, request: ImageRequest, init: SourceImage, margins: tuple[int, int, int, int]
) -> Invocation:
    """On a canvas grown by the margins, and padded to a size that the model paints."""
    from studiolo.imaging.canvas import grow

    canvas = grow(flattened(init.image), margins)
    grown = canvas.picture.size
    width, height = canvas_size(model, *grown)
    canvas = canvas.padded(width, height)
    params = {
        **_words(request),
        "image": sent(canvas.picture),
        "maskImage": sent(in_black_and_white(canvas.mask)),
        "outPaintingMode": _MODES[request.seam or "default"],
    }
    config = _config(
        request.model_copy(update={"width": width, "height": height}), sized=model.family == "titan"
    )
    return Invocation(
        body=_body("OUTPAINTING", "outPaintingParams", params, config),
        size=(width, height),
        finish=cropped(keeping(canvas.picture, canvas.mask, request), *grown),
    )


def _background_removal(init: SourceImage, limits: Limits) -> Invocation:
    picture = limits.fitted(init.image)
    body = {"taskType": "BACKGROUND_REMOVAL", "backgroundRemovalParams": {"image": sent(picture)}}
    return Invocation(body=body, size=picture.size, finish=cut_out(init.image))


def _words(request: ImageRequest) -> dict[str, Any]:
    """Both are at least a character long, where they stand."""
    words = {"text": request.prompt, "negativeText": request.negative_prompt}
    return {name: text for name, text in words.items() if text}


def _config(request: ImageRequest, *, sized: bool = True) -> dict[str, Any]:
    """One picture a call: each is kept as it comes. Nova's edits have the size of their picture."""
    config: dict[str, Any] = {
        "numberOfImages": 1,
        "quality": request.options.get("quality", "standard"),
        "cfgScale": request.guidance_scale,
        "seed": request.seed,
    }
    return {**config, "width": request.width, "height": request.height} if sized else config


def _body(task: str, name: str, params: Mapping[str, Any], config: Mapping[str, Any]) -> dict[str, Any]:
    return {"taskType": task, name: params, "imageGenerationConfig": config}


def _size(request: ImageRequest) -> tuple[int, int]:
    return request.width or 0, request.height or 0
