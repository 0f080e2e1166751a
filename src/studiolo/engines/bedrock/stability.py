"""Requests in the words of the models of Stability AI. Sources: see :mod:`.stability_abilities`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from studiolo.engines.bedrock.inputs import mask_of, sent, sized
from studiolo.engines.bedrock.invocation import Invocation, cut_out, enlarging, keeping
from studiolo.engines.bedrock.models import ImageModel
from studiolo.engines.bedrock.stability_abilities import LIMITS, MAX_SEED, RATIOS
from studiolo.errors import UnsupportedRequestError
from studiolo.imaging.flattening import flattened
from studiolo.requests import ImageRequest, SourceImage


def invocation(model: ImageModel, request: ImageRequest) -> Invocation:
    """The call that the complete and allowed ``request`` becomes."""
    return _CALLS[model.name](model, request)


def _generated(model: ImageModel, request: ImageRequest) -> Invocation:
    """From words, or from a picture: then its shape is the result's, and a ratio is not taken."""
    size = _size(request)
    body = _words(request) | _seed(request)
    if request.init_image is None:
        return Invocation(body={**body, "aspect_ratio": RATIOS[size]}, size=size)
    body |= {"image": sent(sized(request.init_image, *size)), "strength": request.strength}
    if model.name == "sd3.5-large":
        body["mode"] = "image-to-image"
    return Invocation(body=body, size=size)


def _controlled(model: ImageModel, request: ImageRequest) -> Invocation:
    control = _given(request.control_image, model)
    size = _size(request)
    body = {
        **_words(request),
        **_seed(request),
        **_options(request, "style_preset"),
        "image": sent(sized(control, *size)),
        "control_strength": request.control_strength,
    }
    return Invocation(body=body, size=size)


def _styled(_: ImageModel, request: ImageRequest) -> Invocation:
    size = _size(request)
    body = {
        **_words(request),
        **_seed(request),
        **_options(request, "style_preset"),
        "image": sent(LIMITS.fitted(request.references[0].image)),
        "aspect_ratio": RATIOS[size],
        "fidelity": request.similarity,
    }
    return Invocation(body=body, size=size)


def _restyled(model: ImageModel, request: ImageRequest) -> Invocation:
    init = _given(request.init_image, model)
    size = _size(request)
    body = {
        **_words(request),
        **_seed(request),
        **_options(request, "composition_fidelity", "style_strength"),
        "init_image": sent(sized(init, *size)),
        "style_image": sent(LIMITS.fitted(request.references[0].image)),
        "change_strength": request.strength,
    }
    return Invocation(body=body, size=size)


def _repainted(model: ImageModel, request: ImageRequest) -> Invocation:
    """``inpaint`` and ``erase``: a mask's white is painted anew, as ours is."""
    init, drawn = _given(request.init_image, model), _given(request.mask, model)
    width, height = _size(request)
    original, mask = sized(init, width, height), mask_of(drawn, width, height)
    body = {
        **({"prompt": request.prompt, **_words(request)} if model.name == "inpaint" else {}),
        **_seed(request),
        **_options(request, "style_preset", "grow_mask"),
        "image": sent(original),
        "mask": sent(mask.convert("RGB")),
    }
    if request.seam == "precise" and "grow_mask" not in body:
        body["grow_mask"] = 0
    return Invocation(body=body, size=(width, height), finish=keeping(original, mask, request))


def _searched(model: ImageModel, request: ImageRequest) -> Invocation:
    init = _given(request.init_image, model)
    size = _size(request)
    name = "search_prompt" if model.name == "search-replace" else "select_prompt"
    body = {
        **_words(request),
        **_seed(request),
        **_options(request, "style_preset", "grow_mask"),
        "image": sent(sized(init, *size)),
        name: request.mask_prompt,
    }
    return Invocation(body=body, size=size)


def _grown(model: ImageModel, request: ImageRequest) -> Invocation:
    from studiolo.imaging.canvas import grow

    init = _given(request.init_image, model)
    margins = request.outpaint or (0, 0, 0, 0)
    picture = flattened(init.image)
    canvas = grow(picture, margins)
    sides = zip(("left", "up", "right", "down"), margins, strict=True)
    body = {
        **_words(request),
        **_seed(request),
        **_options(request, "style_preset", "creativity"),
        "image": sent(picture),
        **{name: pixels for name, pixels in sides if pixels},
    }
    return Invocation(
        body=body, size=canvas.picture.size, finish=keeping(canvas.picture, canvas.mask, request)
    )


def _cut(model: ImageModel, request: ImageRequest) -> Invocation:
    init = _given(request.init_image, model)
    picture = LIMITS.fitted(init.image)
    return Invocation(
        body={"image": sent(picture), "output_format": "png"}, size=picture.size, finish=cut_out(init.image)
    )


def _enlarged(model: ImageModel, request: ImageRequest) -> Invocation:
    """The slow ones enlarge to a size of their own; what comes is brought to what was asked."""
    init = _given(request.init_image, model)
    body: dict[str, Any] = {"image": sent(flattened(init.image)), "output_format": "png"}
    if model.name != "fast-upscale":
        body |= {
            "prompt": request.prompt,
            **_words(request),
            **_seed(request),
            **_options(request, "style_preset", "creativity"),
        }
    return Invocation(body=body, size=_size(request), finish=enlarging(init.image), any_size=True)


_CALLS: Final[Mapping[str, Callable[[ImageModel, ImageRequest], Invocation]]] = {
    "core": _generated,
    "ultra": _generated,
    "sd3.5-large": _generated,
    "inpaint": _repainted,
    "erase": _repainted,
    "outpaint": _grown,
    "search-replace": _searched,
    "search-recolor": _searched,
    "remove-background": _cut,
    "control-sketch": _controlled,
    "control-structure": _controlled,
    "style-guide": _styled,
    "style-transfer": _restyled,
    "fast-upscale": _enlarged,
    "conservative-upscale": _enlarged,
    "creative-upscale": _enlarged,
}


def _words(request: ImageRequest) -> dict[str, Any]:
    words = {"prompt": request.prompt, "negative_prompt": request.negative_prompt}
    return {name: text for name, text in words.items() if text}


def _seed(request: ImageRequest) -> dict[str, Any]:
    """Theirs is a wish for any seed where it is 0."""
    return {"seed": request.seed or MAX_SEED + 1, "output_format": "png"}


def _options(request: ImageRequest, *names: str) -> dict[str, Any]:
    return {name: request.options[name] for name in names if name in request.options}


def _given(picture: SourceImage | None, model: ImageModel) -> SourceImage:
    if picture is None:
        raise UnsupportedRequestError(f"{model.title} wants a picture.", hint="Give one.")
    return picture


def _size(request: ImageRequest) -> tuple[int, int]:
    return request.width or 0, request.height or 0
