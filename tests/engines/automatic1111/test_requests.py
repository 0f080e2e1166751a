"""What the web UI is sent for a request; that it understands it, its forms tell."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

from studiolo.engines.automatic1111 import Automatic1111ImageEngine
from studiolo.engines.base import EngineConfig
from studiolo.errors import InvalidRequestError, UnknownEngineError, UnsupportedRequestError
from tests.engines.automatic1111 import lists
from tests.engines.automatic1111.conftest import ask, paint
from tests.engines.automatic1111.painting import opened
from tests.engines.automatic1111.server import WebUI

PICTURE = Image.new("RGB", (64, 64), (10, 200, 30))
RIGHT_HALF = Image.new("L", (64, 64), 0)
RIGHT_HALF.paste(255, (32, 0, 64, 64))


def test_words_and_numbers_go_under_the_names_of_the_api(server, engine_at):
    picture = paint(
        engine_at(server), negative_prompt="blur", steps=12, guidance_scale=5.5, seed=11, width=128, height=64
    )
    said = server.last.said
    assert {
        "prompt": "a red apple",
        "negative_prompt": "blur",
        "steps": 12,
        "cfg_scale": 5.5,
        "seed": 11,
        "width": 128,
        "height": 64,
        "batch_size": 1,
        "n_iter": 1,
        "save_images": False,
    }.items() <= said.items()
    assert picture.image.size == (128, 64)
    assert picture.model == "v1-5-pruned-emaonly [6ce0161689]"
    assert picture.notes == ()


def test_several_pictures_are_asked_for_one_by_one_each_with_its_seed(server, engine_at):
    engine = engine_at(server)
    pictures = list(engine.generate(ask(engine, seed=30, count=3)))
    assert [task.said["seed"] for task in server.state.tasks] == [30, 31, 32]
    assert len({task.name for task in server.state.tasks}) == 3
    assert [picture.seed for picture in pictures] == [30, 31, 32]


@pytest.mark.parametrize(
    "model", ["sd_xl_base_1.0", "SDXL/sd_xl_base_1.0.safetensors", "31e35c80fc", "sd xl base", "XL_base"]
)
def test_a_model_is_found_by_any_of_its_names(server, engine_at, model):
    picture = paint(engine_at(server, model))
    assert server.last.said["override_settings"] == {
        "sd_model_checkpoint": "SDXL/sd_xl_base_1.0.safetensors [31e35c80fc]"
    }
    assert server.last.said["override_settings_restore_afterwards"] is True
    assert picture.model == "SDXL_sd_xl_base_1.0 [31e35c80fc]"


def test_the_name_that_a_picture_carries_finds_its_model(server, engine_at):
    first = paint(engine_at(server, "refiner"))
    again = paint(engine_at(server, first.model))
    assert again.image.tobytes() == first.image.tobytes()
    assert again.model == first.model


def test_a_name_that_several_models_have_is_asked_back(server, engine_at):
    with pytest.raises(UnknownEngineError, match="part of the names of 2 models") as caught:
        paint(engine_at(server, "sd_xl"))
    assert "sd_xl_base_1.0" in caught.value.hint
    assert not server.state.tasks


def test_a_misspelt_model_is_refused_with_what_was_meant(server, engine_at):
    with pytest.raises(UnknownEngineError, match="no model 'v1-5-prund-emaonly'") as caught:
        paint(engine_at(server, "v1-5-prund-emaonly"))
    assert "Did you mean 'v1-5-pruned-emaonly.safetensors [6ce0161689]'?" in caught.value.hint
    assert not server.state.tasks


def test_a_model_that_is_new_there_is_found(server, engine_at):
    engine = engine_at(server, "fresh")
    with pytest.raises(UnknownEngineError):
        paint(engine)
    server.checkpoints.append({**lists.CHECKPOINTS[0], "title": "fresh.safetensors", "model_name": "fresh"})
    paint(engine)
    assert server.last.said["override_settings"]["sd_model_checkpoint"] == "fresh.safetensors"


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ("Euler a", {"sampler_name": "Euler a"}),
        ("euler_ancestral", {"sampler_name": "Euler a"}),
        ("dpm++ 2m karras", {"sampler_name": "DPM++ 2M", "scheduler": "Karras"}),
        ("dpmpp_2m_sde_karras", {"sampler_name": "DPM++ 2M SDE", "scheduler": "Karras"}),
        ("DPM++ 2M SDE Exponential", {"sampler_name": "DPM++ 2M SDE", "scheduler": "Exponential"}),
    ],
)
def test_samplers_and_schedules_are_told_apart(server, engine_at, asked, sent):
    paint(engine_at(server), scheduler=asked)
    said = server.last.said
    assert {name: said[name] for name in ("sampler_name", "scheduler") if name in said} == sent


@pytest.mark.parametrize(
    ("flavour", "asked", "sent"),
    [
        ("old", "DPM++ 2M Karras", {"sampler_name": "DPM++ 2M Karras"}),
        ("old", "dpmpp_2m", {"sampler_name": "DPM++ 2M"}),
        ("sdnext", "DPM++ 2M Karras", {"sampler_name": "DPM++ 2M", "schedulers_sigma": "karras"}),
        ("sdnext", "dpm_2_ancestral", {"sampler_name": "KDPM2 a"}),
    ],
)
def test_each_web_ui_is_told_the_schedule_in_its_own_way(engine_at, flavour, asked, sent):
    with WebUI(flavour, lasts_s=0) as server:
        paint(engine_at(server), scheduler=asked)
        said = server.last.said
    names = ("sampler_name", "scheduler", "schedulers_sigma")
    assert {name: said[name] for name in names if name in said} == sent


def test_a_sampler_that_only_this_server_has_is_an_option_and_then_a_scheduler(engine_at):
    with WebUI("sdnext", lasts_s=0) as server:
        engine = engine_at(server)
        paint(engine, options={"sampler": "euler flowmatch"})
        assert server.last.said["sampler_name"] == "Euler FlowMatch"
        paint(engine, scheduler="Euler FlowMatch")
        assert server.last.said["sampler_name"] == "Euler FlowMatch"


def test_a_schedule_is_an_option_of_its_own(server, engine_at):
    paint(engine_at(server), options={"schedule": "sgm_uniform"})
    assert server.last.said["scheduler"] == "SGM Uniform"
    with pytest.raises(InvalidRequestError, match="no schedule 'beta'"):
        paint(engine_at(server), options={"schedule": "beta"})


def test_a_sampler_that_the_server_lacks_is_refused_not_replaced(server, engine_at):
    with pytest.raises(InvalidRequestError, match="no sampler 'DPM adaptive'") as caught:
        paint(engine_at(server), scheduler="DPM adaptive")
    assert "Euler a" in caught.value.hint
    assert not server.state.tasks


def test_loras_stand_in_the_prompt_under_the_servers_names(server, engine_at):
    picture = paint(
        engine_at(server),
        loras=[{"name": "Pixel Art XL", "weight": 0.8}, {"name": "tools/add_detail.safetensors"}],
    )
    assert server.last.said["prompt"] == "a red apple <lora:pixel-art-xl:0.8> <lora:add_detail:1>"
    assert picture.request.prompt == "a red apple"


def test_a_lora_that_the_server_lacks_is_refused_not_left_out(server, engine_at):
    with pytest.raises(InvalidRequestError, match="no LoRA 'pixle-art'") as caught:
        paint(engine_at(server), loras=[{"name": "pixle-art"}])
    assert "pixel-art-xl" in caught.value.hint
    assert not server.state.tasks


def test_a_mask_goes_as_it_is_and_nothing_outside_it_changes(server, engine_at):
    picture = paint(engine_at(server), init_image=PICTURE, mask=RIGHT_HALF, strength=1.0)
    said = server.last.said
    assert opened(said["mask"]).tobytes() == RIGHT_HALF.tobytes()
    assert said["inpainting_mask_invert"] == 0
    assert said["inpaint_full_res"] is False
    assert said["inpainting_fill"] == 1
    assert said["denoising_strength"] == 1.0
    assert picture.image.crop((0, 0, 32, 64)).tobytes() == PICTURE.crop((0, 0, 32, 64)).tobytes()
    assert picture.image.getpixel((48, 32)) != PICTURE.getpixel((48, 32))


def test_masks_have_options(server, engine_at):
    options = {"mask_blur": 9, "inpainting_fill": "latent noise", "inpaint_full_res": True}
    paint(engine_at(server), init_image=PICTURE, mask=RIGHT_HALF, options=options)
    said = server.last.said
    assert (said["mask_blur"], said["inpainting_fill"], said["inpaint_full_res"]) == (9, 2, True)


def test_outpainting_paints_a_canvas_of_allowed_size_and_cuts_it(server, engine_at):
    picture = paint(engine_at(server), init_image=PICTURE, outpaint=(5, 0, 20, 0), seam="precise")
    assert (server.last.said["width"], server.last.said["height"]) == (96, 64)
    assert picture.image.size == (89, 64)
    assert picture.image.crop((5, 0, 69, 64)).tobytes() == PICTURE.tobytes()


@pytest.mark.parametrize(("flavour", "none"), [("automatic1111", "none"), ("forge", "None")])
def test_a_control_map_is_followed_by_a_model_of_its_kind(engine_at, flavour, none):
    drawn = Image.new("RGB", (32, 32), "black")
    with WebUI(flavour, lasts_s=0) as server:
        paint(engine_at(server), control_image=drawn, control="segmentation", control_strength=0.6)
        [unit] = server.last.said["alwayson_scripts"]["controlnet"]["args"]
    assert unit["model"] == "control_v11p_sd15_seg [e1f51eb9]"
    assert (unit["module"], unit["weight"], unit["save_detected_map"]) == (none, 0.6, False)
    assert opened(unit["image"]).size == (64, 64)


def test_of_several_control_models_the_one_for_the_checkpoint_is_taken(server, engine_at):
    fields = {"control_image": PICTURE, "control": "canny"}
    taken: list[str] = []
    for model in ("v1-5", "sd_xl_base"):
        picture = paint(engine_at(server, model), **fields)
        taken.append(server.last.said["alwayson_scripts"]["controlnet"]["args"][0]["model"])
        assert any(taken[-1] in note for note in picture.notes)
    assert taken == ["control_v11p_sd15_canny [d14c016b]", "diffusers_xl_canny_full [2b69fca4]"]
    paint(engine_at(server), **fields, options={"control_model": "diffusers xl canny full"})
    assert server.last.said["alwayson_scripts"]["controlnet"]["args"][0]["model"] == taken[1]


def test_without_the_extension_no_control_image_is_followed(server, engine_at):
    server.controlnet = False
    with pytest.raises(UnsupportedRequestError, match="has no ControlNet"):
        paint(engine_at(server), control_image=PICTURE, control="canny")
    assert not server.state.tasks


def test_a_refiner_takes_over_where_it_is_told_to(server, engine_at):
    engine = engine_at(server, refiner_checkpoint="xl refiner")
    paint(engine, refiner="ensemble", handover=0.6)
    said = server.last.said
    assert said["refiner_checkpoint"] == "SDXL/sd_xl_refiner_1.0.safetensors [7440042bbd]"
    assert said["refiner_switch_at"] == 0.6
    paint(engine)
    assert "refiner_checkpoint" not in server.last.said


def test_hires_fix_ends_at_the_size_asked_for(server, engine_at):
    picture = paint(
        engine_at(server), width=192, height=128, options={"hr_scale": 2, "hr_upscaler": "lanczos"}
    )
    said = server.last.said
    assert (said["width"], said["height"]) == (96, 64)
    assert (said["hr_resize_x"], said["hr_resize_y"], said["hr_upscaler"]) == (192, 128, "Lanczos")
    assert picture.image.size == (192, 128)


def test_hires_fix_in_sdnext_is_told_in_its_own_words(engine_at):
    with WebUI("sdnext", lasts_s=0) as server:
        paint(engine_at(server), width=128, height=128, options={"hr_scale": 2, "hr_denoising_strength": 0.4})
        said = server.last.said
    assert said["hr_upscaler"] == "Latent Nearest"
    assert (said["hr_force"], said["hr_denoising_strength"]) == (True, 0.4)


def test_without_the_loras_extension_a_lora_is_refused(engine_at):
    with WebUI("old", lasts_s=0) as server, pytest.raises(UnsupportedRequestError, match="has no LoRAs"):
        paint(engine_at(server), loras=[{"name": "add_detail"}])


def test_what_else_the_web_ui_knows_are_options(server, engine_at):
    options = {
        "clip_skip": 2,
        "vae": "vae-ft-mse",
        "styles": ["cinematic"],
        "restore_faces": True,
        "tiling": True,
        "subseed": 3,
        "subseed_strength": 0.2,
    }
    paint(engine_at(server), options=options)
    said = server.last.said
    assert said["override_settings"] == {
        "CLIP_stop_at_last_layers": 2,
        "sd_vae": "vae-ft-mse-840000-ema-pruned.safetensors",
    }
    assert said["styles"] == ["Cinematic"]
    assert (said["restore_faces"], said["tiling"], said["subseed"], said["subseed_strength"]) == (
        True,
        True,
        3,
        0.2,
    )


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"options": {"clip_skip": 40}}, "Option 'clip_skip' must be"),
        ({"options": {"mask_blur": 4}}, "'mask_blur' only applies where something is repainted"),
        ({"options": {"hr_scale": 2}, "init_image": PICTURE}, "from words alone"),
        ({"options": {"hr_upscaler": "Latent"}}, "together with hr_scale"),
        ({"options": {"hr_scale": 2}, "width": 64, "height": 64}, "starts at 32x32: too small"),
        ({"options": {"upscaler": "Lanczos"}}, "'upscaler' only applies to enlarging"),
        (
            {"options": {"clip_skip": 2}, "init_image": PICTURE, "upscale": 2, "prompt": ""},
            "not apply to enl",
        ),
        ({"refiner": "ensemble"}, "Which checkpoint refines?"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_is_refused_before_anything_is_asked(server, engine_at, fields, said):
    with pytest.raises(InvalidRequestError, match=re.escape(said)):
        ask(engine_at(server), **fields)
    assert not server.state.asked


@pytest.mark.parametrize(
    ("fields", "lacks"),
    [
        ({"refiner": "ensemble", "options": {"refiner_checkpoint": "refiner"}}, "no refiner"),
        ({"options": {"restore_faces": True}}, "restore_faces"),
        ({"control_image": PICTURE, "control": "canny"}, "no ControlNet"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_sdnext_would_drop_is_refused(engine_at, fields, lacks):
    with WebUI("sdnext", lasts_s=0) as server:
        with pytest.raises(UnsupportedRequestError, match=lacks):
            paint(engine_at(server), **fields)
        assert not server.state.tasks


def test_forge_has_no_vae_to_choose(engine_at):
    with (
        WebUI("forge", lasts_s=0) as server,
        pytest.raises(UnsupportedRequestError, match="no choice of VAE"),
    ):
        paint(engine_at(server), options={"vae": "anything"})


@pytest.mark.parametrize(
    ("options", "upscaler"),
    [({}, "R-ESRGAN 4x+"), ({"upscaler": "lanczos"}, "Lanczos")],
    ids=["best", "named"],
)
def test_pictures_are_enlarged_by_the_best_upscaler_or_the_one_named(server, engine_at, options, upscaler):
    source = PICTURE.crop((0, 0, 33, 17))
    picture = paint(engine_at(server), init_image=source, upscale=4, options=options)
    assert server.last.said["upscaler_1"] == upscaler
    assert picture.image.size == (132, 68)
    assert picture.model == upscaler


def test_another_name_for_it_in_the_config_file(server, home: Path):
    options = {"base_url": server.address, "width": 64, "height": 64}
    with Automatic1111ImageEngine(EngineConfig(name="forge", options=options)) as engine:
        assert paint(engine).engine == "forge"
        with pytest.raises(InvalidRequestError, match=r"^forge has no LoRA 'x'"):
            paint(engine, loras=[{"name": "x"}])
