"""What a folder or a file is, by its index, its configurations and the names of its tensors."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from studiolo.engines.diffusers.families import FAMILIES, components, identify
from studiolo.errors import EngineError, UnknownEngineError
from tests.engines.diffusers import tiny
from tests.engines.local.repositories import pipeline, safetensors, write

PREFIX = "model.diffusion_model."
SDXL = "conditioner.embedders.1.model.transformer.resblocks.9.mlp.c_proj.bias"
REFINER = "conditioner.embedders.0.model.transformer.resblocks.9.mlp.c_proj.bias"
CLIP = "cond_stage_model.transformer.text_model.embeddings.position_embedding.weight"
OPEN_CLIP = "cond_stage_model.model.token_embedding.weight"
ATTENTION = f"{PREFIX}input_blocks.2.1.transformer_blocks.0.attn2.to_k.weight"
FIRST = f"{PREFIX}input_blocks.0.0.weight"


def test_folders_of_real_classes(sdxl: Path, sd: Path, tmp_path: Path):
    assert identify(sdxl).name == "sdxl"
    assert identify(sdxl).side_px == tiny.SIDE_PX
    assert identify(sd).name == "sd"
    assert identify(tiny.sdxl_refiner(tmp_path / "refiner")).name == "sdxl-refiner"


def test_a_folder_saved_from_another_task_is_the_same_family(tmp_path: Path):
    assert identify(pipeline(tmp_path / "a", "StableDiffusionXLInpaintPipeline")).name == "sdxl"
    assert identify(pipeline(tmp_path / "b", "StableDiffusionXLImg2ImgPipeline")).name == "sdxl"
    refiner = pipeline(
        tmp_path / "c", "StableDiffusionXLImg2ImgPipeline", without=("text_encoder", "tokenizer")
    )
    assert identify(refiner).name == "sdxl-refiner"
    assert "text_encoder" not in components(refiner)


@pytest.mark.parametrize(
    ("cls", "family"),
    [
        ("StableDiffusion3Pipeline", "sd3"),
        ("FluxPipeline", "flux"),
        ("StableDiffusionUpscalePipeline", "upscaler-x4"),
        ("StableDiffusionLatentUpscalePipeline", "upscaler-x2-latent"),
    ],
)
def test_other_families(tmp_path: Path, cls: str, family: str):
    assert identify(pipeline(tmp_path, cls)).name == family


def test_stable_diffusion_2_has_wider_words(tmp_path: Path):
    unet = {"cross_attention_dim": 1024, "sample_size": 96}
    found = identify(pipeline(tmp_path, "StableDiffusionPipeline", unet=unet))
    assert (found.name, found.side_px) == ("sd2", 768)


def test_models_made_for_a_few_steps(tmp_path: Path):
    few = identify(pipeline(tmp_path / "turbo", scheduler={"timestep_spacing": "trailing"}))
    assert few.distilled
    assert (few.steps, few.guidance_scale) == (4, 0.0)
    many = {"timestep_spacing": "trailing", "prediction_type": "v_prediction"}
    assert not identify(pipeline(tmp_path / "v", scheduler=many)).distilled
    schnell = pipeline(tmp_path / "schnell", "FluxPipeline", unet={"guidance_embeds": False})
    assert identify(schnell).distilled


def test_models_made_for_inpainting(tmp_path: Path):
    assert identify(pipeline(tmp_path, "StableDiffusionInpaintPipeline", unet={"in_channels": 9})).fills_only


def test_a_pipeline_that_studiolo_does_not_run_is_named(tmp_path: Path):
    with pytest.raises(UnknownEngineError, match="AudioLDM2Pipeline") as caught:
        identify(pipeline(tmp_path, "AudioLDM2Pipeline"))
    assert "Stable Diffusion XL" in caught.value.hint


def test_a_folder_without_index_and_one_with_a_damaged_one(tmp_path: Path):
    with pytest.raises(UnknownEngineError, match=r"no model_index\.json"):
        identify(tmp_path)
    (tmp_path / "model_index.json").write_text("{")
    with pytest.raises(EngineError, match="damaged"):
        identify(tmp_path)
    (tmp_path / "model_index.json").write_text("[]")
    with pytest.raises(EngineError, match="damaged"):
        identify(tmp_path)


@pytest.mark.parametrize(
    ("tensors", "family", "fills"),
    [
        ({SDXL: [4], FIRST: [8, 4, 3, 3], ATTENTION: [2, 2048]}, "sdxl", False),
        ({SDXL: [4], FIRST: [8, 9, 3, 3]}, "sdxl", True),
        ({REFINER: [4]}, "sdxl-refiner", False),
        ({CLIP: [4], ATTENTION: [2, 768], FIRST: [8, 4, 3, 3]}, "sd", False),
        ({OPEN_CLIP: [4], ATTENTION: [2, 1024]}, "sd2", False),
        ({OPEN_CLIP: [4], f"{PREFIX}input_blocks.10.0.skip_connection.bias": [4]}, "upscaler-x4", False),
    ],
    ids=["sdxl", "sdxl-inpainting", "refiner", "sd", "sd2", "x4"],
)
def test_single_files(tmp_path: Path, tensors: dict[str, list[int]], family: str, fills: bool):
    file = tmp_path / "model.safetensors"
    file.write_bytes(safetensors(tensors))
    assert (identify(file).name, identify(file).fills_only) == (family, fills)


@pytest.mark.parametrize(
    ("tensors", "said"),
    [
        ({"lora_unet_down.lora_up.weight": [4]}, "holds a LoRA"),
        ({"unknown.weight": [4]}, "'unknown.weight' and the like"),
        ({"double_blocks.0.img_attn.norm.key_norm.scale": [4]}, "FLUX.1 in a single file"),
    ],
    ids=["lora", "unknown", "flux"],
)
def test_single_files_that_are_no_whole_model(tmp_path: Path, tensors: dict[str, list[int]], said: str):
    (tmp_path / "x.safetensors").write_bytes(safetensors(tensors))
    with pytest.raises(UnknownEngineError, match=said):
        identify(tmp_path / "x.safetensors")


def test_a_file_that_is_cut_off(tmp_path: Path):
    write(tmp_path, {"x.safetensors": safetensors({SDXL: [400]})[:-10]})
    with pytest.raises(EngineError, match="cut off or damaged"):
        identify(tmp_path / "x.safetensors")


def test_families_are_what_diffusers_has():
    diffusers = pytest.importorskip("diffusers")
    for family in FAMILIES.values():
        for name in family.pipelines.values():
            assert hasattr(diffusers, name), name


def test_reading_needs_no_torch(tmp_path: Path):
    import subprocess

    code = f"""
import sys
from pathlib import Path
from studiolo.engines.diffusers.families import identify
identify(Path({str(pipeline(tmp_path))!r}))
assert not {{"torch", "diffusers", "transformers"}} & set(sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
