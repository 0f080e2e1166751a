"""What a picture of OpenAI's costs: estimated before, counted after."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel

from studiolo.engines.openai.images.models import PRICES_READ, ImageModel
from studiolo.engines.pricing import UNKNOWN, Estimate
from studiolo.requests import ImageRequest

_PARTIAL_TOKENS: Final = 100  # of each preview, by the guide to image generation
_CHARACTERS_A_TOKEN: Final = 4  # of English, by OpenAI's rule of thumb
_MILLION: Final = 1_000_000


class InputTokens(BaseModel):
    """Of what was read."""

    text_tokens: int = 0
    image_tokens: int = 0


class OutputTokens(BaseModel):
    """Of what was painted, where text and picture are told apart."""

    image_tokens: int = 0
    text_tokens: int = 0


class Usage(BaseModel):
    """What was counted, as the answer says it."""

    input_tokens: int = 0
    input_tokens_details: InputTokens | None = None
    output_tokens: int = 0
    output_tokens_details: OutputTokens | None = None


def output_tokens(factor: int, width: int, height: int) -> int:
    """The tokens of a picture by gpt-image-2 and later.

    The rule of the calculator in OpenAI's guide, as its developers' forum worked it out in June 2026
    (community.openai.com/t/1382699): a grid of ``factor`` cells on the longer side, weighed by the area.
    It gives all the prices that the guide lists.
    """
    longer, shorter = max(width, height), min(width, height)
    across = (2 * factor * shorter + longer) // (2 * longer)
    return -(-factor * across * (2_000_000 + width * height) // 4_000_000)


def estimate(
    model: ImageModel, request: ImageRequest, *, size: tuple[int, int], quality: str, partial_images: int = 0
) -> Estimate:
    """What ``request`` will cost, painted in ``size``; pictures that are sent are not counted."""
    each = _each(model, quality, size)
    if each is None or model.rates is None:
        return UNKNOWN
    each += partial_images * _PARTIAL_TOKENS * model.rates.image_out / _MILLION
    each += len(request.prompt) / _CHARACTERS_A_TOKEN * model.rates.text_in / _MILLION
    several = "" if request.count == 1 else "s"
    more = " and what the pictures sent with it cost" if request.source_images() else ""
    basis = (
        f"{request.count} picture{several} at about ${round(each, 4):.4g}{more} "
        f"(OpenAI, {model.name}, {size[0]}x{size[1]}, {quality}; {PRICES_READ})"
    )
    return Estimate(usd=each * request.count, basis=basis)


def cost(model: ImageModel, usage: Usage | None) -> float | None:
    """What was paid for the tokens of ``usage``; None where these or the prices are not known."""
    rates = model.rates
    if usage is None or rates is None:
        return None
    read = usage.input_tokens_details or InputTokens(text_tokens=usage.input_tokens)
    painted = usage.output_tokens_details or OutputTokens(image_tokens=usage.output_tokens)
    paid = (
        read.text_tokens * rates.text_in
        + read.image_tokens * rates.image_in
        + painted.image_tokens * rates.image_out
        + painted.text_tokens * rates.text_out
    )
    return round(paid / _MILLION, 6)


def _each(model: ImageModel, quality: str, size: tuple[int, int]) -> float | None:
    published = model.price_of(quality, size)
    if published is not None:
        return published
    factor = model.factors.get(quality)
    if factor is None or model.rates is None:
        return None
    return output_tokens(factor, *size) * model.rates.image_out / _MILLION
