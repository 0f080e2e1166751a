"""What each model's documentation says of the body of InvokeModel, as JSON Schema.

Written by hand from the Bedrock guide, pages "Amazon Titan Image Generator G1 models", "Stable Image Core
request and response", "Stable Image Ultra request and response", "Stability.ai Stable Diffusion 3.5 Large"
and "Stability AI Image Services", and from the Nova guide, "Request and response structure for image
generation" (as they were in October 2026). ``additionalProperties`` is closed everywhere: what is not
documented is not sent.
"""

from __future__ import annotations

from typing import Any

from studiolo.engines.bedrock.amazon_abilities import TITAN_SIZES

IMAGE = {"type": "string", "contentEncoding": "base64", "minLength": 16}
UNIT = {"type": "number", "minimum": 0, "maximum": 1}
ASPECT_RATIOS = ["16:9", "1:1", "21:9", "2:3", "3:2", "4:5", "5:4", "9:16", "9:21"]
PRESETS = [
    "3d-model", "analog-film", "anime", "cinematic", "comic-book", "digital-art", "enhance", "fantasy-art",
    "isometric", "line-art", "low-poly", "modeling-compound", "neon-punk", "origami", "photographic",
    "pixel-art", "tile-texture",
]  # fmt: skip
STYLES = [
    "3D_ANIMATED_FAMILY_FILM", "DESIGN_SKETCH", "FLAT_VECTOR_ILLUSTRATION", "GRAPHIC_NOVEL_ILLUSTRATION",
    "MAXIMALISM", "MIDCENTURY_RETRO", "PHOTOREALISM", "SOFT_DIGITAL_PAINTING",
]  # fmt: skip


