"""The engine's own words: what it can do, whether it is there, what it costs."""

from __future__ import annotations

import pytest
from PIL import Image

from studiolo.engines.base import EngineConfig
from studiolo.engines.comfyui import ComfyUIImageEngine
from studiolo.engines.comfyui.choosing import scale_of
from studiolo.engines.comfyui.samplers import ALIASES, SCHEDULERS
from studiolo.engines.comfyui.stock import meant
from studiolo.errors import EngineError, InvalidRequestError, OfflineError, SettingsError
from tests.engines.comfyui.conftest import complete, paint


@pytest.mark.parametrize(
    ("asked", "ours"),
    [
        ("DPM++ 2M Karras", "dpmpp_2m karras"),
        ("dpmpp_2m_karras", "dpmpp_2m karras"),
        ("DPM++ 2S a", "dpmpp_2s_ancestral"),
        ("Euler a", "euler_ancestral"),
        ("K_EULER_ANCESTRAL", "euler_ancestral"),
        ("KarrasDPM", "dpmpp_2m karras"),
        ("DPMSolverMultistepScheduler", "dpmpp_2m"),
        ("UniPC", "uni_pc"),
        ("ddim", "ddim"),
    ],
)
def test_samplers_are_known_by_other_programs_names(build, asked, ours):
    assert complete(build(), scheduler=asked).scheduler == ours


def test_every_alias_is_of_a_scheduler():
    assert set(ALIASES.values()) <= set(SCHEDULERS)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("photo/realVis_v5.safetensors", "photo/realVis_v5.safetensors"),
        ("realvis v5", "photo/realVis_v5.safetensors"),
        ("RealVis", "photo/realVis_v5.safetensors"),
        ("win", "sub\\win.ckpt"),
        ("sd_xl", None),
        ("sd_xl_base_1.0", "sd_xl_base_1.0.safetensors"),
        ("", None),
    ],
)
def test_a_name_is_meant_loosely_but_by_one_alone(wanted, found):
    names = (
        "sd_xl_base_1.0.safetensors",
        "sd_xl_refiner_1.0.safetensors",
        "photo/realVis_v5.safetensors",
        "sub\\win.ckpt",
    )
    assert meant(names, wanted) == found


@pytest.mark.parametrize(
    ("name", "scale"),
    [
        ("RealESRGAN_x4plus.pth", 4),
        ("4x-UltraSharp.pth", 4),
        ("2x_foo", 2),
        ("SwinIR", None),
        ("16xfoo", None),
    ],
)
def test_a_models_name_tells_its_scale(name, scale):
    assert scale_of(name) == scale


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"clip_skip": 0}, "clip_skip is 0"),
        ({"clip_skip": True}, "clip_skip is True"),
        ({"vae": 3}, "vae is not a name"),
        ({"sampler": ""}, "sampler is not a name"),
        ({"speed": 1}, "no option 'speed'"),
    ],
    ids=["low", "bool", "number", "empty", "unknown"],
)
def test_values_of_options_are_checked_before_anything_is_sent(server, build, options, match):
    with pytest.raises(InvalidRequestError, match=match):
        complete(build(), options=options)
    assert not server.received


def test_a_server_of_this_machine_is_asked_for_its_checkpoints(server, build):
    said = build().probe()
    assert (said.ready, said.models) == (True, tuple(server.models.checkpoints))


def test_one_that_is_not_there_says_how_it_is_started():
    said = ComfyUIImageEngine(EngineConfig(options={"base_url": "http://127.0.0.1:9"})).probe()
    assert not said.ready
    assert "python main.py" in said.hint


def test_one_elsewhere_is_not_asked_and_not_reached_offline():
    engine = ComfyUIImageEngine(EngineConfig(options={"base_url": "http://comfy.example"}, offline=True))
    assert not engine.capabilities.offline
    assert not engine.probe().ready
    with pytest.raises(OfflineError):
        paint(engine)


def test_the_default_size_is_the_models():
    sizes = {
        model: ComfyUIImageEngine(EngineConfig(model=model)).capabilities.sizes.default
        for model in ("v1-5-pruned-emaonly", "sd_xl_base_1.0", "flux1-dev-fp8")
    }
    assert sizes == {
        "v1-5-pruned-emaonly": (512, 512),
        "sd_xl_base_1.0": (1024, 1024),
        "flux1-dev-fp8": (1024, 1024),
    }
    engine = ComfyUIImageEngine(EngineConfig(options={"side_px": 640}))
    assert engine.capabilities.sizes.default == (640, 640)


def test_it_costs_nothing_unless_the_settings_say_so(build):
    engine = build()
    assert engine.estimate(complete(engine, count=2)).usd == 0
    (picture,) = paint(engine)
    assert picture.cost is None
    rented = build(price_per_image=0.01)
    assert rented.estimate(complete(rented, count=2)).usd == pytest.approx(0.02)
    (picture,) = paint(rented)
    assert picture.cost == 0.01
    hourly = build(price_per_second=0.001)
    assert hourly.estimate(complete(hourly)).usd is None
    (picture,) = paint(hourly)
    assert picture.cost is not None
    assert 0 < picture.cost < 0.1


def test_models_that_the_settings_name_are_taken(server, build):
    server.models.upscale_models.append("8x-Own.pth")
    picture = Image.new("RGB", (64, 64))
    engine = build(checkpoint="realvis", canny="control_v11p", upscaler="own")
    paint(engine, control_image=picture, control="canny", control_prepared=True)
    assert server.last["CheckpointLoaderSimple"]["ckpt_name"] == "photo/realVis_v5.safetensors"
    assert server.last["ControlNetLoader"]["control_net_name"] == "control_v11p_sd15_canny.pth"
    (larger,) = paint(engine, init_image=picture, upscale=2)
    assert server.last["UpscaleModelLoader"]["model_name"] == "8x-Own.pth"
    assert larger.notes == ("enlarged 8 times, then brought to 2 times",)
    server.models.upscale_models = []
    with pytest.raises(EngineError, match="no upscaling model"):
        paint(build(), init_image=picture, upscale=2)


def test_wrong_settings_are_named():
    engine = ComfyUIImageEngine(EngineConfig(name="lab", options={"side_px": "wide"}))
    with pytest.raises(SettingsError, match=r"engines\.lab\.side_px"):
        _ = engine.capabilities
    assert not engine.availability().ready
