"""From a request to a call: which pipeline, and what it is given."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from PIL import Image

from studiolo.engines.diffusers.loading import Kind, Loaded
from studiolo.imaging.canvas import join
from studiolo.requests import ImageRequest


@dataclass(frozen=True, kw_only=True)
class Call:
    """A pipeline and its keyword arguments; the scheduler, the callback and the output are added by running."""

    kind: Kind
    pipeline: Any
    arguments: dict[str, Any]


def call_for(loaded: Loaded, request: ImageRequest, *, count: int = 1) -> Call:
    """The call that paints ``count`` pictures for ``request``, which is complete."""
    kind = kind_of(request)
    pipeline = loaded.pipeline(kind)
    arguments: dict[str, Any] = {
        "prompt": [request.prompt] * count,
        "num_inference_steps": request.steps,
        "guidance_scale": request.guidance_scale,
    }
    if request.negative_prompt:
        arguments["negative_prompt"] = [request.negative_prompt] * count
    if kind != "image":
        arguments |= {"width": request.width, "height": request.height}
    if kind != "text":
        arguments |= _from_picture(request)
    if kind == "inpaint" and request.mask is not None:
        arguments["mask_image"] = _mask(request)
    return Call(kind=kind, pipeline=pipeline, arguments=arguments)


def kind_of(request: ImageRequest) -> Kind:
    """What the painting starts from."""
    if request.mask is not None:
        return "inpaint"
    return "image" if request.init_image is not None else "text"


def _from_picture(request: ImageRequest) -> dict[str, Any]:
    strength = request.strength or 1.0
    steps = request.steps or 1
    # The library runs int(steps * strength) of the steps: of a schedule too short for one, a longer one.
    return {
        "image": init_picture(request),
        "strength": strength,
        "num_inference_steps": max(steps, math.ceil(1 / strength)),
    }


def init_picture(request: ImageRequest) -> Image.Image:
    """The picture to start from, at the size that is painted; what is transparent is white."""
    if request.init_image is None:
        raise ValueError("a call from a picture needs one")
    image = request.init_image.image
    if image.mode == "RGBA":
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    return image.convert("RGB").resize(size_of(request), Image.Resampling.LANCZOS)


def size_of(request: ImageRequest) -> tuple[int, int]:
    """Width and height in pixels that are painted."""
    return request.width or 0, request.height or 0


def finished(painted: Image.Image, request: ImageRequest) -> Image.Image:
    """The picture with what was to stay as it was, joined at the seam."""
    if request.mask is None:
        return painted
    return join(painted, init_picture(request), _mask(request), request.seam or "precise")


def _mask(request: ImageRequest) -> Image.Image:
    """White where it is painted anew, at the size that is painted."""
    if request.mask is None:
        raise ValueError("a call with a mask needs one")
    return request.mask.image.convert("L").resize(size_of(request))