def closed(required: list[str], **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


# Titan and Nova


def amazon(*, titan: bool, second: bool = True) -> dict[str, Any]:
    """``second``: with what Titan has from v2 on, and Nova."""
    text = {"type": "string", "minLength": 1, "maxLength": 512 if titan else 1024}
    words = {"text": text, "negativeText": text}
    mask = {"maskPrompt": text, "maskImage": IMAGE, "returnMask": {"type": "boolean"}}
    either = {"oneOf": [{"required": ["maskPrompt"]}, {"required": ["maskImage"]}]}
    control = {
        "conditionImage": IMAGE,
        "controlMode": {"enum": ["CANNY_EDGE", "SEGMENTATION"]},
        "controlStrength": UNIT,
    }
    style = {} if titan else {"style": {"enum": STYLES}}
    from_text = {
        **closed(["text"], **words, **style, **(control if second else {})),
        "dependentRequired": {"controlMode": ["conditionImage"], "controlStrength": ["conditionImage"]},
    }
    colours = {"type": "array", "minItems": 1, "maxItems": 10, "items": {"pattern": "^#[0-9A-Fa-f]{6}$"}}
    tasks = {
        "TEXT_IMAGE": ("textToImageParams", from_text),
        "INPAINTING": ("inPaintingParams", {**closed(["image"], **words, image=IMAGE, **mask), **either}),
        "OUTPAINTING": (
            "outPaintingParams",
            {
                **closed(
                    ["image", "text"],
                    **words,
                    image=IMAGE,
                    **mask,
                    outPaintingMode={"enum": ["DEFAULT", "PRECISE"]},
                ),
                **either,
            },
        ),
        "IMAGE_VARIATION": (
            "imageVariationParams",
            closed(
                ["images"],
                **words,
                images={"type": "array", "minItems": 1, "maxItems": 5, "items": IMAGE},
                similarityStrength={"type": "number", "minimum": 0.2, "maximum": 1},
            ),
        ),
    }
    if second:
        tasks["COLOR_GUIDED_GENERATION"] = (
            "colorGuidedGenerationParams",
            closed(["text", "colors"], **words, colors=colours, referenceImage=IMAGE),
        )
        tasks["BACKGROUND_REMOVAL"] = ("backgroundRemovalParams", closed(["image"], image=IMAGE))
    return {"oneOf": [_task(name, *rest, titan=titan) for name, rest in tasks.items()]}


def _task(name: str, params_name: str, params: Any, *, titan: bool) -> dict[str, Any]:
    properties = {"taskType": {"const": name}, params_name: params}
    if name == "BACKGROUND_REMOVAL":
        return closed(["taskType", params_name], **properties)
    edits = name in {"INPAINTING", "OUTPAINTING"}
    return closed(
        ["taskType", params_name],
        **properties,
        imageGenerationConfig=_config(titan=titan, sized=titan or not edits),
    )


def _config(*, titan: bool, sized: bool) -> dict[str, Any]:
    """Nova's guide gives edits no size: they have their picture's."""
    side = {"type": "integer", "minimum": 320, "maximum": 4096, "multipleOf": 16}
    sides = {"width": {"type": "integer"}, "height": {"type": "integer"}} if titan else {
        "width": side,
        "height": side,
    }  # fmt: skip
    config = closed(
        [],
        quality={"enum": ["standard", "premium"]},
        numberOfImages={"type": "integer", "minimum": 1, "maximum": 5},
        cfgScale={"type": "number", "minimum": 1.1, "maximum": 10},
        seed={"type": "integer", "minimum": 0, "maximum": 2_147_483_646 if titan else 858_993_459},
        **(sides if sized else {}),
    )
    if titan:
        pairs = [{"properties": {"width": {"const": w}, "height": {"const": h}}} for w, h in TITAN_SIZES]
        return {**config, "anyOf": pairs}
    return config


# Stability AI

WORDS = {"type": "string", "maxLength": 10_000}
SHARED = {
    "seed": {"type": "integer", "minimum": 0, "maximum": 4_294_967_294},
    "output_format": {"enum": ["jpeg", "png", "webp"]},
}
PLAIN = {"output_format": {"enum": ["jpeg", "png", "webp"]}}
PRESET = {"style_preset": {"enum": PRESETS}}
NEGATIVE = {"negative_prompt": WORDS}
GROW = {"grow_mask": {"type": "integer", "minimum": 0, "maximum": 20}}
RATIO = {"aspect_ratio": {"enum": ASPECT_RATIOS}}
MARGIN = {"type": "integer", "minimum": 0, "maximum": 2000}


def creativity(most: float) -> dict[str, Any]:
    return {"creativity": {"type": "number", "minimum": 0.1, "maximum": most}}


_CONTROL = closed(
    ["prompt", "image"], prompt=WORDS, image=IMAGE, control_strength=UNIT, **NEGATIVE, **SHARED, **PRESET
)
_OUTPAINT = {
    **closed(
        ["image"],
        image=IMAGE,
        prompt=WORDS,
        **PRESET,
        **SHARED,
        **creativity(1.0),
        left=MARGIN,
        right=MARGIN,
        up=MARGIN,
        down=MARGIN,
    ),
    "anyOf": [
        {"required": [side], "properties": {side: {"minimum": 1}}} for side in ("left", "right", "up", "down")
    ],
}
_SD35 = {
    "oneOf": [
        closed(
            ["prompt"],
            prompt=WORDS,
            mode={"const": "text-to-image"},
            **RATIO,
            **NEGATIVE,
            **SHARED,
        ),
        closed(
            ["prompt", "image", "strength", "mode"],
            prompt=WORDS,
            image=IMAGE,
            strength=UNIT,
            mode={"const": "image-to-image"},
            **NEGATIVE,
            **SHARED,
        ),
    ]
}
_ULTRA = {
    "oneOf": [
        closed(["prompt"], prompt=WORDS, mode={"const": "text-to-image"}, **RATIO, **NEGATIVE, **SHARED),
        closed(["prompt", "image"], prompt=WORDS, image=IMAGE, strength=UNIT, **NEGATIVE, **SHARED),
    ]
}

SCHEMAS = {
    "amazon.titan-image-generator-v1": amazon(titan=True, second=False),
    "amazon.titan-image-generator-v2:0": amazon(titan=True),
    "amazon.nova-canvas-v1:0": amazon(titan=False),
    "stability.stable-image-core-v1:1": closed(["prompt"], prompt=WORDS, **RATIO, **NEGATIVE, **SHARED),
    "stability.stable-image-ultra-v1:1": _ULTRA,
    "stability.sd3-5-large-v1:0": _SD35,
    "us.stability.stable-image-inpaint-v1:0": closed(
        ["prompt", "image"], prompt=WORDS, image=IMAGE, mask=IMAGE, **NEGATIVE, **SHARED, **PRESET, **GROW
    ),
    "us.stability.stable-outpaint-v1:0": _OUTPAINT,
    "us.stability.stable-image-erase-object-v1:0": closed(
        ["image"], image=IMAGE, mask=IMAGE, **SHARED, **GROW
    ),
    "us.stability.stable-image-search-replace-v1:0": closed(
        ["prompt", "image", "search_prompt"],
        prompt=WORDS,
        image=IMAGE,
        search_prompt=WORDS,
        **NEGATIVE,
        **SHARED,
        **PRESET,
        **GROW,
    ),
    "us.stability.stable-image-search-recolor-v1:0": closed(
        ["prompt", "image", "select_prompt"],
        prompt=WORDS,
        image=IMAGE,
        select_prompt=WORDS,
        **NEGATIVE,
        **SHARED,
        **PRESET,
        **GROW,
    ),
    "us.stability.stable-image-remove-background-v1:0": closed(["image"], image=IMAGE, **PLAIN),
    "us.stability.stable-image-control-sketch-v1:0": _CONTROL,
    "us.stability.stable-image-control-structure-v1:0": _CONTROL,
    "us.stability.stable-image-style-guide-v1:0": closed(
        ["prompt", "image"],
        prompt=WORDS,
        image=IMAGE,
        fidelity=UNIT,
        **RATIO,
        **NEGATIVE,
        **SHARED,
        **PRESET,
    ),
    "us.stability.stable-style-transfer-v1:0": closed(
        ["init_image", "style_image"],
        init_image=IMAGE,
        style_image=IMAGE,
        prompt=WORDS,
        composition_fidelity=UNIT,
        style_strength=UNIT,
        change_strength={"type": "number", "minimum": 0.1, "maximum": 1},
        **NEGATIVE,
        **SHARED,
    ),
    "us.stability.stable-fast-upscale-v1:0": closed(["image"], image=IMAGE, **PLAIN),
    "us.stability.stable-conservative-upscale-v1:0": closed(
        ["prompt", "image"], prompt=WORDS, image=IMAGE, **creativity(0.5), **NEGATIVE, **SHARED
    ),
    "us.stability.stable-creative-upscale-v1:0": closed(
        ["prompt", "image"], prompt=WORDS, image=IMAGE, **creativity(0.5), **NEGATIVE, **SHARED, **PRESET
    ),
}
"""By what is called: a model's id, or the inference profile that alone reaches it."""
