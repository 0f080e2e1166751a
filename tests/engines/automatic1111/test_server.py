"""The server of the tests as another client of web UIs understands it: webuiapi, which is on PyPI.

It judges the server, not the engine: what both are given has to come out the same.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
import webuiapi
from PIL import Image

from tests.engines.automatic1111.conftest import paint
from tests.engines.automatic1111.painting import opened
from tests.engines.automatic1111.server import WebUI

PICTURE = Image.new("RGB", (64, 64), (10, 200, 30))


@pytest.fixture
def client(server: WebUI) -> webuiapi.WebUIApi:
    at = urlsplit(server.address)
    return webuiapi.WebUIApi(host=at.hostname, port=at.port, sampler="Euler", steps=4)


def test_it_paints_for_the_client_too(server, client):
    result = client.txt2img(prompt="a red apple", seed=7, width=128, height=64)
    assert result.image.size == (128, 64)
    assert result.info["seed"] == 7
    assert result.info["sd_model_name"] == "v1-5-pruned-emaonly"
    assert result.parameters["prompt"] == "a red apple"


def test_client_and_engine_send_the_same_for_a_mask(server, client, engine_at):
    mask = Image.new("L", (64, 64), 0)
    mask.paste(255, (32, 0, 64, 64))
    client.img2img(
        images=[PICTURE],
        mask_image=mask,
        prompt="a red apple",
        seed=7,
        width=64,
        height=64,
        denoising_strength=0.5,
        mask_blur=0,
        inpainting_fill=1,
        inpaint_full_res=False,
        inpaint_full_res_padding=32,
        sampler_name="Euler",
    )
    theirs = server.last.told
    paint(
        engine_at(server),
        init_image=PICTURE,
        mask=mask,
        strength=0.5,
        seam="precise",
        scheduler="Euler",
        guidance_scale=theirs["cfg_scale"],
    )
    ours = server.last.told
    left_out = {"init_images", "mask", "force_task_id", "override_settings", "script_args", "sampler_index"}
    same = {*server.last.said} - left_out
    assert {name: ours[name] for name in same} == {name: theirs[name] for name in same}
    for name in ("init_images", "mask"):
        pictures = [told[name][0] if name == "init_images" else told[name] for told in (ours, theirs)]
        one, other = (opened(picture).convert("RGB").tobytes() for picture in pictures)
        assert one == other, name


def test_the_client_sees_the_same_lists(server, client):
    assert [each["name"] for each in client.get_samplers()][:2] == ["DPM++ 2M", "DPM++ SDE"]
    assert "SDXL/sd_xl_base_1.0.safetensors [31e35c80fc]" in [
        each["title"] for each in client.get_sd_models()
    ]
    assert client.get_progress()["state"]["job_count"] == 0


def test_the_client_gets_an_enlarged_picture_of_the_size_that_web_ui_makes(server, client):
    odd = PICTURE.crop((0, 0, 33, 17))
    result = client.extra_single_image(image=odd, upscaler_1="Lanczos", upscaling_resize=2)
    assert result.image.size == (64, 32), "down to a multiple of eight"


def test_a_user_name_and_a_password_are_asked_for():
    with WebUI(lasts_s=0, auth="ada:lovelace") as server:
        at = urlsplit(server.address)
        stranger = webuiapi.WebUIApi(host=at.hostname, port=at.port)
        with pytest.raises(RuntimeError, match="401"):
            stranger.txt2img(prompt="a red apple")
        stranger.set_auth("ada", "lovelace")
        assert stranger.txt2img(prompt="a red apple", width=64, height=64).image.size == (64, 64)
