"""What is written inside a file comes back, here and in other programs' readers."""

import io
import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, PngImagePlugin
from sd_parsers import ParserManager

from studiolo.errors import InvalidImageError
from studiolo.imaging.metadata import SOFTWARE, encode_image, read_metadata, strip_metadata
from studiolo.imaging.parameters import Parameters, format_parameters, parse_parameters
from studiolo.imaging.xmp import MADE_BY_MODEL, PARTLY_MADE_BY_MODEL, Xmp, read_xmp, write_xmp

MADE = Parameters(
    prompt="a cat, 日本 🐈 <b>&\nin the snow",
    negative_prompt="blurry: very, dark",
    steps=12,
    sampler="Heun",
    guidance_scale=3.5,
    seed=4294967295,
    model="pocket: one, two",
    strength=0.6,
    palette=("#264653", "#2a9d8f"),
)
RECORD = {"version": 1, "request": {"prompt": MADE.prompt, "seed": 7, "options": {"control": "\x0b"}}}


def picture(mode: str = "RGB") -> Image.Image:
    rows, columns = np.mgrid[0:48, 0:64]
    pixels = np.stack([rows * 4, columns * 3, rows + columns, 255 - rows], -1).astype(np.uint8)
    return Image.fromarray(pixels[..., : len(mode)])


def png(**texts: str) -> bytes:
    info = PngImagePlugin.PngInfo()
    for name, text in texts.items():
        info.add_text(name.replace("__", "-"), text)
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48)).save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_round_trip(kind):
    content = encode_image(picture(), kind, MADE, RECORD)
    found = read_metadata(content)
    expected = replace(MADE, width=64, height=48, software=SOFTWARE)
    assert {name: getattr(found, name) for name in vars(expected)} == vars(expected)
    assert found.record == RECORD
    assert found.ai_generated
    xmp = read_xmp(found.raw["XML:com.adobe.xmp"])
    assert (xmp.source_type, xmp.creator_tool) == (MADE_BY_MODEL, SOFTWARE)
    assert xmp.description == MADE.prompt
    if kind == "png":
        assert Image.open(io.BytesIO(content)).tobytes() == picture().tobytes()


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_another_reader_understands_our_files(kind):
    plain = replace(MADE, prompt="a red apple", negative_prompt="blurry", model="pocket")
    found = ParserManager().parse(io.BytesIO(encode_image(picture(), kind, plain, RECORD)))
    assert found.full_prompt == "a red apple"
    assert found.full_negative_prompt == "blurry"
    assert found.samplers[0].parameters["seed"] == "4294967295"
    assert found.samplers[0].model.name == "pocket"


def test_parameters_text_is_a1111s():
    made = replace(MADE, prompt="a cat", negative_prompt="", width=512, height=768, software="studiolo 1.2")
    assert format_parameters(made) == (
        "a cat\nSteps: 12, Sampler: Heun, CFG scale: 3.5, Seed: 4294967295, Size: 512x768, "
        'Model: "pocket: one, two", Denoising strength: 0.6, Palette: #264653 #2a9d8f, Version: studiolo 1.2'
    )


def test_a_palette_is_read_where_it_is_one_and_not_where_the_word_means_something_else():
    settings = "a cat\nSteps: 12, Sampler: Heun, Seed: 4, Palette: "
    for text, palette in (("#fff 264653", ("#ffffff", "#264653")), ("warm", ()), ("", ())):
        found = parse_parameters(settings + text)
        assert found is not None
        assert found.palette == palette


