"""What Titan Image Generator and Nova Canvas can do, and what they cannot at once."""

from __future__ import annotations

from typing import Final

from studiolo.engines.bedrock.inputs import Limits
from studiolo.engines.bedrock.models import ImageModel
from studiolo.engines.bedrock.values import check_choice, check_flag
from studiolo.engines.capabilities import Capabilities, Range, Sizes, Task, task_of
from studiolo.errors import InvalidRequestError, UnsupportedRequestError
from studiolo.requests import ImageRequest

TITAN_SIZES: Final = (
    (1024, 1024), (768, 768), (512, 512), (768, 1152), (384, 576), (1152, 768), (576, 384), (768, 1280),
    (384, 640), (1280, 768), (640, 384), (896, 1152), (448, 576), (1152, 896), (576, 448), (768, 1408),
    (384, 704), (1408, 768), (704, 384), (640, 1408), (320, 704), (1408, 640), (704, 320), (1152, 640),
    (1173, 640),
)  # fmt: skip
"""All 25 of the Bedrock guide."""

TITAN_LIMITS: Final = Limits(least_px=256, most_px=1408, max_pixels=1408 * 1408)
"""The guide names the most; tiny pictures are enlarged, for they say little."""

NOVA_LIMITS: Final = Limits(least_px=320, most_px=4096, max_pixels=2048 * 2048 - 1, ratio=4)
"""The Nova guide, "Supported image resolutions": both of what is sent and of what is painted."""

QUALITIES: Final = ("standard", "premium")
STYLES: Final = (
    "3D_ANIMATED_FAMILY_FILM",
    "DESIGN_SKETCH",
    "FLAT_VECTOR_ILLUSTRATION",
    "GRAPHIC_NOVEL_ILLUSTRATION",
    "MAXIMALISM",
    "MIDCENTURY_RETRO",
    "PHOTOREALISM",
    "SOFT_DIGITAL_PAINTING",
)
_NOVA_MULTIPLE: Final = 16
_NOVA_RATIO: Final = 4

_PAINTING: Final = frozenset[Task]({"text-to-image", "inpainting", "outpainting", "variation"})
_TITAN_1: Final = Capabilities(
    description="Amazon's Titan Image Generator G1 v1 on Bedrock.",
    tasks=_PAINTING,
    sizes=Sizes.among(TITAN_SIZES),
    max_seed=2**31 - 2,
    prompt_characters=512,
    guidance_scale=Range(minimum=1.1, maximum=10, default=8),
    negative_prompt=True,
    seams=("default", "precise"),
    finds_masks=True,
    references=5,
    similarity=Range(minimum=0.2, maximum=1, default=0.7),
    options=frozenset({"quality", "mask_keeps"}),
    licence="the service's own terms",
)
_TITAN_2: Final = _TITAN_1.model_copy(
    update={
        "description": "Amazon's Titan Image Generator G1 v2 on Bedrock: palettes and control pictures, too.",
        "tasks": _PAINTING | {"background-removal"},
        "controls": ("canny", "segmentation"),
        "control_strength": Range(minimum=0, maximum=1, default=0.7),
        "prepares_control": True,
        "palette": 10,
    }
)
_NOVA: Final = _TITAN_2.model_copy(
    update={
        "description": "Amazon's Nova Canvas on Bedrock: palettes, control pictures and styles, too.",
        "sizes": Sizes(
            minimum=NOVA_LIMITS.least_px,
            maximum=NOVA_LIMITS.most_px,
            multiple=_NOVA_MULTIPLE,
            default=(1024, 1024),
            max_pixels=NOVA_LIMITS.max_pixels,
        ),
        "max_seed": 858_993_459,  # AWS' own examples; newer pages name more
        "prompt_characters": 1024,
        "guidance_scale": Range(minimum=1.1, maximum=10, default=6.5),
        "options": _TITAN_1.options | {"style"},
    }
)


def capabilities(model: ImageModel) -> Capabilities:
    """Of the model, wherever it is."""
    return {"titan-v1": _TITAN_1, "titan-v2": _TITAN_2, "nova-canvas": _NOVA}[model.name]


