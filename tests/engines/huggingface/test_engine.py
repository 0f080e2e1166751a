"""What is sent to each provider, and what is refused before."""

from __future__ import annotations

import base64
import io

import pytest
from PIL import Image

from studiolo.engines.base import EngineConfig
from studiolo.engines.huggingface import HuggingFaceImageEngine
from studiolo.errors import (
    ContentRefusedError,
    EngineError,
    EngineTimeoutError,
    OfflineError,
    UnknownEngineError,
    UnsupportedRequestError,
)
from tests.engines.huggingface.server import KEY, HubServer
from tests.engines.openai_images.asking import complete, painted, shaded

SMALL = {"width": 96, "height": 64}


@pytest.fixture
def server():
    with HubServer() as serving:
        yield serving


@pytest.fixture
def painter(server):
    built = []

    def build(model, **options):
        given = {"base_url": server.address, "hub_url": server.address, "api_key": KEY, **options}
        built.append(HuggingFaceImageEngine(EngineConfig(model=model, options=given)))
        return built[-1]

    yield build
    for engine in built:
        engine.close()


KNOBS = {"steps": 4, "guidance_scale": 3.5, "negative_prompt": "leaf"}
THEIRS = {"num_inference_steps": 4, "guidance_scale": 3.5, "negative_prompt": "leaf", "seed": 7}


def test_fal_is_asked_in_its_words(server, painter):
    (made,) = painted(painter("maker/fal"), **SMALL, **KNOBS)
    (order,) = server.orders
    assert order.path == "/fal-ai/fal-ai/flux/dev"
    assert order.body == {"prompt": "a red apple", "image_size": SMALL, **THEIRS}
    assert (made.engine, made.model, made.notes) == ("huggingface", "maker/fal", ("Painted by fal-ai.",))


def test_hf_inference_is_asked_in_its_words(server, painter):
    painted(painter("maker/hf"), **SMALL, **KNOBS)
    (order,) = server.orders
    assert order.path == "/hf-inference/models/maker/hf"
    assert order.body == {"inputs": "a red apple", "parameters": {**SMALL, **THEIRS}}


def test_together_is_asked_in_its_words(server, painter):
    painted(painter("maker/together"), **SMALL, **KNOBS)
    theirs = {"steps": 4, "guidance_scale": 3.5, "negative_prompt": "leaf", "seed": 7}
    more = {"model": "Maker/Together", "prompt": "a red apple", "response_format": "base64"}
    assert server.orders[0].body == {**more, **SMALL, **theirs}


def test_what_nobody_asked_for_is_left_to_the_provider(server, painter):
    painted(painter("maker/fal"), **SMALL)
    assert server.orders[0].body == {"prompt": "a red apple", "image_size": SMALL, "seed": 7}


@pytest.mark.parametrize("as_list", [True, False])
def test_another_provider_may_be_wanted(server, painter, as_list):
    server.as_list = as_list
    (made,) = painted(painter("maker/fal", provider="nscale"), **SMALL)
    assert server.orders[0].body["size"] == "96x64"
    assert made.image.size == (96, 64)


def test_a_picture_goes_through_the_queue_of_fal(server, painter):
    (made,) = painted(painter("maker/fal-edit"), **SMALL, init_image=shaded(96, 64))
    (order,) = server.orders
    assert order.path.endswith("?_subdomain=queue")
    assert order.polls == 3
    assert order.body["image_urls"] == [order.body["image_url"]]
    assert made.image.size == (96, 64)


@pytest.mark.parametrize(
    ("fault", "options", "error"),
    [
        ("queue-fails", {}, EngineError),
        ("", {"total_timeout_s": 0.1}, EngineTimeoutError),
    ],
)
def test_a_queue_that_fails_or_lasts_is_left(server, painter, fault, options, error):
    server.fault = fault
    with pytest.raises(error):
        painted(painter("maker/fal-edit", **options), **SMALL, init_image=shaded(96, 64))


def test_a_look_that_fails_does_not_end_what_is_paid_for(server, painter):
    server.fault = "queue-falters"
    (made,) = painted(painter("maker/fal-edit"), **SMALL, init_image=shaded(96, 64))
    assert made.image.size == (96, 64)
    assert len(server.orders) == 1


@pytest.mark.parametrize("model", ["maker/fal", "maker/hf"])
def test_an_answer_that_breaks_off_after_its_head_may_cost(server, painter, model):
    server.fault = "head-alone"
    with pytest.raises(EngineError, match="charged for it") as caught:
        painted(painter(model), **SMALL)
    assert "kept" not in caught.value.hint
    assert len(server.orders) == 1


