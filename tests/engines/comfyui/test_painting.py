"""What is sent to ComfyUI for each task, and what becomes of what comes back."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from studiolo.errors import EngineError, UnknownEngineError
from studiolo.requests import Lora
from tests.engines.comfyui.conftest import paint


def kinds(server) -> list[str]:
    return sorted(node["class_type"] for node in server.prompts[-1].values())


def uploaded(server, name: str) -> Image.Image:
    """The picture that an input such as ``studiolo/….png [temp]`` names."""
    assert name.startswith("studiolo/")
    assert name.endswith(" [temp]"), "it would stay in the server's input folder"
    return server.find(name)


def nodes_of(server, kind: str) -> list[dict]:
    return [node["inputs"] for node in server.prompts[-1].values() if node["class_type"] == kind]


def test_words_numbers_and_size_go_where_they_belong(server, build):
    (picture,) = paint(
        build("realvis"),
        prompt="a red apple",
        negative_prompt="blur",
        width=96,
        height=64,
        seed=2**32 - 1,
        steps=3,
        guidance_scale=4.5,
        scheduler="DPM++ 2M Karras",
    )
    sampler = server.last["KSampler"]
    assert sampler["seed"] == 2**32 - 1
    assert (sampler["steps"], sampler["cfg"], sampler["denoise"]) == (3, 4.5, 1.0)
    assert (sampler["sampler_name"], sampler["scheduler"]) == ("dpmpp_2m", "karras")
    assert server.last["EmptyLatentImage"] == {"width": 96, "height": 64, "batch_size": 1}
    assert server.last["CheckpointLoaderSimple"] == {"ckpt_name": "photo/realVis_v5.safetensors"}
    assert [words["text"] for words in nodes_of(server, "CLIPTextEncode")] == ["a red apple", "blur"]
    assert (picture.model, picture.request.scheduler) == ("photo/realVis_v5.safetensors", "dpmpp_2m karras")
    assert picture.notes == ()


def test_nothing_is_left_in_the_servers_folders(server, build):
    paint(build(), init_image=Image.new("RGB", (64, 64), "teal"))
    assert {kind for kind, _, _ in server.files} == {"input", "temp"}
    assert [name for kind, _, name in server.files if kind == "input"] == ["example.png"]


def test_steps_are_of_the_whole_schedule(server, build):
    """ComfyUI's own are those that are taken; half of ten steps are five."""
    reports = []
    paint(build(), reports.append, init_image=Image.new("RGB", (64, 64), "teal"), steps=10, strength=0.5)
    sampler = server.last["KSampler"]
    assert (sampler["steps"], sampler["denoise"]) == (5, 0.5)
    assert {report.total for report in reports} == {5}
    assert [report.step for report in reports if report.stage == "painting"][-1] == 5


def test_a_transparent_picture_is_put_on_white_and_brought_to_size(server, build):
    source = Image.new("RGBA", (100, 40), (0, 0, 0, 0))
    paint(build(), init_image=source, width=64, height=32)
    sent = uploaded(server, server.last["LoadImage"]["image"])
    assert (sent.mode, sent.size, sent.getpixel((0, 0))) == ("RGB", (64, 32), (255, 255, 255))


def test_a_mask_is_white_where_it_is_painted(server, build):
    mask = Image.new("L", (64, 64), 0)
    mask.paste(255, (0, 0, 32, 64))
    source = Image.new("RGB", (64, 64), "teal")
    (picture,) = paint(build(), init_image=source, mask=mask, strength=1.0)
    sent = uploaded(server, server.last["LoadImageMask"]["image"]).convert("L")
    assert sent.tobytes() == mask.tobytes()
    assert picture.image.crop((32, 0, 64, 64)).tobytes() == source.crop((32, 0, 64, 64)).tobytes()
    assert picture.image.getpixel((5, 5)) != source.getpixel((5, 5))


