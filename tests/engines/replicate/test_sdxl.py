"""SDXL at Replicate: every input of it, and what is made of what it gives back."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from studiolo.errors import InvalidRequestError, UnsupportedRequestError
from studiolo.requests import ImageRequest
from tests.engines.replicate.asking import SMALL, complete, only, paint, paths
from tests.engines.replicate.easel import open_picture
from tests.engines.replicate.schemas import SDXL
from tests.engines.replicate.server import SDXL_VERSION, TOKEN, WRONG_TOKEN

RED = Image.new("RGB", (256, 256), (200, 30, 30))


def left_half_kept(size: tuple[int, int] = (256, 256)) -> Image.Image:
    mask = Image.new("L", size, 255)
    mask.paste(0, (0, 0, size[0] // 2, size[1]))
    return mask


def test_the_seeds_app_is_said_in_our_words(server, paint_with):
    """The figures of the app that this repository started from: image-generator.md."""
    painted = only(
        paint(
            paint_with(),
            width=768,
            height=768,
            scheduler="K_EULER",
            steps=25,
            guidance_scale=10,
            refiner="ensemble",
            handover=0.8,
            options={"apply_watermark": False, "lora_scale": 0.7},
        )
    )
    assert server.last.input == {
        "prompt": "a red apple",
        "width": 768,
        "height": 768,
        "scheduler": "K_EULER",
        "num_inference_steps": 25,
        "guidance_scale": 10,
        "refine": "expert_ensemble_refiner",
        "high_noise_frac": 0.8,
        "apply_watermark": False,
        "lora_scale": 0.7,
        "num_outputs": 1,
        "seed": 7,
    }
    assert painted.image.size == (768, 768)
    assert painted.model == f"stability-ai/sdxl:{SDXL_VERSION}"
    assert server.last.version == SDXL_VERSION


def test_left_alone_it_is_given_its_own_defaults(server, paint_with):
    paint(paint_with())
    defaults = {name: node.get("default") for name, node in _inputs().items()}
    sent = dict(server.last.input)
    assert sent.pop("prompt") == "a red apple"
    assert sent.pop("seed") == 7
    assert sent == {name: defaults[name] for name in sent}


def test_with_pictures_every_input_can_be_said(server, paint_with):
    options = {
        "refine_steps": 9,
        "apply_watermark": True,
        "lora_scale": 0.3,
        "replicate_weights": "https://example.com/lora.tar",
        "disable_safety_checker": True,
    }
    for refiner in ({"refiner": "ensemble", "handover": 0.7}, {"refiner": "image"}):
        paint(
            paint_with(),
            **SMALL,
            init_image=RED,
            mask=left_half_kept(),
            strength=0.9,
            negative_prompt="blur",
            options=options,
            **refiner,
        )
    said = {name for run in server.paintings for name in run.input}
    assert said == set(_inputs())
    assert server.last.input["refine"] == "base_image_refiner"
    assert server.last.input["prompt_strength"] == 0.9


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ("K_EULER", "K_EULER"),
        ("Euler a", "K_EULER_ANCESTRAL"),
        ("dpmpp_2m", "DPMSolverMultistep"),
        ("DPM++ 2M Karras", "KarrasDPM"),
        ("heun", "HeunDiscrete"),
        ("EulerDiscreteScheduler", "K_EULER"),
        ("plms", "PNDM"),
        ("ddim", "DDIM"),
    ],
)
def test_a_scheduler_may_be_spelt_as_other_programs_do(server, paint_with, asked, sent):
    paint(paint_with(), **SMALL, scheduler=asked)
    assert server.last.input["scheduler"] == sent


def test_each_picture_is_a_run_with_its_own_seed(server, paint_with):
    painted = paint(paint_with(), **SMALL, count=3)
    assert sorted(picture.seed for picture in painted) == [7, 8, 9]
    assert sorted(run.input["seed"] for run in server.paintings) == [7, 8, 9]
    assert {run.input["num_outputs"] for run in server.paintings} == {1}


def test_a_picture_to_start_from_is_sent_whole_at_the_size_that_is_painted(server, paint_with):
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 256, (512, 384, 3), np.uint8))
    painted = only(paint(paint_with(), init_image=noise, strength=0.5))
    sent = open_picture(server.last.input["image"], server.files)
    assert server.last.input["image"].startswith(f"{server.address}/v1/files/")  # larger than 256 kB
    assert (np.asarray(sent) == np.asarray(noise)).all()
    assert painted.image.size == (384, 512)


def test_a_picture_is_uploaded_once_for_all_of_a_request(server, paint_with):
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 256, (512, 384, 3), np.uint8))
    paint(paint_with(), init_image=noise, count=3)
    assert len(server.files) == 1


def test_a_small_picture_is_sent_along(server, paint_with):
    paint(paint_with(), **SMALL, init_image=RED)
    assert server.last.input["image"].startswith("data:image/png;base64,")
    assert not server.files


def test_a_mask_is_white_where_it_is_painted_anew_and_the_rest_is_kept(server, paint_with):
    painted = only(paint(paint_with(), **SMALL, init_image=RED, mask=left_half_kept()))
    sent = np.asarray(open_picture(server.last.input["mask"], server.files).convert("L"))
    assert not sent[:, :128].any()
    assert (sent[:, 128:] == 255).all()
    pixels = np.asarray(painted.image)
    assert (pixels[:, :128] == (200, 30, 30)).all()
    assert (pixels[:, 128:] != (200, 30, 30)).any()


def test_outpainting_is_inpainting_on_a_larger_canvas(server, paint_with):
    grown = only(paint(paint_with(), init_image=RED, outpaint=(24, 0, 9, 17), seam="precise"))
    assert grown.image.size == (289, 273)
    assert grown.request.outpaint == (24, 0, 9, 17)
    assert (server.last.input["width"], server.last.input["height"]) == (296, 280)
    assert server.last.input["prompt_strength"] == 0.9
    assert (np.asarray(grown.image.crop((24, 0, 280, 256))) == np.asarray(RED)).all()


def test_without_words_the_models_example_is_not_painted(server, paint_with):
    paint(paint_with(), **SMALL, prompt="", init_image=RED, mask=left_half_kept())
    assert server.last.input["prompt"] == ""


@pytest.mark.parametrize(
    ("fields", "error", "said"),
    [
        (
            {"options": {"refine_steps": "many"}},
            InvalidRequestError,
            "refine_steps' is 'many', which",
        ),
        ({"options": {"lora_scale": 1.5}}, InvalidRequestError, "Use from 0 to 1"),
        ({"options": {"apply_watermark": 1}}, InvalidRequestError, "Use true or false"),
        ({"options": {"num_outputs": 4}}, InvalidRequestError, "no option 'num_outputs'"),
        ({"options": {"swirl": 4}}, InvalidRequestError, "no option 'swirl'"),
        ({"guidance_scale": 0.5}, InvalidRequestError, "Use 1 to 50"),
        ({"refiner": "image", "refiner_strength": 0.3}, UnsupportedRequestError, "refiner_strength"),
        ({"steps": 5, "strength": 0.1, "init_image": RED}, InvalidRequestError, "none of 5 steps"),
        ({"references": [RED]}, UnsupportedRequestError, "variation"),
        ({"palette": ["#336699"]}, UnsupportedRequestError, "palette"),
        ({"width": 260}, InvalidRequestError, "multiples of 8"),
    ],
)
def test_what_it_does_not_take_is_said_before_anything_is_sent(server, paint_with, fields, error, said):
    with pytest.raises(error) as caught:
        complete(paint_with(), **fields)
    assert said in str(caught.value)
    assert not server.received


def test_the_key_is_not_shown_where_pictures_are(server, paint_with):
    paint(paint_with(), **SMALL)
    shown = [one.headers.get("authorization") for one in server.received if one.path.startswith("/pbxt/")]
    assert shown == [None]
    everything = [one.headers.get("authorization") for one in server.received if one.path.startswith("/v1/")]
    assert set(everything) == {f"Bearer {TOKEN}"}
    assert WRONG_TOKEN not in str(server.received)


def test_progress_counts_the_steps_of_its_log(server, paint_with):
    server.looks = 4
    reports = []
    paint(paint_with(), reports.append, **SMALL, steps=20, refiner="ensemble", handover=0.8)
    steps = [report.step for report in reports]
    assert steps == sorted(steps)
    assert steps[0] == 0
    assert steps[-1] == 20
    assert set(steps) & set(range(1, 20)), "nothing between the beginning and the end"
    assert {report.total for report in reports} == {20}
    assert (reports[0].stage, reports[-1].stage) == ("waiting", "painting")


def test_the_schema_is_asked_for_once(server, paint_with):
    engine = paint_with()
    paint(engine, **SMALL)
    paint(engine, **SMALL)
    assert paths(server).count("/v1/models/stability-ai/sdxl") == 1


def test_a_version_may_be_pinned(server, paint_with):
    painted = only(paint(paint_with(f"stability-ai/sdxl:{SDXL_VERSION}"), **SMALL))
    assert painted.model == f"stability-ai/sdxl:{SDXL_VERSION}"
    assert paths(server)[0] == f"/v1/models/stability-ai/sdxl/versions/{SDXL_VERSION}"


def test_it_can_be_made_again_from_what_it_carries(paint_with):
    engine = paint_with()
    first = only(paint(engine, **SMALL, init_image=RED, strength=0.5, refiner="image"))
    kept = first.request.model_dump(mode="json")
    again = ImageRequest.parse(kept, find_image=first.request.source_images().__getitem__)
    assert only(list(engine.generate(again))).image.tobytes() == first.image.tobytes()


def _inputs() -> dict[str, dict[str, object]]:
    return SDXL["components"]["schemas"]["Input"]["properties"]