@pytest.mark.parametrize("fault", ["half-sent", "expired-link"])
def test_a_picture_that_cannot_be_had_may_cost(server, painter, fault):
    server.fault = fault
    with pytest.raises(EngineError, match="charged for it"):
        painted(painter("maker/fal"), **SMALL)


def test_an_odd_answer_is_said_to_be_one(server, painter):
    server.fault = "odd-answer"
    with pytest.raises(EngineError, match="without a picture"):
        painted(painter("maker/fal"), **SMALL)


def test_the_key_of_another_router_is_not_shown_to_the_hub(server, painter):
    asked = painter("maker/fal", base_url=f"{server.address.replace('127.0.0.1', 'localhost')}")
    painted(asked, **SMALL)
    assert server.keys == {"/api/models/maker/fal": "", "/fal-ai/fal-ai/flux/dev": f"Bearer {KEY}"}
    server.keys.clear()
    painted(painter("maker/fal"), **SMALL)
    assert set(server.keys.values()) == {f"Bearer {KEY}"}


def test_offline_no_hub_elsewhere_is_asked(server):
    given = {"base_url": server.address, "hub_url": "https://hub.example", "api_key": KEY}
    config = EngineConfig(model="maker/fal", offline=True, options=given)
    with HuggingFaceImageEngine(config) as engine, pytest.raises(OfflineError, match=r"hub\.example"):
        painted(engine, **SMALL)


def test_a_seed_that_is_not_taken_is_told(server, painter):
    (made,) = painted(painter("maker/nscale"), **SMALL)
    assert made.notes == ("Painted by nscale.", "nscale takes no seed: this one only numbers the picture.")


def test_other_providers_get_the_picture_in_their_way(server, painter):
    for model in ("maker/hf-edit", "maker/together-edit"):
        painted(painter(model), **SMALL, init_image=shaded(96, 64))
    plain, together = (order.body for order in server.orders)
    assert Image.open(io.BytesIO(base64.b64decode(plain["inputs"]))).size == (96, 64)
    assert plain["parameters"]["target_size"] == SMALL
    assert together["reference_images"][0].startswith("data:image/png;base64,")


def test_a_filter_that_keeps_the_picture_back_is_told(server, painter):
    server.unsafe = True
    with pytest.raises(ContentRefusedError, match="kept the picture back"):
        painted(painter("maker/fal"), **SMALL)


def test_another_size_than_asked_for_is_mended_and_told(server, painter):
    server.side_px = 32
    (made,) = painted(painter("maker/hf"), **SMALL)
    assert made.image.size == (96, 64)
    assert made.notes[1] == "It was painted in 32x32 and brought to 96x64."


@pytest.mark.parametrize(
    ("model", "options", "fields", "error", "match"),
    [
        ("maker/nscale", {}, {"steps": 4}, UnsupportedRequestError, "nscale.* takes no steps"),
        ("maker/words", {}, {}, UnknownEngineError, "No provider that is known"),
        ("maker/none", {}, {}, UnknownEngineError, "No provider that is known"),
        ("maker/missing", {}, {}, UnknownEngineError, "has no model 'maker/missing'"),
        ("../secrets", {}, {}, UnknownEngineError, "is no name of a model"),
        ("maker/hf", {"provider": "fal-ai"}, {}, UnsupportedRequestError, "fal-ai does no text-to-image"),
        ("maker/hf", {}, {"init_image": shaded(96, 64)}, UnsupportedRequestError, "no image-to-image"),
        ("maker/hf", {"provider": "acme"}, {}, UnsupportedRequestError, "'acme' is not known"),
        ("maker/hf", {}, {"scheduler": "euler"}, UnsupportedRequestError, "no setting 'scheduler'"),
        ("maker/hf", {}, {"options": {"lora": "x"}}, UnsupportedRequestError, "no setting 'lora'"),
    ],
    ids=lambda value: value if isinstance(value, str) and "'" not in value else "",
)
def test_what_cannot_be_is_said_before_anything_is_painted(
    server, painter, model, options, fields, error, match
):
    with pytest.raises(error, match=match) as caught:
        painted(painter(model, **options), **SMALL, **fields)
    assert caught.value.hint
    assert not server.orders


def test_prices_are_those_of_the_settings(painter):
    plain, priced = painter("maker/hf"), painter("maker/hf", price_per_image=0.01)
    assert plain.estimate(complete(plain, **SMALL)).usd is None
    assert priced.estimate(complete(priced, **SMALL, count=3)).usd == pytest.approx(0.03)
    assert painted(priced, **SMALL)[0].cost == 0.01
