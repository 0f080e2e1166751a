"""The models of Stability AI on Bedrock: each in its documented words."""

import numpy as np
import pytest
from PIL import Image

from studiolo.errors import InvalidImageError, InvalidRequestError, UnsupportedRequestError
from tests.engines.bedrock import painter
from tests.engines.bedrock.painting import PROMPT, at_service, complete, paint, right_half, shaded
from tests.engines.bedrock.test_titan import refusal, sent


def body_of(model, **fields):
    return paint(model, **fields).body


def painted_with(model, options, **fields):
    """As :func:`paint`, with options of the request."""
    with at_service(model=model) as (engine, service):
        (picture,) = engine.generate(complete(engine, options=options, **fields))
        return picture, service.last.body


# Pictures from words


def test_the_default_is_core():
    painted = paint(negative_prompt="blur")
    assert painted.service.last.params["modelId"] == "stability.stable-image-core-v1:1"
    assert painted.body == {
        "prompt": PROMPT,
        "negative_prompt": "blur",
        "seed": 7,
        "output_format": "png",
        "aspect_ratio": "1:1",
    }


@pytest.mark.parametrize(
    ("size", "ratio"), [((1344, 768), "16:9"), ((640, 1536), "9:21"), ((896, 1088), "4:5")], ids=str
)
def test_a_size_is_a_ratio(size, ratio):
    assert body_of("core", width=size[0], height=size[1])["aspect_ratio"] == ratio


def test_seed_0_is_a_seed():
    """Theirs would be any."""
    assert body_of("core", seed=0)["seed"] == 4_294_967_294
    with at_service() as (engine, _):
        assert engine.capabilities.max_seed == 4_294_967_293


def test_a_picture_of_another_size_is_resized_and_that_is_said():
    def reply(asked):
        return {
            "seeds": [1],
            "finish_reasons": [None],
            "images": [painter.written(Image.new("RGB", (1536, 1536)))],
        }

    painted = paint(reply=reply)
    assert painted.image.size == (1024, 1024)
    assert painted.pictures[0].notes == ("Bedrock sent 1536x1536; it was resized to 1024x1024.",)


@pytest.mark.parametrize(("model", "mode"), [("sd3.5-large", "image-to-image"), ("ultra", None)])
def test_from_a_picture(model, mode):
    body = body_of(model, init_image=shaded(), strength=0.25)
    assert body.get("mode") == mode
    assert body["strength"] == 0.25
    assert "aspect_ratio" not in body
    assert sent(body["image"]).size == (1024, 1024)


# Pictures that are changed


def test_inpaint():
    painted = paint("inpaint", init_image=shaded(200, 150), mask=right_half(200, 150))
    assert painted.service.last.params["modelId"] == "us.stability.stable-image-inpaint-v1:0"
    mask = sent(painted.body["mask"]).convert("L")
    assert (mask.getpixel((199, 9)), mask.getpixel((0, 9))) == (255, 0)
    assert painted.body["grow_mask"] == 0
    kept = (0, 0, 100, 150)
    assert painted.image.crop(kept).tobytes() == shaded(200, 150).crop(kept).tobytes()


def test_inpaint_with_a_blended_seam():
    fields = {"init_image": shaded(200, 150), "mask": right_half(200, 150), "seam": "default"}
    _, body = painted_with("inpaint", {"grow_mask": 12, "style_preset": "anime"}, **fields)
    assert (body["grow_mask"], body["style_preset"]) == (12, "anime")
    assert "grow_mask" not in body_of("inpaint", **fields)


def test_erase_takes_no_words():
    fields = {"init_image": shaded(200, 150), "mask": right_half(200, 150)}
    body = body_of("erase", prompt="", **fields)
    assert body.keys() == {"image", "mask", "seed", "output_format", "grow_mask"}
    refusal(UnsupportedRequestError, "takes no prompt", "erase", **fields)


@pytest.mark.parametrize(
    ("model", "name"), [("search-replace", "search_prompt"), ("search-recolor", "select_prompt")]
)
def test_search(model, name):
    body = body_of(model, init_image=shaded(200, 150), mask_prompt="the jacket")
    assert body[name] == "the jacket"
    assert body["prompt"] == PROMPT
    refusal(
        UnsupportedRequestError, "by words", model, init_image=shaded(), mask=right_half(), mask_prompt="x"
    )


@pytest.mark.parametrize("seam", ["default", "precise"])
def test_outpaint(seam):
    painted = paint("outpaint", init_image=shaded(200, 150), outpaint=(30, 0, 10, 5), seam=seam)
    margins = {side: painted.body.get(side) for side in ("left", "up", "right", "down")}
    assert margins == {"left": 30, "up": None, "right": 10, "down": 5}
    assert painted.image.size == (240, 155)
    there = painted.image.crop((30, 0, 230, 150))
    assert (there.tobytes() == shaded(200, 150).tobytes()) == (seam == "precise")


