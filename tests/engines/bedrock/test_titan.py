"""Titan and Nova: each task in its documented words; what cannot be is refused before anything is sent."""

import base64
import json

import boto3
import numpy as np
import pytest
from PIL import Image, ImageChops

from studiolo.engines.bedrock.amazon_abilities import TITAN_SIZES
from studiolo.errors import InvalidImageError, InvalidRequestError, UnsupportedRequestError
from tests.engines.bedrock import painter
from tests.engines.bedrock.painting import PROMPT, at_service, complete, paint, right_half, shaded
from tests.engines.bedrock.service import KEY_ID, REGION, SECRET, serving

SMALL = {"width": 512, "height": 512}


def sent(text):
    return painter.read(text)


def refusal(kind, said, model="titan-v2", **fields):
    """The check refuses it, and nothing is sent."""
    with at_service(model=model) as (engine, service):
        with pytest.raises(kind, match=said):
            list(engine.generate(complete(engine, **fields)))
        assert service.asked == []


# The service itself


@pytest.mark.parametrize("model", ["amazon.titan-image-generator-v2:0", "amazon.nova-canvas-v1:0"])
def test_plain_boto3_is_understood_with_the_example_of_the_guide(model):
    """Else this suite would prove only that two of our mistakes agree."""
    with serving(painter.paint) as service:
        client = boto3.client(
            "bedrock-runtime",
            endpoint_url=service.url,
            region_name=REGION,
            aws_access_key_id=KEY_ID,
            aws_secret_access_key=SECRET,
        )
        body = (
            '{"taskType": "TEXT_IMAGE", "textToImageParams": {"text": "A photograph of a cup of coffee."}, '
            '"imageGenerationConfig": {"numberOfImages": 1, "height": 1024, "width": 1024, "cfgScale": 8.0, '
            '"seed": 0}}'
        )
        answer = client.invoke_model(
            body=body, modelId=model, accept="application/json", contentType="application/json"
        )
        said = answer["body"].read()
        client.close()
    assert sent(json.loads(said)["images"][0]).size == (1024, 1024)


@pytest.mark.parametrize(
    "body",
    [
        {"taskType": "TEXT_IMAGE", "textToImageParams": {"text": "x", "sampler": "euler"}},
        {"taskType": "TEXT_IMAGE", "textToImageParams": {"text": "x" * 513}},
        {"taskType": "TEXT_IMAGE", "textToImageParams": {"text": "x", "controlStrength": 0.5}},
        {
            "taskType": "TEXT_IMAGE",
            "textToImageParams": {"text": "x"},
            "imageGenerationConfig": {"width": 1000, "height": 512},
        },
        {"taskType": "OUTPAINTING", "outPaintingParams": {"image": "A" * 20, "maskPrompt": "x"}},
    ],
    ids=["unknown field", "too many words", "control without picture", "no such size", "no text"],
)
def test_the_service_refuses_what_is_not_documented(body):
    with pytest.raises(painter.jsonschema_rs.ValidationError):
        painter.judged("amazon.titan-image-generator-v2:0", body)


# Each task


def test_from_words():
    painted = paint("titan-v2", negative_prompt="blur", guidance_scale=7.5, **SMALL)
    assert painted.body == {
        "taskType": "TEXT_IMAGE",
        "textToImageParams": {"text": PROMPT, "negativeText": "blur"},
        "imageGenerationConfig": {
            "numberOfImages": 1,
            "quality": "standard",
            "cfgScale": 7.5,
            "seed": 7,
            "width": 512,
            "height": 512,
        },
    }
    assert painted.service.last.params["modelId"] == "amazon.titan-image-generator-v2:0"
    assert painted.pictures[0].model == "amazon.titan-image-generator-v2:0"


@pytest.mark.parametrize("size", TITAN_SIZES, ids=str)
def test_every_size_of_the_table_is_judged_allowed(size):
    with at_service(model="titan-v2") as (engine, _):
        request = complete(engine, width=size[0], height=size[1])
    assert (request.width, request.height) == size


@pytest.mark.parametrize(("control", "mode"), [("canny", "CANNY_EDGE"), ("segmentation", "SEGMENTATION")])
def test_along_a_control_picture_as_it_is(control, mode):
    painted = paint("titan-v2", control_image=shaded(), control=control, control_strength=0.4, **SMALL)
    assert painted.params["controlMode"] == mode
    assert painted.params["controlStrength"] == 0.4
    assert sent(painted.params["conditionImage"]).tobytes() == shaded().tobytes()


