"""Workflows of the user's own: where things go in them, what they can do, and what is wrong with them."""

from __future__ import annotations

import copy
import json
import socket
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageOps

from studiolo.engines.base import EngineConfig
from studiolo.engines.comfyui import ComfyUIImageEngine
from studiolo.errors import InputError, InvalidRequestError, OfflineError, SettingsError, UnknownEngineError
from tests.engines.comfyui.conftest import complete, paint
from tests.engines.comfyui.test_server import GRAPH

# Flux as ComfyUI's own template of it samples: a guider, a number for guidance, words behind a text node.
FLUX: dict[str, Any] = {
    "5": {"class_type": "EmptySD3LatentImage", "inputs": {"width": 1024, "height": 768, "batch_size": 1}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": ["40", 0], "clip": ["11", 0]}},
    "8": {"class_type": "VAEDecode", "inputs": {"samples": ["13", 0], "vae": ["10", 0]}},
    "9": {"class_type": "SaveImage", "inputs": {"filename_prefix": "flux", "images": ["8", 0]}},
    "13": {
        "class_type": "SamplerCustomAdvanced",
        "inputs": {
            "noise": ["25", 0],
            "guider": ["22", 0],
            "sampler": ["16", 0],
            "sigmas": ["17", 0],
            "latent_image": ["5", 0],
        },
    },
    "16": {"class_type": "KSamplerSelect", "inputs": {"sampler_name": "res_2s"}},
    "17": {
        "class_type": "BasicScheduler",
        "inputs": {"scheduler": "simple", "steps": 28, "denoise": 1, "model": ["12", 0]},
    },
    "22": {"class_type": "BasicGuider", "inputs": {"model": ["12", 0], "conditioning": ["26", 0]}},
    "25": {"class_type": "RandomNoise", "inputs": {"noise_seed": 219670278747233}},
    "26": {"class_type": "FluxGuidance", "inputs": {"guidance": 3.5, "conditioning": ["6", 0]}},
    "40": {"class_type": "PrimitiveString", "inputs": {"value": "a cat"}},
}


def inpainting(**loader: Any) -> dict[str, Any]:
    """The example's graph, from a picture whose alpha is the mask."""
    graph = copy.deepcopy(GRAPH)
    del graph["5"]
    graph["3"]["inputs"] |= {"latent_image": ["12", 0], "denoise": 0.7}
    graph["10"] = {"class_type": "LoadImage", "inputs": {"image": "example.png"}, **loader}
    graph["11"] = {"class_type": "VAEEncode", "inputs": {"pixels": ["10", 0], "vae": ["4", 2]}}
    graph["12"] = {"class_type": "SetLatentNoiseMask", "inputs": {"samples": ["11", 0], "mask": ["10", 1]}}
    return graph


@pytest.fixture
def write(tmp_path):
    def make(graph: Any, name: str = "portrait.json") -> Path:
        file = tmp_path / name
        file.write_text(graph if isinstance(graph, str) else json.dumps(graph))
        return file

    return make


def test_offline_not_even_the_websocket_is_connected(write):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        options = {
            "base_url": f"http://0.0.0.0:{listening.getsockname()[1]}",  # which is none of loopback's
            "workflow": str(write(GRAPH)),
        }
        engine = ComfyUIImageEngine(EngineConfig(options=options, offline=True))
        with pytest.raises(OfflineError):
            paint(engine)
        with pytest.raises(BlockingIOError):
            listening.accept()


@pytest.fixture
def own(build, write):
    """An engine with a workflow."""

    def make(graph: Any, model: str | None = None, **options: Any):
        return build(model, name="lab", workflow=str(write(graph)), **options)

    return make


def test_an_export_as_it_is_takes_a_request(server, own):
    engine = own(GRAPH)
    (picture,) = paint(
        engine, prompt="a harbour", negative_prompt="fog", width=80, height=64, steps=3, scheduler="Euler a"
    )
    sampler = server.last["KSampler"]
    assert (sampler["seed"], sampler["steps"]) == (7, 3)
    assert (sampler["sampler_name"], sampler["scheduler"]) == ("euler_ancestral", "normal")
    assert {node["inputs"].get("text") for node in server.prompts[-1].values()} >= {"a harbour", "fog"}
    assert (picture.image.size, picture.engine, picture.model) == ((80, 64), "lab", "portrait.json")


def test_its_own_values_are_the_defaults(server, own):
    engine = own(GRAPH)
    able = engine.capabilities
    assert able.tasks == {"text-to-image"}
    assert able.steps is not None
    assert (able.steps.default, able.sizes.default, able.schedulers[0]) == (5, (64, 48), "euler")
    assert able.strength is None, "there is no picture to leave"
    assert (able.device, able.loras, able.controls, able.upscale) == ("lab", 0, (), ())
    resolved = complete(engine, width=None, height=None, steps=None)
    assert (resolved.width, resolved.height, resolved.steps) == (64, 48, 5)
    list(engine.generate(resolved))
    texts = [node["inputs"].get("text") for node in server.prompts[-1].values()]
    assert "bad hands" in texts, "without a negative prompt its own stays"


def test_a_guider_a_number_and_a_text_node_are_found(own):
    engine = own(FLUX)
    slots = {
        role: [(slot.node, slot.entry) for slot in slots] for role, slots in engine.workflow.slots.items()
    }
    assert slots == {
        "prompt": [("40", "value")],
        "seed": [("25", "noise_seed")],
        "steps": [("17", "steps")],
        "guidance_scale": [("26", "guidance")],
        "sampler": [("16", "sampler_name")],
        "schedule": [("17", "scheduler")],
        "width": [("5", "width")],
        "height": [("5", "height")],
    }
    able = engine.capabilities
    assert (able.schedulers[0], able.negative_prompt) == ("res_2s simple", False)
    assert able.guidance_scale is not None
    assert (able.guidance_scale.default, able.sizes.default) == (3.5, (1024, 768))


def test_the_conditionings_of_a_controlnet_are_kept_apart(own):
    graph = copy.deepcopy(GRAPH)
    graph["20"] = {
        "class_type": "ControlNetApplyAdvanced",
        "inputs": {
            "positive": ["6", 0],
            "negative": ["7", 0],
            "control_net": ["21", 0],
            "image": ["22", 0],
            "strength": 1.0,
            "start_percent": 0.0,
            "end_percent": 1.0,
        },
    }
    graph["21"] = {"class_type": "ControlNetLoader", "inputs": {"control_net_name": "xl-canny.safetensors"}}
    graph["22"] = {"class_type": "LoadImage", "inputs": {"image": "example.png"}}
    graph["3"]["inputs"] |= {"positive": ["20", 0], "negative": ["20", 1]}
    engine = own(graph)
    slots = engine.workflow.slots
    assert [slot.node for slot in slots["prompt"]] == ["6"]
    assert [slot.node for slot in slots["negative_prompt"]] == ["7"]
    assert [slot.node for slot in slots["control_image"]] == ["22"]
    assert engine.capabilities.controls
    with pytest.raises(InvalidRequestError, match="follows a control picture"):
        complete(engine)
    paint(engine, control_image=Image.new("RGB", (64, 64)), control="canny", control_prepared=True)


def test_a_mask_goes_into_the_alpha_of_the_picture(server, own):
    engine = own(inpainting())
    assert engine.capabilities.tasks == {"inpainting", "outpainting"}
    mask = Image.new("L", (64, 64), 0)
    mask.paste(255, (32, 0, 64, 64))
    source = Image.new("RGB", (64, 64), "teal")
    (picture,) = paint(engine, init_image=source, mask=mask)
    sent = server.find(server.last["LoadImage"]["image"])
    assert sent.getchannel("A").tobytes() == ImageOps.invert(mask).tobytes()
    assert server.last["KSampler"]["denoise"] == 0.7, "its own strength is the default"
    assert picture.image.getpixel((5, 5)) == source.getpixel((5, 5))
    assert picture.image.getpixel((60, 5)) != source.getpixel((60, 5))


def test_a_second_pass_keeps_its_strength(own):
    graph = inpainting()
    second = copy.deepcopy(graph["3"])
    second["inputs"] |= {"latent_image": ["3", 0], "denoise": 0.4}
    graph["30"] = second
    graph["8"]["inputs"]["samples"] = ["30", 0]
    slots = own(graph).workflow.slots
    assert [slot.node for slot in slots["strength"]] == ["3"]
    assert [slot.node for slot in slots["seed"]] == ["3", "30"]


def test_titles_say_more_than_links(server, own):
    graph = copy.deepcopy(GRAPH)
    graph["6"]["_meta"], graph["7"]["_meta"] = {"title": "Negative Prompt"}, {"title": "studiolo:prompt"}
    graph["9"]["_meta"] = {"title": "output"}
    paint(own(graph), prompt="a harbour", negative_prompt="fog")
    sent = server.prompts[-1]
    assert (sent["7"]["inputs"]["text"], sent["6"]["inputs"]["text"]) == ("a harbour", "fog")


@pytest.mark.parametrize(
    "inputs",
    [
        {"prompt": "7.text", "seed": "3.seed"},
        "prompt=7.text, seed=3.seed",
        '{"prompt": "7.text", "seed": "3.seed"}',
    ],
    ids=["table", "text", "json"],
)
def test_settings_say_more_than_titles(server, own, inputs):
    paint(own(GRAPH, inputs=inputs), prompt="a harbour")
    assert server.prompts[-1]["7"]["inputs"]["text"] == "a harbour"


def test_one_thing_may_go_to_several_places(server, own):
    engine = own(GRAPH, inputs="prompt=6.text+7.text")
    paint(engine, prompt="a harbour")
    assert [server.prompts[-1][node]["inputs"]["text"] for node in ("6", "7")] == ["a harbour"] * 2
    assert not engine.capabilities.negative_prompt, "its place is taken"


def test_the_output_that_is_named_is_taken(own):
    graph = copy.deepcopy(GRAPH)
    graph["20"] = {
        "class_type": "ImageScale",
        "inputs": {
            "image": ["8", 0],
            "upscale_method": "area",
            "width": 16,
            "height": 16,
            "crop": "disabled",
        },
    }
    graph["21"] = {"class_type": "PreviewImage", "inputs": {"images": ["20", 0]}, "_meta": {"title": "Thumb"}}
    (whole,) = paint(own(graph))
    assert whole.image.size == (64, 64), "what is saved comes before what is only shown"
    assert whole.notes == ("the workflow made 2 pictures; this is the first",)
    (thumb,) = paint(own(graph, output="thumb"))
    assert (thumb.image.size, thumb.notes) == ((16, 16), ("the workflow made it 16x16",))


def test_its_checkpoint_may_be_another(server, own):
    (picture,) = paint(own(GRAPH, "realvis"))
    assert server.last["CheckpointLoaderSimple"] == {"ckpt_name": "photo/realVis_v5.safetensors"}
    assert picture.model == "realvis"
    with pytest.raises(UnknownEngineError, match="no 'realviz' for node 4"):
        paint(own(GRAPH, "realviz"))
    with pytest.raises(SettingsError, match="has its own checkpoint"):
        _ = own(FLUX, "realvis").capabilities


def test_what_it_has_no_place_for_is_refused_before_it_is_sent(server, own):
    engine = own(GRAPH)
    for fields in (
        {"init_image": Image.new("RGB", (64, 64))},
        {"loras": [{"name": "pixel-art"}]},
        {"refiner": "image"},
        {"options": {"vae": "sdxl_vae"}},
        {"control_image": Image.new("RGB", (64, 64))},
    ):
        with pytest.raises(InputError):
            complete(engine, **fields)
    assert not server.received


def test_its_own_sampler_may_be_one_that_only_its_server_has(server, own):
    graph = copy.deepcopy(GRAPH)
    graph["3"]["inputs"] |= {"sampler_name": "res_2s", "scheduler": "beta"}
    (picture,) = paint(own(graph))
    assert picture.request.scheduler == "res_2s beta"
    assert (server.last["KSampler"]["sampler_name"], server.last["KSampler"]["scheduler"]) == (
        "res_2s",
        "beta",
    )


def test_a_sampler_without_a_schedule_is_chosen_alone(own):
    graph = copy.deepcopy(FLUX)
    del graph["17"]["inputs"]["scheduler"]
    assert own(graph).capabilities.schedulers[:2] == ("res_2s", "euler")


def test_a_picture_alone_is_started_from(server, own):
    graph = inpainting()
    graph["3"]["inputs"]["latent_image"] = ["11", 0]
    del graph["12"]
    engine = own(graph, side_px=64)
    assert engine.capabilities.tasks == {"image-to-image"}
    (picture,) = paint(engine, init_image=Image.new("RGB", (96, 64), "teal"), strength=0.25)
    assert (picture.image.size, server.last["KSampler"]["denoise"]) == ((96, 64), 0.25)


def test_a_mask_of_its_own_file_is_found_by_what_it_goes_to(server, own):
    """Also behind a node that makes a mask of a picture."""
    graph = inpainting()
    graph["13"] = {"class_type": "LoadImageMask", "inputs": {"image": "example.png", "channel": "red"}}
    graph["12"]["inputs"]["mask"] = ["13", 0]
    engine = own(graph)
    assert [slot.node for slot in engine.workflow.slots["mask"]] == ["13"]
    mask = Image.new("L", (64, 64), 255)
    paint(engine, init_image=Image.new("RGB", (64, 64), "teal"), mask=mask)
    assert server.find(server.last["LoadImageMask"]["image"]).convert("L").tobytes() == mask.tobytes()
    assert server.find(server.last["LoadImage"]["image"]).mode == "RGB"
    graph["13"] = {"class_type": "LoadImage", "inputs": {"image": "example.png"}}
    graph["14"] = {"class_type": "ImageToMask", "inputs": {"image": ["13", 0], "channel": "red"}}
    graph["12"]["inputs"]["mask"] = ["14", 0]
    assert [slot.node for slot in own(graph).workflow.slots["mask"]] == ["13"]


def test_a_title_may_name_both_sides(own):
    graph = copy.deepcopy(GRAPH)
    graph["5"] = {"class_type": "SomeSize", "inputs": {"width": 64, "height": 64}, "_meta": {"title": "Size"}}
    slots = own(graph).workflow.slots
    assert ([slot.node for slot in slots["width"]], [slot.entry for slot in slots["height"]]) == (
        ["5"],
        ["height"],
    )


PAGE = {"nodes": [{"id": 3, "type": "KSampler"}], "links": [], "version": 0.4}


@pytest.mark.parametrize(
    ("graph", "options", "match", "hint"),
    [
        (PAGE, {}, "what ComfyUI's page saves", "Export"),
        ("{", {}, "is no JSON", "Export"),
        ({"a": 1}, {}, "is no workflow", "Export"),
        ({"9": GRAPH["9"]}, {}, "takes the prompt", "inputs prompt="),
        (GRAPH, {"inputs": "prompt=66.text"}, "no node '66'", "6.text"),
        (GRAPH, {"inputs": "prompt=6.words"}, "CLIPTextEncode has no input 'words'", "It has: clip, text"),
        (GRAPH, {"inputs": "promt=6.text"}, "names 'promt'", "Use: prompt"),
        (GRAPH, {"inputs": "prompt"}, "inputs' must be", "config.toml"),
        (GRAPH, {"output": "99"}, "output in .* is '99'", "numbers"),
    ],
    ids=["page", "json", "other", "prompt", "node", "input", "role", "text", "output"],
)
def test_what_is_wrong_with_a_workflow_is_said(own, graph, options, match, hint):
    engine = own(graph, **options)
    with pytest.raises(SettingsError, match=match) as caught:
        _ = engine.capabilities
    assert hint in caught.value.hint
    assert "\n" not in str(caught.value)
    said = engine.availability()
    assert (said.ready, said.reason) == (False, caught.value.message)


def test_a_file_that_is_not_there_is_said(build, tmp_path):
    with pytest.raises(SettingsError, match="cannot be read: no such file"):
        _ = build(workflow=str(tmp_path / "gone.json")).capabilities