def test_remove_background_of_a_tiny_picture():
    painted = paint("remove-background", prompt="", init_image=shaded(40, 30), remove_background=True)
    assert painted.body.keys() == {"image", "output_format"}
    assert min(sent(painted.body["image"]).size) == 64
    assert (painted.image.size, painted.image.mode) == ((40, 30), "RGBA")


# Pictures to be like


@pytest.mark.parametrize("model", ["control-sketch", "control-structure"])
def test_control(model):
    painted = paint(model, control_image=shaded(), control_strength=0.9, width=256, height=192)
    assert painted.body["control_strength"] == 0.9
    assert sent(painted.body["image"]).size == painted.image.size == (256, 192)
    refusal(UnsupportedRequestError, "along a control picture", model)


def test_style_guide():
    body = body_of("style-guide", references=[shaded()], similarity=0.8)
    assert (body["fidelity"], body["aspect_ratio"]) == (0.8, "1:1")


def test_style_transfer():
    _, body = painted_with(
        "style-transfer",
        {"composition_fidelity": 0.5},
        init_image=shaded(200, 150),
        references=[shaded(90, 90)],
        strength=0.6,
    )
    assert sent(body["init_image"]).size == (200, 150)
    assert sent(body["style_image"]).size == (90, 90)
    assert (body["change_strength"], body["composition_fidelity"]) == (0.6, 0.5)
    refusal(UnsupportedRequestError, "whose style", "style-transfer", init_image=shaded())


# Pictures that are enlarged


def test_fast_upscale():
    painted = paint("fast-upscale", prompt="", init_image=shaded(40, 32), upscale=4)
    assert painted.body.keys() == {"image", "output_format"}
    assert painted.image.size == (160, 128)


@pytest.mark.parametrize("model", ["conservative-upscale", "creative-upscale"])
def test_slow_upscales_bring_their_size_to_the_one_asked_for(model):
    picture, body = painted_with(model, {"creativity": 0.2}, prompt="", init_image=shaded(100, 80), upscale=2)
    assert (body["prompt"], body["creativity"]) == ("", 0.2)
    assert picture.image.size == (200, 160)
    assert picture.notes == ()


def test_what_is_transparent_stays_so_when_enlarged():
    clear = shaded(64, 64).convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize((64, 64)))
    painted = paint("conservative-upscale", prompt="", init_image=clear, upscale=2)
    alpha = np.asarray(painted.image.getchannel("A"))
    assert painted.image.mode == "RGBA"
    assert alpha[0].max() < 10 < 245 < alpha[-1].min()


# What cannot be


def test_pictures_of_the_wrong_size_or_shape():
    refusal(
        InvalidRequestError, "2.5 times", "inpaint", init_image=shaded(300, 100), mask=right_half(300, 100)
    )
    refusal(InvalidImageError, "2.5 times", "outpaint", init_image=shaded(300, 100), outpaint=(9, 9, 9, 9))
    refusal(InvalidRequestError, "at most 2000", "outpaint", init_image=shaded(), outpaint=(2001, 0, 0, 0))
    refusal(
        InvalidRequestError, "sides from 64", "outpaint", init_image=shaded(60, 60), outpaint=(9, 0, 0, 0)
    )
    refusal(
        InvalidRequestError,
        "does not enlarge",
        "fast-upscale",
        prompt="",
        init_image=shaded(31, 40),
        upscale=4,
    )


@pytest.mark.parametrize(
    ("model", "options"),
    [
        ("inpaint", {"grow_mask": 21}),
        ("inpaint", {"grow_mask": 1.5}),
        ("inpaint", {"grow_mask": True}),
        ("inpaint", {"style_preset": "baroque"}),
        ("outpaint", {"creativity": 0.05}),
        ("creative-upscale", {"creativity": 0.6}),
        ("style-transfer", {"style_strength": "much"}),
    ],
    ids=str,
)
def test_options_with_values_that_are_none(model, options):
    tasks = {
        "inpaint": {"mask": right_half()},
        "outpaint": {"outpaint": (9, 9, 9, 9)},
        "creative-upscale": {"upscale": 2},
        "style-transfer": {"references": [shaded()]},
    }
    refusal(
        InvalidRequestError, next(iter(options)), model, options=options, init_image=shaded(), **tasks[model]
    )


def test_a_prompt_that_is_wanted():
    fields = {"init_image": shaded(), "mask_prompt": "x", "prompt": ""}
    refusal(InvalidRequestError, "wants words", "search-replace", **fields)