def test_reads_a1111():
    text = (
        "girl with a beret, (blue eyes:1.2)\ndesert\nNegative prompt: ugly, [blurry]\nSteps: 20, "
        "Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7, Seed: 965400086, Size: 512x640, "
        'Model hash: 45dee52b, Model: sd-1.5, Denoising strength: 0.45, Lora hashes: "a: 12, b: 34", '
        "Version: v1.10.1"
    )
    found = read_metadata(png(parameters=text))
    assert found.prompt == "girl with a beret, (blue eyes:1.2)\ndesert"
    assert found.negative_prompt == "ugly, [blurry]"
    assert (found.steps, found.sampler, found.guidance_scale) == (20, "DPM++ 2M Karras", 7.0)
    assert (found.seed, found.model, found.strength) == (965400086, "sd-1.5", 0.45)
    assert (found.width, found.height) == (64, 48)  # the pixels, not what the text says
    assert found.software == "AUTOMATIC1111 v1.10.1"
    assert found.ai_generated
    assert found.record is None


def test_a_prompt_alone_is_no_settings():
    assert parse_parameters("a cat, a dog: together") is None
    assert parse_parameters("") is None


NODES = {
    "3": {
        "class_type": "KSampler",
        "inputs": {
            "seed": 156680208700286,
            "steps": 20,
            "cfg": 8.0,
            "sampler_name": "euler",
            "model": ["4", 0],
            "positive": ["6", 0],
            "negative": ["7", 0],
            "latent_image": ["5", 0],
        },
    },
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "v1-5.ckpt"}},
    "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 512, "height": 768}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": ["10", 0], "clip": ["4", 1]}},
    "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "watermark", "clip": ["4", 1]}},
    "10": {"class_type": "PrimitiveString", "inputs": {"value": "glass bottle"}},
}
# A second pass that refines the first, and Flux's separate parts.
HIRES = {
    **NODES,
    "12": {
        "class_type": "KSampler",
        "inputs": {**NODES["3"]["inputs"], "steps": 5, "latent_image": ["3", 0]},
    },
}
FLUX = {
    "1": {
        "class_type": "SamplerCustomAdvanced",
        "inputs": {"noise": ["2", 0], "guider": ["3", 0], "sampler": ["4", 0], "sigmas": ["5", 0]},
    },
    "2": {"class_type": "RandomNoise", "inputs": {"noise_seed": 156680208700286}},
    "3": {"class_type": "BasicGuider", "inputs": {"conditioning": ["6", 0], "model": ["7", 0]}},
    "4": {"class_type": "KSamplerSelect", "inputs": {"sampler_name": "euler"}},
    "5": {"class_type": "BasicScheduler", "inputs": {"steps": 20, "model": ["7", 0]}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "glass bottle"}},
    "7": {"class_type": "UNETLoader", "inputs": {"unet_name": "v1-5.ckpt"}},
}


@pytest.mark.parametrize(("nodes", "negative"), [(NODES, "watermark"), (HIRES, "watermark"), (FLUX, "")])
def test_reads_comfyui(nodes, negative):
    found = read_metadata(png(prompt=json.dumps(nodes)))
    assert (found.prompt, found.negative_prompt) == ("glass bottle", negative)
    assert (found.seed, found.steps, found.sampler) == (156680208700286, 20, "euler")
    assert (found.model, found.software, found.ai_generated) == ("v1-5.ckpt", "ComfyUI", True)


def test_reads_invokeai_and_novelai():
    made = {"positive_prompt": "a castle", "negative_prompt": "blurry", "seed": 42, "cfg_scale": 7.5}
    made |= {
        "steps": 30,
        "scheduler": "ddim",
        "model": {"name": "Dream", "base": "sdxl"},
        "app_version": "5.1",
    }
    found = read_metadata(png(invokeai_metadata=json.dumps(made)))
    assert (found.prompt, found.negative_prompt, found.seed) == ("a castle", "blurry", 42)
    assert (found.model, found.sampler, found.software) == ("Dream", "ddim", "InvokeAI 5.1")
    old = {
        "image": {"prompt": [{"prompt": "a castle", "weight": 1}], "steps": 50, "seed": 3, "sampler": "k_lms"}
    }
    found = read_metadata(png(sd__metadata=json.dumps(old)))
    assert (found.prompt, found.steps, found.seed) == ("a castle", 50, 3)
    comment = {"prompt": "1girl", "uc": "lowres", "steps": 28, "scale": 11, "seed": 5, "sampler": "k_euler"}
    found = read_metadata(png(Software="NovelAI", Comment=json.dumps(comment)))
    assert (found.prompt, found.negative_prompt, found.guidance_scale) == ("1girl", "lowres", 11)


