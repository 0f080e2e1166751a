"""OpenAI's own image models: what each takes, and what it costs.

From the types of OpenAI's client (openai 3.54.0: ``types/image_generate_params.py``,
``types/image_edit_params.py``, ``types/image_model.py``), its guide to image generation (sizes, prices of a
picture) and its pages of the models (prices of tokens), as of November 2026.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from studiolo.engines.capabilities import Sizes

PRICES_READ: Final = "2026-11"
"""When the prices below were read."""

DEFAULT_QUALITY: Final = "medium"
"""Asked for by name, because what ``auto`` costs cannot be said before."""

_THREE: Final = Sizes.among([(1024, 1024), (1536, 1024), (1024, 1536)])
_ANY: Final = Sizes(
    minimum=480,  # the shorter side of the least area in the longest shape
    maximum=3840,
    multiple=16,
    default=(1024, 1024),
    max_pixels=3840 * 2160,
    min_pixels=655_360,
    max_ratio=3,
)
_SQUARE: Final = (1024, 1024)


@dataclass(frozen=True, kw_only=True)
class Rates:
    """US dollars for a million tokens."""

    text_in: float
    image_in: float
    image_out: float
    text_out: float = 0.0


@dataclass(frozen=True, kw_only=True)
class ImageModel:
    """What OpenAI says of one of its models.

    ``factors`` say how finely each quality is painted, from which its tokens follow (``pricing.py``);
    ``per_picture`` are the published prices of older models: of a square one, and of another.
    """

    name: str
    sizes: Sizes = _THREE
    qualities: tuple[str, ...] = ("low", "medium", "high", "auto")
    fidelities: tuple[str, ...] = ()
    complexity: bool = False
    rates: Rates | None = None
    factors: Mapping[str, int] = field(default_factory=dict[str, int])
    per_picture: Mapping[str, tuple[float, float]] = field(default_factory=dict[str, tuple[float, float]])

    def price_of(self, quality: str, size: tuple[int, int]) -> float | None:
        """The published price of a picture, where there is one."""
        prices = self.per_picture.get(quality)
        return prices[size != _SQUARE] if prices else None


_RATES: Final = Rates(text_in=5, image_in=8, image_out=30)
_FINER: Final = ("low", "medium", "high", "xhigh", "max", "auto")

GPT_IMAGE_1_MINI: Final = ImageModel(
    name="gpt-image-1-mini",
    fidelities=("low",),
    rates=Rates(text_in=2, image_in=2.5, image_out=8),
    per_picture={"low": (0.005, 0.006), "medium": (0.011, 0.015), "high": (0.036, 0.052)},
)
GPT_IMAGE_1_5: Final = ImageModel(
    name="gpt-image-1.5",
    fidelities=("low", "high"),
    rates=Rates(text_in=5, image_in=8, image_out=32, text_out=10),
    per_picture={"low": (0.009, 0.013), "medium": (0.034, 0.05), "high": (0.133, 0.2)},
)
GPT_IMAGE_2: Final = ImageModel(
    name="gpt-image-2", sizes=_ANY, rates=_RATES, factors={"low": 16, "medium": 48, "high": 96}
)
GPT_IMAGE_2_5: Final = ImageModel(
    name="gpt-image-2.5-flare",
    sizes=_ANY,
    qualities=_FINER,
    rates=_RATES,
    factors={"low": 16, "medium": 24, "high": 48, "xhigh": 64, "max": 96},
)
GPT_IMAGE_2_6: Final = replace(
    GPT_IMAGE_2_5,
    name="gpt-image-2.6-flare",
    complexity=True,
    # Resellers measured up to four times the tokens of 2.5 at low and medium, which is what high has.
    factors={"low": 48, "medium": 48, "high": 48, "xhigh": 64, "max": 96},
)

MODELS: Final = (
    GPT_IMAGE_2_6,
    replace(GPT_IMAGE_2_6, name="gpt-image-2.6-sunburst"),
    GPT_IMAGE_2_5,
    replace(GPT_IMAGE_2_5, name="gpt-image-2.5-sunburst"),
    GPT_IMAGE_2,
    GPT_IMAGE_1_5,
    GPT_IMAGE_1_MINI,
    ImageModel(name="chatgpt-image-latest"),
)
"""The newest first; the first is painted with where none is named."""

RETIRED: Final = {
    "gpt-image-1": "23 October 2026",
    "dall-e-2": "12 May 2026",
    "dall-e-3": "12 May 2026",
}
"""Models that are gone, and since when."""


def find(name: str) -> ImageModel:
    """The model of that name, or of which it is a dated snapshot.

    One that is not known yet is as the newest is, without its prices.
    """
    plain = re.sub(r"-\d{4}-\d{2}-\d{2}$", "", name)
    known = next((model for model in MODELS if model.name == plain), None)
    return replace(known, name=name) if known else replace(MODELS[0], name=name, rates=None, factors={})