def test_of_a_map_it_is_said_that_another_is_made():
    painted = paint("titan-v2", control_image=shaded(), control="canny", control_prepared=True, **SMALL)
    assert "makes the control map itself" in painted.pictures[0].notes[0]


def test_in_colours_with_a_reference_for_them():
    painted = paint("titan-v2", palette=["#264653", "#e9c46a"], references=[shaded(2000, 900)], **SMALL)
    assert painted.body["taskType"] == "COLOR_GUIDED_GENERATION"
    assert painted.params["colors"] == ["#264653", "#e9c46a"]
    assert max(sent(painted.params["referenceImage"]).size) == 1408
    assert "colours alone" in painted.pictures[0].notes[0]


def test_variations_of_five_pictures():
    references = [shaded(300 + 10 * n, 300) for n in range(5)]
    painted = paint("titan-v2", prompt="", references=references, similarity=0.5, **SMALL)
    assert painted.body["taskType"] == "IMAGE_VARIATION"
    assert painted.params["similarityStrength"] == 0.5
    assert len(painted.params["images"]) == 5
    assert "text" not in painted.params


@pytest.mark.parametrize("model", ["titan-v2", "nova-canvas"])
def test_inpainting_shows_in_black_what_is_changed(model):
    painted = paint(model, init_image=shaded(), mask=right_half())
    assert painted.body["taskType"] == "INPAINTING"
    mask = sent(painted.params["maskImage"]).convert("L")
    assert mask.getpixel((500, 9)) == 0
    assert mask.getpixel((9, 9)) == 255
    kept = (0, 0, 256, 512)
    assert painted.image.crop(kept).tobytes() == shaded().crop(kept).tobytes()
    assert ("width" in painted.body["imageGenerationConfig"]) == (model == "titan-v2")


def test_inpainting_with_the_default_seam_is_left_as_the_model_made_it():
    painted = paint("titan-v2", init_image=shaded(), mask=right_half(), seam="default")
    difference = ImageChops.difference(painted.image, shaded()).crop((0, 0, 256, 512))
    assert np.asarray(difference).max() == 1


def test_inpainting_by_words():
    painted = paint("titan-v2", init_image=shaded(), mask_prompt="the left half")
    assert painted.params["maskPrompt"] == "the left half"
    assert "maskImage" not in painted.params
    assert "found the mask" in painted.pictures[0].notes[0]


@pytest.mark.parametrize(("seam", "mode"), [("default", "DEFAULT"), ("precise", "PRECISE")])
def test_outpainting_shows_in_black_what_stays(seam, mode):
    painted = paint("titan-v2", init_image=shaded(300, 300), outpaint=(40, 0, 0, 20), seam=seam)
    assert painted.body["taskType"] == "OUTPAINTING"
    assert painted.params["outPaintingMode"] == mode
    mask = sent(painted.params["maskImage"]).convert("L")
    assert mask.size == (384, 576)
    assert mask.getpixel((20, 100)) == 255
    assert mask.getpixel((60, 100)) == 0
    assert painted.image.size == (340, 320)
    there = painted.image.crop((40, 0, 340, 300))
    assert (there.tobytes() == shaded(300, 300).tobytes()) == (seam == "precise")


def test_a_mask_of_what_stays_is_outpainting_in_its_other_sense():
    with at_service(model="titan-v2") as (engine, service):
        request = complete(engine, init_image=shaded(), mask=right_half(), options={"mask_keeps": True})
        (picture,) = engine.generate(request)
        body = service.last.body
    assert body["taskType"] == "OUTPAINTING"
    assert body["outPaintingParams"]["outPaintingMode"] == "PRECISE"
    kept = (256, 0, 512, 512)
    assert picture.image.crop(kept).tobytes() == shaded().crop(kept).tobytes()
    assert ImageChops.difference(picture.image, shaded()).crop((0, 0, 256, 512)).getbbox()


def test_nova_pads_a_canvas_to_a_shape_that_it_paints():
    painted = paint("nova-canvas", init_image=shaded(900, 100), outpaint=(0, 0, 700, 0))
    assert sent(painted.params["image"]).size == (1600, 400)
    assert painted.image.size == (1600, 100)