@pytest.mark.parametrize(
    "texts",
    [
        {},
        {"prompt": "{"},
        {"prompt": "[1, 2]"},
        {"prompt": '{"1": 3, "2": {"inputs": [1]}}'},
        {"invokeai_metadata": '{"model": 3, "seed": "x", "steps": 1e999}'},
        {"prompt": "[" * 5000},
        {"studiolo": "[]"},
        {"parameters": "Steps: , Seed: x, Size: 9x"},
        {"XML:com.adobe.xmp": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'},
        {"XML:com.adobe.xmp": "<a><b>"},
    ],
)
def test_odd_texts_do_no_harm(texts):
    found = read_metadata(png(**texts))
    assert found.record is None
    assert found.seed is None


def test_comfyui_loop_ends():
    nodes = {"1": {"class_type": "KSampler", "inputs": {"steps": 3, "positive": ["2", 0]}}}
    nodes["2"] = {"class_type": "X", "inputs": {"a": ["1", 0]}}
    assert read_metadata(png(prompt=json.dumps(nodes))).steps == 3


def test_inpainting_is_marked_as_partly_made():
    found = read_metadata(encode_image(picture(), "png", MADE, partly=True))
    assert read_xmp(found.raw["XML:com.adobe.xmp"]).source_type == PARTLY_MADE_BY_MODEL
    assert found.ai_generated


def test_a_record_too_large_for_jpeg_is_left_out():
    found = read_metadata(encode_image(picture(), "jpeg", MADE, {"notes": "x" * 70_000}))
    assert (found.record, found.seed) == (None, MADE.seed)


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp", "webp-alpha", "webp-plain", "webp-lossless"])
def test_strip_keeps_pixels_and_mark_only(kind, tmp_path):
    if kind in {"webp-plain", "webp-lossless"}:  # without the extended header
        buffer = io.BytesIO()
        picture().save(buffer, "WEBP", lossless=kind == "webp-lossless")
        content = buffer.getvalue()
    else:
        image = picture("RGBA" if kind == "webp-alpha" else "RGB")
        content = encode_image(image, kind.split("-")[0], MADE, RECORD)
    stripped = strip_metadata(content)
    found = read_metadata(stripped)
    assert (found.prompt, found.seed, found.record) == ("", None, None)
    assert found.ai_generated == ("plain" not in kind and "lossless" not in kind)
    before, after = (Image.open(io.BytesIO(data)) for data in (content, stripped))
    assert (before.mode, before.tobytes()) == (after.mode, after.tobytes())
    for word in (b"snow", b"s\0n\0o\0w", b"\0s\0n\0o\0w", b"parameters", b"blurry"):
        assert word not in stripped


def test_strip_refuses_what_it_cannot_take_apart():
    buffer = io.BytesIO()
    picture().save(buffer, "BMP")
    with pytest.raises(InvalidImageError, match="Only PNG, JPEG and WebP"):
        strip_metadata(buffer.getvalue())
    with pytest.raises(InvalidImageError):
        strip_metadata(encode_image(picture(), "jpeg", MADE)[:300])


def test_xmp_of_others_as_attributes():
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description xmlns:e="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
        f'e:DigitalSourceType="{MADE_BY_MODEL}"/></rdf:RDF></x:xmpmeta>'
    )
    assert read_xmp(packet).ai_generated
    assert read_xmp(write_xmp(Xmp(description="a\x00b\x0bc"))).description == "abc"
    assert not read_xmp(b"\xff\xfe rubbish").ai_generated
    assert not read_xmp("").ai_generated