def test_a_grown_picture_is_painted_padded_and_cut(server, build):
    source = Image.new("RGB", (70, 66), "teal")
    (picture,) = paint(build(), init_image=source, outpaint=(5, 0, 0, 0))
    assert uploaded(server, server.last["LoadImage"]["image"]).size == (80, 72)
    assert picture.image.size == (75, 66)
    assert server.last["KSampler"]["denoise"] == 0.9, "less would leave the ground the haze that it is"


def test_loras_follow_one_another(server, build):
    loras = (Lora(name="line art", weight=0.5), Lora(name="pixel-art-xl", weight=-1))
    paint(build(), loras=loras)
    one, two = nodes_of(server, "LoraLoader")
    assert (one["lora_name"], one["strength_model"]) == ("more/Line_Art.safetensors", 0.5)
    assert (two["lora_name"], two["strength_clip"]) == ("pixel-art-xl.safetensors", -1)
    first = next(name for name, node in server.prompts[-1].items() if node["inputs"] == one)
    assert (two["model"], two["clip"]) == ([first, 0], [first, 1])


@pytest.mark.parametrize(
    ("control", "network", "union"),
    [
        ("canny", "xl-canny.safetensors", None),
        ("segmentation", "xl-union-promax.safetensors", "segment"),
    ],
    ids=["canny", "segmentation"],
)
def test_a_control_map_is_followed_by_a_network_for_it(server, build, control, network, union):
    picture = Image.effect_noise((80, 80), 40).convert("RGB")
    paint(
        build(), control_image=picture, control=control, control_prepared=True, control_strength=0.6, steps=2
    )
    assert server.last["ControlNetLoader"] == {"control_net_name": network}
    assert server.last.get("SetUnionControlNetType", {}).get("type") == union
    assert server.last["ControlNetApplyAdvanced"]["strength"] == 0.6
    assert uploaded(server, server.last["LoadImage"]["image"]).size == (64, 64)


def test_a_network_of_the_checkpoints_family_comes_first(server, build):
    server.models.checkpoints = ["v1-5-pruned-emaonly.safetensors"]
    picture = Image.new("RGB", (64, 64))
    paint(build(), control_image=picture, control="canny", control_prepared=True)
    assert server.last["ControlNetLoader"] == {"control_net_name": "control_v11p_sd15_canny.pth"}


def test_a_refiner_takes_over_the_noise_schedule(server, build):
    reports = []
    paint(build(), reports.append, steps=10, refiner="ensemble", handover=0.7)
    base, refined = nodes_of(server, "KSamplerAdvanced")
    assert (base["start_at_step"], base["end_at_step"], base["return_with_leftover_noise"]) == (
        0,
        7,
        "enable",
    )
    assert (refined["start_at_step"], refined["add_noise"], refined["steps"]) == (7, "disable", 10)
    checkpoints = [node["ckpt_name"] for node in nodes_of(server, "CheckpointLoaderSimple")]
    assert checkpoints == ["sd_xl_base_1.0.safetensors", "sd_xl_refiner_1.0.safetensors"]
    steps = [report.step for report in reports if report.stage == "painting"]
    assert set(range(1, 11)) <= set(steps), "each step of both is told"


def test_a_refiner_goes_over_the_finished_picture(server, build):
    paint(build(), steps=10, refiner="image", refiner_strength=0.3)
    base, refined = nodes_of(server, "KSampler")
    assert (base["denoise"], refined["denoise"], refined["steps"]) == (1.0, 0.3, 3)


@pytest.mark.parametrize(
    ("factor", "model"), [(2, "RealESRGAN_x2plus.pth"), (4, "4x-UltraSharp.pth")], ids=["2", "4"]
)
def test_the_model_that_enlarges_is_chosen_by_its_name(server, build, factor, model):
    (picture,) = paint(build(), init_image=Image.new("RGB", (20, 10), "teal"), upscale=factor)
    assert server.last["UpscaleModelLoader"] == {"model_name": model}
    assert picture.image.size == (20 * factor, 10 * factor)
    assert picture.notes == ()