def canvas_size(model: ImageModel, width: int, height: int) -> tuple[int, int]:
    """The smallest size the model paints that ``width`` by ``height`` fits into."""
    sizes = capabilities(model).sizes
    if sizes.choices:
        able = [size for size in sizes.choices if width <= size[0] and height <= size[1]]
        return min(able, key=lambda size: size[0] * size[1])
    longest = max(width, height)
    least = max(sizes.minimum, -(-longest // _NOVA_RATIO))
    across, down = (-(-max(side, least) // sizes.multiple) * sizes.multiple for side in (width, height))
    return across, down


def check(model: ImageModel, request: ImageRequest) -> None:
    """Refuse what the capabilities cannot say.

    Raises:
        UnsupportedRequestError: wishes that exclude each other.
        InvalidRequestError: words are missing or too many, or an option has a value it does not take.
    """
    check_choice(request, "quality", QUALITIES)
    check_choice(request, "style", STYLES)
    check_flag(request, "mask_keeps")
    if model.family == "nova":
        _check_inputs(model, request)
    if request.remove_background:
        _check_alone(model, request)
        return
    _check_together(model, request)
    _check_words(model, request)
    if model.family == "nova":
        _check_shape(model, request)


def _check_alone(model: ImageModel, request: ImageRequest) -> None:
    """Removing the background takes a picture and nothing else."""
    others = {
        "a palette": request.palette,
        "a guidance scale": request.guidance_scale,
        "a negative prompt": request.negative_prompt,
        "options": request.options,
    }
    given = next((name for name, value in others.items() if value), "")
    if given:
        raise UnsupportedRequestError(
            f"{model.title} takes no {given.removeprefix('a ')} to remove a background.",
            hint="Leave it out: the picture says all there is to say.",
        )


def _check_together(model: ImageModel, request: ImageRequest) -> None:
    task = task_of(request)
    companions = {
        "a palette": request.palette,
        "a control picture": request.control_image,
        "reference pictures": request.references,
        "a picture to change": request.init_image,
    }
    given = [name for name, value in companions.items() if value]
    if len(given) > 1 and given != ["a palette", "reference pictures"]:
        raise UnsupportedRequestError(
            f"{model.title} takes {given[0]} or {given[1]}, not both at once.", hint="Leave one out."
        )
    if request.palette and len(request.references) > 1:
        raise InvalidRequestError(
            f"With a palette, {model.title} takes one reference picture, not {len(request.references)}.",
            hint="Give the one whose colours matter most.",
        )
    usual = capabilities(model).similarity
    if request.palette and usual is not None and request.similarity not in (None, usual.default):
        raise UnsupportedRequestError(
            f"With a palette, {model.title} takes the colours of the reference alone, and no similarity.",
            hint="Leave similarity out, or the palette.",
        )
    if "style" in request.options and (given not in ([], ["a control picture"])):
        raise UnsupportedRequestError(
            f"{model.title} takes a style for pictures from words alone.", hint="Leave the option style out."
        )
    if request.options.get("mask_keeps") and task != "inpainting":
        raise InvalidRequestError(
            "mask_keeps says that a mask is of what stays, but no mask was given.",
            hint="Give one as mask or mask_prompt, or leave mask_keeps out.",
        )


def _check_words(model: ImageModel, request: ImageRequest) -> None:
    grows = request.outpaint is not None or request.options.get("mask_keeps") is True
    if not request.prompt and (grows or request.palette):
        raise InvalidRequestError(
            f"{model.title} wants words for that.", hint="Say in the prompt what the whole picture shows."
        )
    most = capabilities(model).prompt_characters or 0
    if len(request.mask_prompt) > most:
        raise InvalidRequestError(
            f"The mask prompt has {len(request.mask_prompt)} characters; {model.title} takes {most}.",
            hint="Name the thing in a few words.",
        )


def _check_inputs(model: ImageModel, request: ImageRequest) -> None:
    if request.remove_background and request.init_image is not None:
        NOVA_LIMITS.check(request.init_image, "The picture", model.title)
    for reference in request.references:
        NOVA_LIMITS.check(reference, "A reference", model.title)


def _check_shape(model: ImageModel, request: ImageRequest) -> None:
    """What is painted; a canvas that grows is padded to a shape that is."""
    width, height = request.width or 0, request.height or 0
    if request.outpaint is not None:
        width, height = canvas_size(model, width, height)
    elif max(width, height) > _NOVA_RATIO * min(width, height):
        raise InvalidRequestError(
            f"{model.title} paints pictures up to {_NOVA_RATIO} times as long as wide, not {width}x{height}.",
            hint="Choose another size.",
        )
    if width * height > NOVA_LIMITS.max_pixels:
        raise InvalidRequestError(
            f"{model.title} would have to paint {width}x{height}, which is more than it does.",
            hint="Grow it by less, or make it smaller first.",
        )
