"""What pictures of Bedrock cost, as data with its date, and what a request will."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from studiolo.engines.bedrock.amazon_abilities import canvas_size
from studiolo.engines.bedrock.models import ImageModel
from studiolo.engines.bedrock.options import BedrockOptions
from studiolo.engines.pricing import UNKNOWN, Estimate
from studiolo.requests import ImageRequest

AS_OF: Final = "2026-07"
"""Of what the page "Amazon Bedrock pricing" says for the United States, as public lists quoted it by then.

Titan and Nova Canvas, which ended that year, stand at their last price.
"""

# US dollars a picture.
_STABILITY: Final[Mapping[str, float]] = {
    "core": 0.04,
    "sd3.5-large": 0.08,
    "ultra": 0.14,
    "inpaint": 0.07,
    "outpaint": 0.06,
    "erase": 0.07,
    "search-replace": 0.07,
    "search-recolor": 0.07,
    "remove-background": 0.07,
    "control-sketch": 0.07,
    "control-structure": 0.07,
    "style-guide": 0.07,
    "style-transfer": 0.08,
    "fast-upscale": 0.03,
    "conservative-upscale": 0.40,
    "creative-upscale": 0.60,
}
# (up to so many pixels, standard, premium), the smallest first.
_TITAN: Final = ((768 * 768, 0.008, 0.01), (1408 * 1408, 0.01, 0.012))
_NOVA: Final = ((1024 * 1024, 0.04, 0.06), (2048 * 2048, 0.06, 0.08))
# Titan's guide counts each of its sizes as 512x512 or 1024x1024: up to 768x768 all are the former.


def price(model: ImageModel, request: ImageRequest, options: BedrockOptions) -> float | None:
    """US dollars for each picture of the complete ``request``; None where nobody knows."""
    if options.price_per_image is not None:
        return options.price_per_image
    if model.family == "stability":
        return _STABILITY.get(model.name)
    tiers = _TITAN if model.family == "titan" else _NOVA
    width, height = request.width or 0, request.height or 0
    if request.outpaint is not None:
        width, height = canvas_size(model, width, height)  # what is painted, before it is cut
    standard, premium = next((prices for most, *prices in tiers if width * height <= most), (None, None))
    return premium if _quality(request) == "premium" else standard


def estimate(model: ImageModel, request: ImageRequest, options: BedrockOptions) -> Estimate:
    """What the complete ``request`` will cost."""
    each = price(model, request, options)
    if each is None:
        return UNKNOWN
    quality = "" if model.family == "stability" else f"{_quality(request)}, "
    source = f"AWS, {model.title}, {quality}{AS_OF}"
    if options.price_per_image is not None:
        source = "price_per_image of [engines.bedrock]"
    return Estimate.per_image(each, request.count, source=source)


def _quality(request: ImageRequest) -> str:
    return str(request.options.get("quality", "standard"))