def test_a_model_of_another_scale_is_brought_to_size_and_that_is_said(server, build):
    server.models.upscale_models = ["4x-UltraSharp.pth"]
    (picture,) = paint(build(), init_image=Image.new("RGB", (20, 10), "teal"), upscale=2)
    assert picture.image.size == (40, 20)
    assert picture.notes == ("enlarged 4 times, then brought to 2 times",)


def test_options_reach_what_the_request_has_no_word_for(server, build):
    options = {"sampler": "RES 2S", "schedule": "sgm uniform", "vae": "sdxl_vae", "clip_skip": 2}
    paint(build(), options=options)
    assert (server.last["KSampler"]["sampler_name"], server.last["KSampler"]["scheduler"]) == (
        "res_2s",
        "sgm_uniform",
    )
    assert server.last["VAELoader"] == {"vae_name": "sdxl_vae.safetensors"}
    assert server.last["CLIPSetLastLayer"]["stop_at_clip_layer"] == -2


def test_previews_are_what_the_server_shows(build):
    reports = []
    (picture,) = paint(build(), reports.append, steps=4)
    assert reports[0].preview is None, "the server has shown nothing yet"
    seen = [np.asarray(report.preview()) for report in reports if report.preview is not None]
    shown = {preview.tobytes() for preview in seen}
    assert len(shown) > 3, "each step has a preview of its own"
    assert seen[-1].tobytes() == np.asarray(picture.image).tobytes()


@pytest.mark.parametrize(
    ("fields", "match", "hint"),
    [
        (
            {"loras": [{"name": "pixel-art"}, {"name": "line-arts"}]},
            "no LoRA 'line-arts'",
            "Did you mean 'more/Line_Art",
        ),
        ({"options": {"vae": "other"}}, "no VAE 'other'", "It has: sdxl_vae"),
        ({"scheduler": "lms"}, "no sampler 'lms'", "It has: euler"),
        ({"options": {"schedule": "bong_tangent"}}, "no schedule 'bong_tangent'", "It has: simple"),
    ],
    ids=["lora", "vae", "sampler", "schedule"],
)
def test_what_the_server_does_not_have_is_said_with_what_it_has(server, build, fields, match, hint):
    with pytest.raises(UnknownEngineError, match=match) as caught:
        paint(build(), **fields)
    assert caught.value.hint.startswith(hint)
    assert not server.prompts, "it was sent all the same"


def test_a_checkpoint_nearly_named_is_suggested(build):
    with pytest.raises(UnknownEngineError, match="no checkpoint 'sd_xl_bose'") as caught:
        paint(build("sd_xl_bose"))
    assert caught.value.hint.startswith("Did you mean 'sd_xl_base_1.0.safetensors'?")


@pytest.mark.parametrize(
    ("emptied", "fields", "match", "folder"),
    [
        ("checkpoints", {}, "no checkpoint", "checkpoints"),
        ("controlnet", {"control": "canny"}, "no ControlNet for canny", "controlnet"),
        ("checkpoints", {"refiner": "image"}, "no checkpoint", "checkpoints"),
    ],
    ids=["checkpoint", "controlnet", "refiner"],
)
def test_an_empty_folder_is_named(server, build, emptied, fields, match, folder):
    if "control" in fields:
        fields = {**fields, "control_image": Image.new("RGB", (64, 64)), "control_prepared": True}
    setattr(server.models, emptied, [])
    with pytest.raises(EngineError, match=match) as caught:
        paint(build(), **fields)
    assert f"models/{folder}" in caught.value.hint


def test_a_base_model_alone_does_not_refine(server, build):
    server.models.checkpoints = ["sd_xl_base_1.0.safetensors"]
    with pytest.raises(EngineError, match="no checkpoint named refiner"):
        paint(build(), refiner="image")
    paint(build(refiner="sd_xl_base"), refiner="image")
    assert len(nodes_of(server, "CheckpointLoaderSimple")) == 2
