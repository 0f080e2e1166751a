"""Servers of OpenAI's kind, each asked in its own words."""

from __future__ import annotations

import base64
import io
import json
import re

import pytest
from PIL import Image

from studiolo.engines.base import EngineConfig
from studiolo.engines.openai.images import (
    LocalAIImageEngine,
    OpenAIImageEngine,
    SdcppImageEngine,
    TogetherImageEngine,
    VLLMImageEngine,
)
from studiolo.engines.pricing import FREE
from studiolo.errors import (
    CredentialsError,
    EngineError,
    InvalidRequestError,
    UnknownEngineError,
    UnsupportedRequestError,
)
from tests.engines.openai_images.asking import complete, painted, right_half, shaded
from tests.engines.openai_images.server import MODELS, ImageServer

SMALL = {"width": 96, "height": 64}


@pytest.fixture
def ask():
    """Have a picture painted by an engine at a server of its dialect; the engine, the picture, the order."""
    servers, engines = [], []

    def paint(kind, dialect, *, model="some/model", settings=None, **fields):
        server = ImageServer(dialect).__enter__()
        servers.append(server)
        options = {"base_url": server.base_url, **(settings or {})}
        engine = kind(EngineConfig(model=model, options=options))
        engines.append(engine)
        (made,) = painted(engine, **{**SMALL, **fields})
        return engine, made, server.orders[-1].order

    yield paint
    for engine in engines:
        engine.close()
    for server in servers:
        server.__exit__(None, None, None)


def test_vllm_by_its_names(ask):
    engine, made, order = ask(
        VLLMImageEngine, "vllm", steps=9, guidance_scale=4.5, negative_prompt="leaf", seed=11
    )
    wanted = {"seed": 11, "num_inference_steps": 9, "guidance_scale": 4.5, "negative_prompt": "leaf"}
    assert wanted.items() <= order.fields.items()
    assert order.fields["size"] == "96x64"
    assert made.image.size == (96, 64)
    assert engine.estimate(complete(engine, **SMALL)) == FREE
    assert made.cost is None


def test_what_is_not_asked_for_is_left_to_the_server(ask):
    _, made, order = ask(VLLMImageEngine, "vllm")
    assert not {"num_inference_steps", "guidance_scale", "negative_prompt"} & order.fields.keys()
    assert (made.request.steps, made.request.guidance_scale) == (None, None)


def test_vllm_repaints_what_is_white(ask):
    source, mask = shaded(96, 64), right_half(96, 64)
    _, made, order = ask(VLLMImageEngine, "vllm", init_image=source, mask=mask, guidance_scale=2.5)
    sent = Image.open(io.BytesIO(order.fields["mask_image"])).convert("L")
    assert sent.tobytes() == mask.tobytes()
    assert order.fields["guidance_scale"] == 2.5
    assert made.image.crop((0, 0, 48, 64)).tobytes() == source.crop((0, 0, 48, 64)).tobytes()


def test_stable_diffusion_cpp_reads_its_knobs_in_the_prompt(ask):
    _, made, order = ask(
        SdcppImageEngine, "sdcpp", model=None, seed=5, steps=12, guidance_scale=1, scheduler="euler_a",
        negative_prompt="leaf",
    )  # fmt: skip
    found = re.fullmatch(r"a red apple <sd_cpp_extra_args>(.*)</sd_cpp_extra_args>", order.fields["prompt"])
    assert json.loads(found[1]) == {
        "seed": 5,
        "negative_prompt": "leaf",
        "sample_params": {"sample_steps": 12, "guidance": {"txt_cfg": 1.0}, "sample_method": "euler_a"},
    }
    assert made.request.prompt == "a red apple"


def test_stable_diffusion_cpp_gets_strength_and_a_mask_that_is_white(ask):
    mask = right_half(96, 64)
    _, _, order = ask(
        SdcppImageEngine, "sdcpp", model=None, init_image=shaded(96, 64), mask=mask, strength=0.5
    )
    assert '"strength": 0.5' in order.fields["prompt"]
    assert order.mask.convert("L").tobytes() == mask.tobytes()
    assert order.path == "/v1/images/edits"


def test_localai_gets_the_picture_as_base64(ask):
    _, _, order = ask(LocalAIImageEngine, "localai", steps=5, seed=3, init_image=shaded(96, 64))
    assert {"step": 5, "seed": 3, "response_format": "b64_json"}.items() <= order.fields.items()
    assert Image.open(io.BytesIO(base64.b64decode(order.fields["file"]))).size == (96, 64)
    assert order.path == "/v1/images/generations"


