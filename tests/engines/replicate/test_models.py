"""Any other image model: our fields in its own words, by its own schema."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from studiolo.engines.base import EngineConfig
from studiolo.engines.replicate.image import ReplicateImageEngine
from studiolo.errors import CredentialsError, InvalidRequestError, UnknownEngineError, UnsupportedRequestError
from studiolo.requests import SourceImage
from tests.engines.replicate.asking import complete, only, paint
from tests.engines.replicate.easel import open_picture
from tests.engines.replicate.schemas import schema, uri
from tests.engines.replicate.server import PAINTERS, Run

EDITOR = "somebody/editor"
SCHNELL = "black-forest-labs/flux-schnell"
PICTURE = Image.new("RGB", (1024, 1024), (10, 120, 200))


@pytest.fixture
def painter(server, monkeypatch):
    """Add a model that paints."""

    def add(name, document):
        monkeypatch.setitem(PAINTERS, name, (document, True))
        server.models[name] = (document, True)
        return name

    return add


def test_a_known_model_declares_what_it_takes(paint_with):
    able = paint_with(SCHNELL).capabilities
    assert able.tasks == {"text-to-image"}
    assert (able.steps.maximum, able.guidance_scale, able.negative_prompt) == (4, None, False)
    assert (512, 512) in able.sizes.choices
    assert (1344, 768) in able.sizes.choices
    assert not able.seeded
    assert able.options == {"output_format", "output_quality", "disable_safety_checker", "go_fast"}


def test_a_known_model_is_told_a_shape(server, paint_with):
    painted = only(paint(paint_with(SCHNELL), width=672, height=384, options={"go_fast": False}))
    assert painted.image.size == (672, 384)
    assert server.last.input == {
        "prompt": "a red apple",
        "aspect_ratio": "16:9",
        "megapixels": "0.25",
        "num_inference_steps": 4,
        "num_outputs": 1,
        "output_format": "png",
        "go_fast": False,
        "seed": 7,
    }


def test_a_picture_without_loss_unless_asked_otherwise(server, paint_with):
    paint(paint_with(SCHNELL), width=512, height=512, options={"output_format": "webp"})
    assert server.last.input["output_format"] == "webp"


def test_of_an_unknown_model_nothing_is_asked_before_it_paints(server, paint_with):
    able = paint_with(EDITOR).capabilities
    assert able.open_ended
    assert not server.received


def test_our_fields_go_under_the_names_of_the_model(server, paint_with):
    painted = only(
        paint(
            paint_with(EDITOR),
            init_image=PICTURE,
            steps=12,
            guidance_scale=4,
            scheduler="DPM++ 2M",
        )
    )
    sent = dict(server.last.input)
    assert [open_picture(each, server.files).size for each in sent.pop("image_input")] == [(1024, 1024)]
    assert sent == {
        "prompt": "a red apple",
        "steps": 12,
        "cfg": 4,
        "size": "1024x1024",
        "sampler": "dpmpp_2m",
    }
    assert painted.notes == ("replicate:somebody/editor takes no seed: it paints something else each time.",)


def test_what_is_left_to_the_model_is_kept_with_the_picture(server, paint_with):
    engine = paint_with(EDITOR)
    painted = only(paint(engine, init_image=PICTURE))
    assert not {"steps", "cfg", "sampler"} & set(server.last.input)
    again = painted.request
    assert (again.steps, again.guidance_scale, again.scheduler) == (28, 3.5, "euler")
    list(engine.generate(again))
    assert (server.last.input["steps"], server.last.input["cfg"]) == (28, 3.5)


def test_what_an_option_said_is_not_kept_as_the_models_default(server, paint_with):
    engine = paint_with(EDITOR)
    painted = only(paint(engine, init_image=PICTURE, options={"cfg": 4}))
    assert (painted.request.guidance_scale, painted.request.options) == (None, {"cfg": 4})
    list(engine.generate(painted.request))
    assert server.last.input["cfg"] == 4


def test_references_go_where_it_takes_several(server, paint_with):
    references = [Image.new("RGB", (40, 30), colour) for colour in ("red", "green", "blue")]
    paint(paint_with(EDITOR), references=references)
    sent = [open_picture(each, server.files).convert("RGB") for each in server.last.input["image_input"]]
    assert [SourceImage(each) for each in sent] == [SourceImage(each) for each in references]


def test_one_list_is_for_what_is_edited_and_what_it_is_to_be_like(server, paint_with):
    red = Image.new("RGB", (40, 30), "red")
    paint(paint_with(EDITOR), init_image=PICTURE, references=[red])
    sent = [open_picture(each, server.files).convert("RGB") for each in server.last.input["image_input"]]
    assert [SourceImage(each) for each in sent] == [SourceImage(PICTURE), SourceImage(red)]


@pytest.mark.parametrize(
    ("fields", "error", "said"),
    [
        ({"negative_prompt": "blur"}, UnsupportedRequestError, "takes no negative_prompt"),
        ({"strength": 0.5}, UnsupportedRequestError, "takes no strength"),
        ({"refiner": "image"}, UnsupportedRequestError, "takes no refiner"),
        ({"refiner": "ensemble", "handover": 0.7}, UnsupportedRequestError, "takes no refiner"),
        ({"mask": Image.new("L", (1024, 1024), 255)}, UnsupportedRequestError, "takes no mask"),
        ({"references": [PICTURE] * 3}, InvalidRequestError, "takes 3 of references; 4 were given"),
        ({"guidance_scale": 20}, InvalidRequestError, "Use from 0 to 10"),
        ({"scheduler": "ddim"}, InvalidRequestError, "Use one of euler, dpmpp_2m"),
        ({"width": 512, "height": 512}, InvalidRequestError, "It paints: 1024x1024, 1536x1024"),
        ({"options": {"swirl": 1}}, InvalidRequestError, "no input 'swirl'. It has: prompt, image_input"),
        ({"options": {"steps": 0}}, InvalidRequestError, "Use 1 or more"),
        ({"options": {"size": "1024x1024"}}, InvalidRequestError, "says what width and height says"),
        ({"options": {"prompt": "a cat"}}, InvalidRequestError, "says what prompt says"),
    ],
)
def test_what_it_does_not_take_is_refused_by_name_before_a_run(server, paint_with, fields, error, said):
    with pytest.raises(error) as caught:
        paint(paint_with(EDITOR), **{"init_image": PICTURE, **fields})
    assert said in str(caught.value)
    assert not server.predictions


def test_too_many_references_are_refused(server, paint_with):
    with pytest.raises(InvalidRequestError, match="takes 3 of references; 4 were given"):
        paint(paint_with(EDITOR), references=[PICTURE] * 4)
    assert not server.predictions


def test_what_it_cannot_do_without_is_asked_for(server, paint_with):
    with pytest.raises(
        InvalidRequestError, match="needs its input 'image_input': Pictures to edit"
    ) as caught:
        paint(paint_with(EDITOR))
    assert "--init" in caught.value.hint
    assert not server.predictions


def test_a_seed_that_is_too_large_for_the_last_picture_is_refused(server, paint_with, painter):
    document = schema(prompt={"type": "string"}, seed={"type": "integer", "maximum": 100})
    with pytest.raises(InvalidRequestError, match="seed is 101, which"):
        paint(paint_with(painter("somebody/small", document)), seed=99, count=3)
    assert not server.predictions


def test_a_model_that_does_not_say_what_it_takes(server, paint_with, painter):
    with pytest.raises(UnsupportedRequestError, match="does not say what somebody/silent takes"):
        paint(paint_with(painter("somebody/silent", {})))


def test_a_picture_of_another_size_is_cut_to_the_one_asked_for(server, paint_with, painter):
    name = painter("somebody/square", schema(prompt={"type": "string"}))
    painted = only(paint(paint_with(name), width=600, height=300))
    assert painted.image.size == (600, 300)
    assert painted.notes[-1] == "The model painted 1024x1024; it was cut and scaled to 600x300."


def test_an_alpha_channel_is_laid_on_white(server, paint_with, painter):
    content = io.BytesIO()
    Image.new("RGBA", (64, 64), (255, 0, 0, 0)).save(content, "PNG")
    server.runs.append(Run(picture=content.getvalue(), streams=False))
    painted = only(
        paint(paint_with(painter("somebody/clear", schema(prompt={"type": "string"}))), width=64, height=64)
    )
    assert painted.image.mode == "RGB"
    assert painted.image.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("model", ["sdxl", "a/b/c", "stability-ai/sdxl:39ed52f2"])
def test_a_name_that_is_none(server, paint_with, model):
    with pytest.raises(UnknownEngineError, match="is no model of Replicate"):
        paint(paint_with(model))
    assert not server.received


def test_a_model_that_is_not_there(server, paint_with):
    with pytest.raises(UnknownEngineError, match="Replicate has no model 'somebody/nothing'"):
        paint(paint_with("somebody/nothing"))


def test_pictures_have_a_setting_of_their_own_beside_the_language_models():
    def able(**options):
        return ReplicateImageEngine(EngineConfig(options=options)).capabilities

    assert able(model="yorickvp/llava-13b") == able()
    assert able(image_model=SCHNELL).steps.maximum == 4


def test_one_that_only_its_schema_refuses_is_told_by_name(server, paint_with, painter):
    """Here the server is stricter than the schema it showed."""
    name = painter("somebody/strict", schema(prompt={"type": "string"}, image=uri()))
    engine = paint_with(name)
    request = complete(engine)
    engine._account.target(lambda: None)
    server.models[name] = (schema(prompt={"type": "integer"}), True)
    with pytest.raises(
        InvalidRequestError, match=r"does not take this: - input\.prompt: Invalid type"
    ) as caught:
        list(engine.generate(request))
    assert f"https://replicate.com/{name}/api" in caught.value.hint


def test_without_a_key_nothing_is_sent():
    engine = ReplicateImageEngine(EngineConfig())
    assert "REPLICATE_API_TOKEN" in engine.availability().hint
    with pytest.raises(CredentialsError, match="Replicate needs a key"):
        paint(engine)
