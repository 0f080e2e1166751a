"""What is sent to OpenAI, what is made of its answers, and what is refused before."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from studiolo.engines.base import EngineConfig
from studiolo.engines.openai.images import OpenAIImageEngine
from studiolo.errors import (
    BrokenStreamError,
    ContentRefusedError,
    CredentialsError,
    EngineError,
    InvalidRequestError,
    RateLimitedError,
    SettingsError,
    UnknownEngineError,
    UnsupportedRequestError,
)
from tests.engines.openai_images.asking import complete, painted, right_half, shaded
from tests.engines.openai_images.server import KEY

MODEL = "gpt-image-2.6-flare"


def test_words_go_out_as_openai_takes_them(server, painter):
    (made,) = painted(painter(), width=1536, height=864)
    asked = {"model": MODEL, "prompt": "a red apple", "n": 1, "size": "1536x864", "quality": "medium"}
    assert server.fields == [asked]
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"
    assert made.image.size == (1536, 864)
    assert (made.engine, made.model, made.seed) == ("openai", MODEL, 7)


def test_several_pictures_are_asked_for_one_by_one(server, painter):
    made = painted(painter(max_parallel=2), count=3)
    assert sorted(picture.seed for picture in made) == [7, 8, 9]
    assert [fields["n"] for fields in server.fields] == [1, 1, 1]


def test_options_go_out_by_their_own_names(server, painter):
    options = {
        "quality": "low", "moderation": "low", "output_format": "webp", "output_compression": 80,
        "complexity": "high",
    }  # fmt: skip
    (made,) = painted(painter(), options=options)
    assert options.items() <= server.fields[0].items()
    assert made.request.options == options


def test_settings_say_what_a_request_does_not(server, painter):
    engine = painter(image_model="gpt-image-1.5", image_quality="high", image_extra='{"user": "me"}')
    painted(engine, width=1024, height=1536)
    assert {"model": "gpt-image-1.5", "quality": "high", "user": "me"}.items() <= server.fields[0].items()


@pytest.mark.parametrize("name", ["quality", "n", "size", "model", "stream"])
def test_what_has_a_place_of_its_own_is_no_further_field(painter, name):
    """It would be painted, and paid, otherwise than estimated."""
    with pytest.raises(SettingsError, match=f"further fields alone: {name}"):
        complete(painter(image_extra={name: "high"}))


def test_a_transparent_ground_stays_transparent(painter):
    (made,) = painted(painter(), options={"background": "transparent"})
    assert made.image.mode == "RGBA"
    assert made.image.getchannel("A").getextrema() == (0, 255)


def test_transparency_nobody_asked_for_is_flattened(server, painter):
    engine = painter(image_extra={"background": "transparent"})
    assert painted(engine)[0].image.mode == "RGB"


# Pictures that are sent


def test_a_picture_and_its_references_are_sent_together(server, painter):
    sources = [shaded(64, 48), shaded(32, 32)]
    painted(painter(), init_image=shaded(1600, 1000), references=sources)
    order = server.orders[0].order
    assert order.path == "/v1/images/edits"
    assert [image.size for image in order.images] == [server.orders[0].order.size, (64, 48), (32, 32)]
    assert order.mask is None


def test_what_the_mask_has_white_is_transparent_for_openai(server, painter):
    source, mask = shaded(1024, 1024), right_half(1024, 1024)
    (made,) = painted(painter(), init_image=source, mask=mask)
    sent = server.orders[0].order.mask
    assert sent.mode == "RGBA"
    assert np.array_equal(np.asarray(sent.getchannel("A")) == 0, np.asarray(mask) == 255)
    kept = (0, 0, 512, 1024)
    assert made.image.crop(kept).tobytes() == source.crop(kept).tobytes()
    anew = np.asarray(made.image.crop((512, 0, 1024, 1024)))
    assert len(np.unique(anew.reshape(-1, 3), axis=0)) == 1


def test_a_seam_may_fade(painter):
    source, mask = shaded(1024, 1024), right_half(1024, 1024)
    (made,) = painted(painter(), init_image=source, mask=mask, seam="default")
    beside = (500, 0, 512, 1024)
    assert made.image.crop(beside).tobytes() != source.crop(beside).tobytes()
    far = (0, 0, 400, 1024)
    assert made.image.crop(far).tobytes() == source.crop(far).tobytes()


@pytest.mark.parametrize("model", ["gpt-image-2.6-flare", "gpt-image-1.5"])
@pytest.mark.parametrize(("width", "height"), [(200, 120), (900, 700)])
def test_a_picture_grows_whatever_sizes_are_painted(server, painter, model, width, height):
    source = shaded(width, height)
    engine = painter(model=model)
    (made,) = painted(engine, prompt="", init_image=source, outpaint=(30, 0, 50, 40), seam="precise")
    assert made.image.size == (width + 80, height + 40)
    assert made.image.crop((30, 0, 30 + width, height)).tobytes() == source.tobytes()
    order = server.orders[0].order
    assert engine.capabilities.sizes.allows(*order.size)
    assert order.fields["prompt"]
    assert order.images[0].size == order.mask.size == order.size


def test_references_alone_are_a_variation(server, painter):
    painted(painter(), prompt="", references=[shaded(64, 64)])
    assert server.orders[0].order.path == "/v1/images/edits"
    assert server.fields[0]["prompt"] == "Another picture like this."


# Answers


def test_a_link_is_followed_at_once(server, painter):
    server.links = True
    (made,) = painted(painter())
    assert made.image.size == (1024, 1024)
    assert [one.get("authorization") for one in server.headers] == [f"Bearer {KEY}"] * 2


def test_previews_come_while_it_is_painted(server, painter):
    reports = []
    (made,) = painted(painter(), reports.append, options={"partial_images": 2})
    assert {"stream": True, "partial_images": 2}.items() <= server.fields[0].items()
    previews = [report.preview().size for report in reports if report.preview is not None]
    assert previews == [(1024, 1024)] * 2
    assert [report.step for report in reports if report.preview is not None] == [1, 2]
    assert (reports[-1].step, reports[-1].total) == (3, 3)
    assert made.cost is not None


def test_an_edit_is_streamed_too(server, painter):
    reports = []
    painted(painter(), reports.append, init_image=shaded(1024, 1024), options={"partial_images": 1})
    assert server.orders[0].order.images
    assert sum(report.preview is not None for report in reports) == 1


@pytest.mark.parametrize(
    ("fault", "error", "match"),
    [
        ("stream-breaks", EngineError, "a stream without its picture"),
        ("stream-fails", EngineError, "Out of paint"),
    ],
)
def test_a_stream_without_a_picture_is_an_error(server, painter, fault, error, match):
    server.fault = fault
    with pytest.raises(error, match=match):
        painted(painter(), options={"partial_images": 1})


def test_half_a_picture_may_have_been_paid(server, painter):
    server.fault = "half-sent"
    with pytest.raises(BrokenStreamError, match="broke off") as caught:
        painted(painter())
    assert "charged for it" in caught.value.hint
    assert len(server.orders) == 1


def test_another_size_than_asked_for_is_mended_and_told(server, painter):
    server.side_px = 512
    (made,) = painted(painter())
    assert made.image.size == (1024, 1024)
    assert made.notes == ("It was painted in 512x512 and brought to 1024x1024.",)


def test_other_words_than_asked_for_are_told(server, painter):
    server.revised = "A shiny red apple."
    assert painted(painter())[0].notes == ("Painted from the words: A shiny red apple.",)


# Refused before anything is sent


@pytest.mark.parametrize(
    ("model", "fields", "match"),
    [
        ("gpt-image-2", {"options": {"quality": "xhigh"}}, "quality 'xhigh'"),
        ("gpt-image-1-mini", {"options": {"input_fidelity": "high"}}, "input_fidelity 'high'"),
        ("gpt-image-2", {"options": {"input_fidelity": "high"}}, "no option 'input_fidelity'"),
        (MODEL, {"options": {"background": "transparent", "output_format": "jpeg"}}, "JPEG"),
        (MODEL, {"options": {"output_compression": 50}}, "jpeg and webp"),
        (MODEL, {"options": {"quality": "finest"}}, "quality is 'finest'"),
        (MODEL, {"options": {"partial_images": 4}}, "partial_images is 4"),
        (MODEL, {"width": 1000, "height": 1000}, "multiples of 16"),
        (MODEL, {"width": 512, "height": 512}, "at least 655,360"),
        ("gpt-image-1.5", {"width": 1024, "height": 768}, "1536x1024"),
    ],
)
def test_what_a_model_does_not_take_is_said_before(server, painter, model, fields, match):
    with pytest.raises(InvalidRequestError, match=match) as caught:
        painted(painter(model=model), **fields)
    assert caught.value.hint
    assert not server.headers


@pytest.mark.parametrize("fields", [{"steps": 20}, {"guidance_scale": 5}, {"negative_prompt": "leaf"}])
def test_openai_has_no_such_knobs(server, painter, fields):
    with pytest.raises(UnsupportedRequestError):
        painted(painter(), **fields)
    assert not server.headers


@pytest.mark.parametrize("model", ["gpt-image-1", "dall-e-2", "dall-e-3"])
def test_a_retired_model_names_another(server, painter, model):
    with pytest.raises(UnknownEngineError, match=r"shut .* down on .* 2026") as caught:
        painted(painter(model=model))
    assert MODEL in caught.value.hint
    assert not server.headers


def test_a_dated_model_is_asked_for_by_its_date(painter):
    engine = painter(model="gpt-image-2-2026-04-21")
    assert "complexity" not in engine.capabilities.options
    assert engine.estimate(complete(engine)).usd == pytest.approx(0.0527, abs=1e-4)


# Faults, beyond the suite of them


@pytest.mark.parametrize("previews", [0, 2])
def test_an_answer_that_breaks_off_after_its_head_may_cost(server, painter, previews):
    server.fault = "head-alone"
    with pytest.raises(EngineError, match="charged for it") as caught:
        painted(painter(), options={"partial_images": previews})
    assert "kept" not in caught.value.hint
    assert len(server.orders) == 1


def test_a_model_that_is_not_there_names_the_nearest(painter):
    with pytest.raises(UnknownEngineError, match=r"has no model 'gpt-image-2\.7-flare'") as caught:
        painted(painter(model="gpt-image-2.7-flare"))
    assert "Did you mean 'openai:gpt-image-2.6-flare'?" in caught.value.hint


def test_a_field_that_is_not_taken_is_named(painter):
    with pytest.raises(UnsupportedRequestError, match="does not take 'frobnicate'") as caught:
        painted(painter(image_extra={"frobnicate": 1}))
    assert caught.value.hint == "Leave frobnicate out."


@pytest.mark.parametrize(
    ("fault", "error", "match", "hint"),
    [
        ("declined", ContentRefusedError, "safety system", "other words"),
        ("no-access", CredentialsError, "verified organizations", "Verify yours"),
        ("spent", RateLimitedError, "used up", "Add credit"),
    ],
)
def test_a_refusal_says_what_to_do(server, painter, fault, error, match, hint):
    server.fault = fault
    with pytest.raises(error, match=match) as caught:
        painted(painter())
    assert hint in caught.value.hint


def test_what_was_taken_is_not_asked_for_twice(server, painter):
    server.fault = "fourth-fails"
    with pytest.raises(EngineError, match="status 500") as caught:
        painted(painter(max_retries=5))
    assert len(server.orders) == 1
    assert "charged for it" in caught.value.hint


# Settings


def test_a_wrong_setting_is_named():
    engine = OpenAIImageEngine(EngineConfig(options={"image_size": "big"}))
    with pytest.raises(SettingsError, match=r"engines\.openai\.image_size.* such as 512x512"):
        _ = engine.capabilities


def test_no_key_is_said_before_anything_is_sent():
    with OpenAIImageEngine() as engine, pytest.raises(CredentialsError, match="OpenAI needs a key"):
        painted(engine)


def test_a_picture_is_whole_whatever_its_file(server, painter):
    server.format = "JPEG"
    (made,) = painted(painter())
    assert isinstance(made.image, Image.Image)
    assert made.image.mode == "RGB"
