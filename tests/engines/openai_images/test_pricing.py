"""Prices: those that OpenAI lists, and what its answers count."""

from __future__ import annotations

import pytest

from studiolo.engines.openai.images.models import MODELS, find
from studiolo.engines.openai.images.pricing import Usage, cost, output_tokens
from tests.engines.openai_images.asking import complete, painted, shaded

LISTED = {
    "gpt-image-2": {
        "low": (0.006, 0.005, 0.005), "medium": (0.053, 0.041, 0.041), "high": (0.211, 0.165, 0.165),
    },
    "gpt-image-1.5": {
        "low": (0.009, 0.013, 0.013), "medium": (0.034, 0.05, 0.05), "high": (0.133, 0.2, 0.2),
    },
    "gpt-image-1-mini": {
        "low": (0.005, 0.006, 0.006), "medium": (0.011, 0.015, 0.015), "high": (0.036, 0.052, 0.052),
    },
}  # fmt: skip
"""OpenAI's guide to image generation, "Calculating costs": square, portrait, landscape."""

SIZES = ((1024, 1024), (1024, 1536), (1536, 1024))


@pytest.mark.parametrize(
    ("model", "quality", "size", "listed"),
    [
        (model, quality, size, price)
        for model, qualities in LISTED.items()
        for quality, prices in qualities.items()
        for size, price in zip(SIZES, prices, strict=True)
    ],
)
def test_an_estimate_is_the_listed_price(painter, model, quality, size, listed):
    engine = painter(model=model)
    request = complete(engine, width=size[0], height=size[1], options={"quality": quality})
    estimate = engine.estimate(request)
    assert estimate.usd == pytest.approx(listed, abs=0.0006)
    assert f"{model}, {size[0]}x{size[1]}, {quality}" in estimate.basis


@pytest.mark.parametrize(
    ("quality", "tokens"), [("low", 196), ("medium", 439), ("high", 1756), ("xhigh", 3122), ("max", 7024)]
)
def test_the_tokens_of_each_quality_of_2_5(quality, tokens):
    """As its users list them for 1024x1024 (September 2026)."""
    assert output_tokens(find("gpt-image-2.5-flare").factors[quality], 1024, 1024) == tokens


def test_several_pictures_and_previews_cost_more(painter):
    engine = painter(model="gpt-image-2")
    one = engine.estimate(complete(engine)).usd
    assert engine.estimate(complete(engine, count=3)).usd == pytest.approx(3 * one)
    with_previews = engine.estimate(complete(engine, options={"partial_images": 3})).usd
    assert with_previews - one == pytest.approx(300 * 30 / 1e6)


def test_what_pictures_cost_that_are_sent_is_said_to_come_on_top(painter):
    engine = painter(model="gpt-image-2")
    told = engine.estimate(complete(engine, init_image=shaded(1024, 1024)))
    assert "what the pictures sent with it cost" in told.basis
    assert not told.firm


def test_what_was_counted_is_what_it_cost(server, painter):
    (made,) = painted(painter(model="gpt-image-2"), init_image=shaded(1024, 1024))
    assert made.cost == pytest.approx((10 * 5 + 1000 * 8 + 1756 * 30) / 1e6)


def test_without_a_count_nobody_knows(server, painter):
    server.counts = False
    assert painted(painter())[0].cost is None
    assert cost(find("chatgpt-image-latest"), Usage(output_tokens=10)) is None


def test_nobody_knows_the_price_of_auto_or_of_a_model_that_is_new(painter):
    for model, options in (("gpt-image-2", {"quality": "auto"}), ("gpt-image-9", {})):
        engine = painter(model=model)
        assert engine.estimate(complete(engine, options=options)).usd is None


def test_a_price_in_the_settings_comes_first(painter):
    engine = painter(price_per_image=0.02)
    told = engine.estimate(complete(engine, count=2))
    assert (told.usd, told.firm) == (0.04, True)
    assert painted(engine)[0].cost == 0.02


def test_every_model_with_prices_has_one_for_its_usual_quality(painter):
    for model in MODELS:
        engine = painter(model=model.name)
        assert (engine.estimate(complete(engine)).usd is None) is (model.rates is None), model.name