def test_together_wants_sides_apart(ask):
    engine, _, order = ask(TogetherImageEngine, "together", steps=4, guidance_scale=3)
    wanted = {"width": 96, "height": 64, "steps": 4, "guidance_scale": 3.0, "response_format": "base64"}
    assert wanted.items() <= order.fields.items()
    assert "size" not in order.fields
    assert "inpainting" not in engine.capabilities.tasks


def test_a_model_of_one_picture_takes_no_second():
    options = {"api_key": "k"}
    pictures = {"init_image": shaded(96, 64), "references": [shaded(32, 32)]}
    with TogetherImageEngine(EngineConfig(model="black-forest/FLUX.1-kontext", options=options)) as engine:
        with pytest.raises(UnsupportedRequestError, match="takes one picture"):
            complete(engine, **SMALL, **pictures)
        complete(engine, **SMALL, init_image=shaded(96, 64))
    with TogetherImageEngine(EngineConfig(model="black-forest/FLUX.2", options=options)) as engine:
        complete(engine, **SMALL, **pictures)


def test_a_prompt_brings_no_settings_of_its_own():
    with SdcppImageEngine() as engine, pytest.raises(InvalidRequestError, match="sd_cpp_extra_args"):
        complete(engine, **SMALL, prompt='an apple <sd_cpp_extra_args>{"seed": 1}</sd_cpp_extra_args>')


@pytest.mark.parametrize(
    ("model", "field"), [("some/model", "reference_images"), ("black-forest/FLUX.1-kontext", "image_url")]
)
def test_together_gets_pictures_as_addresses(ask, monkeypatch, model, field):
    monkeypatch.setattr("tests.engines.openai_images.server.MODELS", (*MODELS, model))
    _, _, order = ask(TogetherImageEngine, "together", model=model, init_image=shaded(96, 64))
    sent = order.fields[field]
    assert (sent if isinstance(sent, str) else sent[0]).startswith("data:image/png;base64,")


def test_a_server_that_is_not_known_is_told_openais_words_alone(ask):
    engine, made, order = ask(OpenAIImageEngine, "openai", width=1024, height=1024)
    assert order.fields == {"model": "some/model", "prompt": "a red apple", "n": 1, "size": "1024x1024"}
    assert not engine.capabilities.seeded
    assert made.cost is None


def test_the_settings_say_whose_words_a_server_knows(ask):
    settings = {"image_dialect": "vllm", "image_size": "128x64", "image_quality": "high"}
    engine, _, order = ask(OpenAIImageEngine, "vllm", settings=settings, width=None, height=None, steps=3)
    assert {"num_inference_steps": 3, "size": "128x64", "quality": "high"}.items() <= order.fields.items()
    assert engine.capabilities.seeded


@pytest.mark.parametrize(
    ("kind", "fields", "named"),
    [
        (VLLMImageEngine, {"scheduler": "euler"}, "scheduler"),
        (LocalAIImageEngine, {"guidance_scale": 3}, "guidance_scale"),
        (OpenAIImageEngine, {"steps": 3}, "steps"),
        (SdcppImageEngine, {"refiner": "image"}, "refiner"),
        (TogetherImageEngine, {"options": {"partial_images": 1}}, "previews"),
    ],
)
def test_what_a_server_has_no_word_for_is_refused_before(kind, fields, named):
    options = {"base_url": "http://127.0.0.1:9/v1"}
    with kind(EngineConfig(model="m", options=options)) as engine:
        with pytest.raises(UnsupportedRequestError, match=named) as caught:
            complete(engine, **fields)
        assert caught.value.hint


def test_which_model_is_asked_with_those_there_are():
    with ImageServer() as server:
        engine = OpenAIImageEngine(EngineConfig(options={"base_url": server.base_url}))
        with engine, pytest.raises(UnknownEngineError, match="Which model of openai") as caught:
            painted(engine)
    assert "It has: gpt-image-2.6-flare" in caught.value.hint


def test_a_server_of_ones_own_charges_nothing():
    with ImageServer("vllm") as server:
        server.fault = "fourth-fails"
        engine = VLLMImageEngine(EngineConfig(model="some/model", options={"base_url": server.base_url}))
        with engine, pytest.raises(EngineError) as caught:
            painted(engine, **SMALL)
    assert "charge" not in str(caught.value)


def test_together_needs_a_key():
    with TogetherImageEngine() as engine:
        assert not engine.availability().ready
        with pytest.raises(CredentialsError, match="TOGETHER_API_KEY"):
            painted(engine)
