"""Weights of every shape become the same pipeline, or are refused with what is wrong about them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from studiolo.engines.diffusers import DiffusersImageEngine
from studiolo.engines.diffusers.choosing import choose_weights
from studiolo.engines.diffusers.loading import Loaded, load
from studiolo.engines.diffusers.options import DiffusersOptions
from studiolo.engines.local.machine import Placement
from studiolo.errors import EngineError, StudioloError, UnsupportedRequestError
from tests.engines.diffusers import original, tiny
from tests.engines.diffusers.conftest import Build
from tests.engines.diffusers.test_refining import paint

CPU = Placement(device="cpu", dtype="float32")


def loaded(engine: DiffusersImageEngine) -> Loaded:
    options = DiffusersOptions()
    return load(choose_weights(engine.config, options), CPU, options)


@pytest.fixture
def broken(sd: Path, tmp_path: Path) -> Path:
    """A copy of the model, for the test to break."""
    return Path(shutil.copytree(sd, tmp_path / "broken"))


def drop_tensor(file: Path, name: str) -> None:
    from safetensors.torch import load_file, save_file

    tensors = load_file(file)
    del tensors[name]
    save_file(tensors, file, metadata={"format": "pt"})


def test_a_single_file_paints_what_its_folder_paints(engine_for: Build, sd: Path):
    file = original.save_as_single_file(sd, sd.with_suffix(".safetensors"))
    one, other = (paint(engine_for(place), steps=2, width=64, height=64) for place in (sd, file))
    assert one.image.tobytes() == other.image.tobytes()
    assert other.model == sd.name


def test_a_single_file_that_lacks_tensors_is_refused(engine_for: Build, sd: Path, tmp_path: Path):
    shutil.copytree(sd, tmp_path / "cut")
    file = original.save_as_single_file(sd, tmp_path / "cut.safetensors", without="middle_block.2.out")
    with pytest.raises(EngineError, match="lacks some of the tensors"):
        loaded(engine_for(file))


def test_weights_in_half_precision_with_names_of_their_own(engine_for: Build, tmp_path: Path):
    folder = tiny.sdxl(tmp_path / "half", variant="fp16")
    assert (folder / "unet" / "diffusion_pytorch_model.fp16.safetensors").is_file()
    assert paint(engine_for(folder), steps=1).image.size == (64, 64)


@pytest.mark.parametrize(
    ("file", "tensor"),
    [
        ("unet/diffusion_pytorch_model.safetensors", "conv_in.weight"),
        ("vae/diffusion_pytorch_model.safetensors", "decoder.conv_out.bias"),
    ],
)
def test_a_part_that_lacks_tensors_says_which(engine_for: Build, broken: Path, file: str, tensor: str):
    drop_tensor(broken / file, tensor)
    with pytest.raises(EngineError, match=f"1 of the tensors of its {file[:3]}.*'{tensor}'") as caught:
        loaded(engine_for(broken))
    assert "studiolo pull" in caught.value.hint


def test_a_file_that_is_cut_off_is_said(engine_for: Build, broken: Path):
    file = broken / "unet" / "diffusion_pytorch_model.safetensors"
    file.write_bytes(file.read_bytes()[:5000])
    with pytest.raises(EngineError) as caught:
        paint(engine_for(broken), steps=1)
    assert caught.value.hint


def test_pickles_are_refused(engine_for: Build, broken: Path, tmp_path: Path):
    weights = broken / "unet" / "diffusion_pytorch_model.safetensors"
    weights.rename(weights.with_suffix(".bin"))
    with pytest.raises(StudioloError):
        loaded(engine_for(broken))
    (tmp_path / "model.ckpt").write_bytes(b"\x80\x04")
    with pytest.raises(UnsupportedRequestError, match="any code"):
        loaded(engine_for(tmp_path / "model.ckpt"))


def test_files_that_end_otherwise_are_not_opened(engine_for: Build, sd: Path, tmp_path: Path):
    """Their headers may be those of safetensors; diffusers goes by the name, and would unpickle them."""
    weights = (sd / "vae" / "diffusion_pytorch_model.safetensors").read_bytes()
    (tmp_path / "vae.weights").write_bytes(weights)
    options = DiffusersOptions(vae=str(tmp_path / "vae.weights"))
    with pytest.raises(EngineError, match=r"'vae.weights' .* is no .safetensors file"):
        load(choose_weights(engine_for(sd, vae=options.vae).config, options), CPU, options)
    (tmp_path / "model.weights").write_bytes(weights)
    with pytest.raises(StudioloError, match="There is no model '"):
        loaded(engine_for(tmp_path / "model.weights"))


@pytest.mark.parametrize("part", ["unet", "scheduler", "tokenizer"])
@pytest.mark.parametrize("cls", [["a_module_of_theirs", "Thing"], ["transformers", "AutoTokenizer"]], ids=str)
def test_no_module_that_an_index_names_is_imported(
    engine_for: Build, broken: Path, monkeypatch: pytest.MonkeyPatch, part: str, cls: list[str]
):
    (broken / "a_module_of_theirs.py").write_text("raise SystemExit('it ran')\nThing = None\n")
    monkeypatch.syspath_prepend(str(broken))
    index = json.loads((broken / "model_index.json").read_text("utf-8"))
    (broken / "model_index.json").write_text(json.dumps({**index, part: cls}), "utf-8")

    with pytest.raises(EngineError, match=f"wants its {part} from {cls[0]}.*any code"):
        loaded(engine_for(broken))


def test_the_pipelines_of_all_tasks_share_their_parts(engine_for: Build, sd: Path):
    model = loaded(engine_for(sd))
    kinds: tuple[Any, ...] = ("text", "image", "inpaint")
    made = [model.pipeline(kind) for kind in kinds]
    assert len({id(pipe) for pipe in made}) == 3
    assert len({id(pipe.unet) for pipe in made}) == len({id(pipe.vae) for pipe in made}) == 1
    assert model.pipeline("image") is made[1]


def test_neither_checker_nor_watermark_comes_with_it(engine_for: Build, sd: Path, sdxl: Path):
    assert loaded(engine_for(sd)).base.components["safety_checker"] is None
    assert loaded(engine_for(sdxl)).pipeline("image").watermark is None


def test_another_autoencoder_stands_in(engine_for: Build, sd: Path, tmp_path: Path):
    other = tmp_path / "other-vae"
    tiny.vae(scaling_factor=0.5).save_pretrained(other)
    engine = engine_for(sd, vae=str(other))
    options = DiffusersOptions(vae=str(other))
    model = load(choose_weights(engine.config, options), CPU, options)
    assert model.base.vae.config.scaling_factor == 0.5
