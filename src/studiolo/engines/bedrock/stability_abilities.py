"""What the models of Stability AI on Bedrock can do, and what they cannot at once.

By the Bedrock guide: "Stable Image Core request and response", "Stable Image Ultra …", "Stability.ai Stable
Diffusion 3.5 Large" and "Stability AI Image Services" (2026).
"""

from __future__ import annotations

from typing import Any, Final

from studiolo.engines.bedrock.inputs import Limits
from studiolo.engines.capabilities import Capabilities, Range, Sizes, Task

RATIOS: Final = {
    (1024, 1024): "1:1",
    (1344, 768): "16:9",
    (1536, 640): "21:9",
    (832, 1216): "2:3",
    (1216, 832): "3:2",
    (896, 1088): "4:5",
    (1088, 896): "5:4",
    (768, 1344): "9:16",
    (640, 1536): "9:21",
}
"""The guide names the ratios, one megapixel and sides of 640 to 1536; these are the sizes with which
Stable Diffusion 3 was published for them. What comes in another size is resized."""

LIMITS: Final = Limits(least_px=64, most_px=8192, max_pixels=9_437_184, ratio=2.5)
"""Of pictures that are sent to the image services."""

FAST_LIMITS: Final = Limits(least_px=32, most_px=1536, max_pixels=2**20, min_pixels=1024)
CREATIVE_LIMITS: Final = Limits(least_px=64, most_px=8192, max_pixels=2**20, min_pixels=4096)

MAX_MARGIN_PX: Final = 2000
STYLE_PRESETS: Final = (
    "3d-model", "analog-film", "anime", "cinematic", "comic-book", "digital-art", "enhance", "fantasy-art",
    "isometric", "line-art", "low-poly", "modeling-compound", "neon-punk", "origami", "photographic",
    "pixel-art", "tile-texture",
)  # fmt: skip

MAX_SEED: Final = 4_294_967_293
"""One less than the highest, which stands for our 0: theirs is a wish for any seed."""

_MAKER: Final = "Stability AI on Bedrock"
_SEAMS: Final = ("default", "precise")
_PRESET: Final = frozenset({"style_preset"})
_ANY: Final = Sizes(
    minimum=64, maximum=LIMITS.most_px, multiple=1, default=(1024, 1024), max_pixels=LIMITS.max_pixels
)


def _able(description: str, *tasks: Task, **fields: Any) -> Capabilities:
    given: dict[str, Any] = {
        "sizes": _ANY,
        "max_seed": MAX_SEED,
        "prompt_characters": 10_000,
        "negative_prompt": True,
        "licence": "Stability AI's terms on AWS Marketplace",
        **fields,
    }
    return Capabilities(description=f"{description}, by {_MAKER}.", tasks=frozenset(tasks), **given)


def _half(default: float) -> Range:
    return Range(minimum=0, maximum=1, default=default)


_BY_RATIO: Final = Sizes.among(tuple(RATIOS))

ABILITIES: Final = {
    "core": _able("Stable Image Core: quick and cheap", "text-to-image", sizes=_BY_RATIO),
    "ultra": _able(
        "Stable Image Ultra: its finest",
        "text-to-image",
        "image-to-image",
        sizes=_BY_RATIO,
        strength=_half(0.35),
    ),
    "sd3.5-large": _able(
        "Stable Diffusion 3.5 Large", "text-to-image", "image-to-image", sizes=_BY_RATIO, strength=_half(0.7)
    ),
    "inpaint": _able(
        "Repaints what a mask says",
        "inpainting",
        seams=_SEAMS,
        options=_PRESET | {"grow_mask"},
    ),
    "outpaint": _able(
        "Paints a picture larger",
        "outpainting",
        seams=_SEAMS,
        negative_prompt=False,
        sizes=Sizes(minimum=64, maximum=8192, multiple=1, default=(1024, 1024)),
        options=_PRESET | {"creativity"},
    ),
    "erase": _able(
        "Erases what a mask says, without a prompt",
        "inpainting",
        seams=_SEAMS,
        negative_prompt=False,
        options=frozenset({"grow_mask"}),
    ),
    "search-replace": _able(
        "Replaces what a mask prompt names",
        "inpainting",
        finds_masks=True,
        options=_PRESET | {"grow_mask"},
    ),
    "search-recolor": _able(
        "Recolours what a mask prompt names",
        "inpainting",
        finds_masks=True,
        options=_PRESET | {"grow_mask"},
    ),
    "remove-background": _able(
        "Cuts pictures out", "background-removal", negative_prompt=False, seeded=False
    ),
    "control-sketch": _able(
        "Paints along the lines of a control picture",
        "text-to-image",
        controls=("canny",),
        control_strength=_half(0.7),
        prepares_control=True,
        options=_PRESET,
    ),
    "control-structure": _able(
        "Paints with the structure of a control picture",
        "text-to-image",
        controls=("segmentation",),
        control_strength=_half(0.7),
        prepares_control=True,
        options=_PRESET,
    ),
    "style-guide": _able(
        "Paints in the style of a reference",
        "variation",
        sizes=_BY_RATIO,
        references=1,
        similarity=Range(minimum=0.2, maximum=1, default=0.5),
        options=_PRESET,
    ),
    "style-transfer": _able(
        "Gives a picture the style of a reference",
        "image-to-image",
        references=1,
        strength=Range(minimum=0.1, maximum=1, default=0.9),
        options=frozenset({"composition_fidelity", "style_strength"}),
    ),
    "fast-upscale": _able(
        "Enlarges pictures, quickly",
        "upscaling",
        upscale=(4,),
        negative_prompt=False,
        seeded=False,
        sizes=Sizes(minimum=32, maximum=6144, multiple=1, default=(1024, 1024), max_pixels=2**24),
    ),
    "conservative-upscale": _able(
        "Enlarges pictures and keeps what is in them",
        "upscaling",
        upscale=(2, 4),
        options=frozenset({"creativity"}),
    ),
    "creative-upscale": _able(
        "Enlarges poor pictures and adds to them",
        "upscaling",
        upscale=(2, 4),
        options=_PRESET | {"creativity"},
    ),
}
"""By the model's name."""

UPSCALING_LIMITS: Final = {
    "fast-upscale": FAST_LIMITS,
    "conservative-upscale": LIMITS,
    "creative-upscale": CREATIVE_LIMITS,
}
CREATIVITY: Final = {
    "outpaint": (0.1, 1.0),
    "conservative-upscale": (0.1, 0.5),
    "creative-upscale": (0.1, 0.5),
}