def test_a_small_picture_is_cut_out_at_its_own_size():
    painted = paint("nova-canvas", prompt="", init_image=shaded(60, 40), remove_background=True)
    assert min(sent(painted.params["image"]).size) >= 320
    assert painted.body.keys() == {"taskType", "backgroundRemovalParams"}
    assert (painted.image.size, painted.image.mode) == ((60, 40), "RGBA")


def test_nova_paints_in_a_style():
    with at_service(model="nova-canvas") as (engine, service):
        list(engine.generate(complete(engine, options={"style": "DESIGN_SKETCH", "quality": "premium"})))
        assert service.last.body["textToImageParams"]["style"] == "DESIGN_SKETCH"
        assert service.last.body["imageGenerationConfig"]["quality"] == "premium"


# What cannot be


def test_wishes_that_exclude_each_other():
    refusal(UnsupportedRequestError, "not both", palette=["#ffffff"], control_image=shaded())
    refusal(UnsupportedRequestError, "not both", references=[shaded()], control_image=shaded())
    refusal(UnsupportedRequestError, "not both", palette=["#ffffff"], init_image=shaded(), mask=right_half())
    refusal(InvalidRequestError, "one reference", palette=["#ffffff"], references=[shaded(), shaded(9, 9)])


def test_words_that_are_wanted_or_too_many():
    refusal(InvalidRequestError, "wants words", prompt="", init_image=shaded(), outpaint=(9, 0, 0, 0))
    refusal(InvalidRequestError, "wants words", prompt="", palette=["#ffffff"], references=[shaded()])
    refusal(InvalidRequestError, "takes 512", prompt="x" * 513)
    refusal(InvalidRequestError, "takes 512", init_image=shaded(), mask_prompt="x" * 513)


@pytest.mark.parametrize(
    "options", [{"quality": "best"}, {"mask_keeps": "yes"}, {"mask_keeps": True}, {"quality": 3}]
)
def test_options_with_values_that_are_none(options):
    refusal(InvalidRequestError, next(iter(options)), options=options)


def test_what_titan_v1_does_not_have():
    refusal(UnsupportedRequestError, "no palette", "titan-v1", palette=["#ffffff"])
    refusal(UnsupportedRequestError, "follows no control", "titan-v1", control_image=shaded())
    fields = {"init_image": shaded(), "remove_background": True, "prompt": ""}
    refusal(UnsupportedRequestError, "background-removal", "titan-v1", **fields)


def test_shapes_nova_does_not_paint():
    refusal(InvalidRequestError, "4 times as long", "nova-canvas", width=1600, height=320)
    refusal(InvalidImageError, "4 times as long", "nova-canvas", references=[shaded(900, 100)])
    refusal(
        UnsupportedRequestError,
        "style",
        "nova-canvas",
        references=[shaded()],
        options={"style": "MAXIMALISM"},
    )
    large = Image.new("RGB", (1900, 1900))
    refusal(InvalidRequestError, "larger", "nova-canvas", init_image=large, outpaint=(300, 0, 0, 0))


def test_pictures_are_sent_without_what_their_files_tell():
    secret = shaded()
    secret.info["comment"] = "at home"
    painted = paint("titan-v2", init_image=secret, mask=right_half())
    assert b"at home" not in base64.b64decode(painted.params["image"])


@pytest.mark.parametrize(
    "fields",
    [
        {"palette": ["#ff0000"]},
        {"guidance_scale": 5},
        {"negative_prompt": "fog"},
        {"options": {"quality": "premium"}},
    ],
    ids=lambda fields: next(iter(fields)),
)
@pytest.mark.parametrize("model", ["titan-v2", "nova-canvas"])
def test_what_removing_a_background_does_not_take_is_said(model, fields):
    with at_service(model=model) as (engine, _), pytest.raises(UnsupportedRequestError, match="background"):
        complete(engine, prompt="", init_image=shaded(), remove_background=True, **fields)


@pytest.mark.parametrize("model", ["titan-v2", "nova-canvas"])
def test_a_palette_leaves_no_room_for_similarity(model):
    fields = {"palette": ["#ff0000"], "references": [shaded()]}
    with at_service(model=model) as (engine, _):
        complete(engine, **fields)
        with pytest.raises(UnsupportedRequestError, match="no similarity"):
            complete(engine, **fields, similarity=0.3)
