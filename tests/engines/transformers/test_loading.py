"""What is wrong with a model is said before or while it is loaded, with what to do."""

from __future__ import annotations

import json
import shutil
import struct
from pathlib import Path

import pytest

from studiolo.engines.local import machine
from studiolo.engines.local.machine import Placement
from studiolo.engines.local.weights import weigh
from studiolo.errors import EngineError, OfflineError, StudioloError, UnknownEngineError
from tests.engines.asking import ask, picture, question, said
from tests.engines.transformers import tiny
from tests.engines.transformers.conftest import Build


@pytest.fixture
def copy(llava: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(llava, tmp_path / "copy"))


def fault(engine) -> StudioloError:
    with pytest.raises(StudioloError) as caught:
        ask(engine, question("What?", picture("red")))
    assert caught.value.hint
    return caught.value


def edit(file: Path, **values: object) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text()), **values}))


def test_a_folder_that_is_not_there(engine_for: Build):
    error = fault(engine_for("/no/such/folder"))
    assert isinstance(error, UnknownEngineError)
    assert "config.json" in error.hint


def test_a_folder_without_a_model(tmp_path: Path, engine_for: Build):
    error = fault(engine_for(tmp_path))
    assert isinstance(error, UnknownEngineError)
    assert "holds no model" in error.message


def test_a_model_below_the_models_folder(llava: Path):
    from studiolo.engines.base import EngineConfig
    from studiolo.engines.transformers import TransformersChatEngine

    config = EngineConfig(model=llava.name, models_folder=llava.parent, offline=True, threads=1)
    with TransformersChatEngine(config) as engine:
        assert said(engine, question("What?", picture("red")))


def test_files_laid_out_as_those_of_llava_on_the_hub(llava: Path, copy: Path, engine_for: Build):
    """llava-hf/llava-1.5-7b-hf was saved by an older transformers: other file and tensor names."""
    from safetensors.torch import load_file, save_file

    processor = json.loads((copy / "processor_config.json").read_text())
    pictures = {**processor.pop("image_processor"), "image_processor_type": "CLIPImageProcessor"}
    (copy / "preprocessor_config.json").write_text(json.dumps(pictures))
    (copy / "processor_config.json").write_text(json.dumps(processor))
    weights = load_file(copy / "model.safetensors")
    renamed = {name.replace("vision_tower.", "vision_tower.vision_model."): w for name, w in weights.items()}
    assert renamed.keys() != weights.keys()
    save_file(renamed, copy / "model.safetensors", metadata={"format": "pt"})
    request = question("What?", picture("red"))
    assert said(engine_for(copy), request) == said(engine_for(llava), request)


def test_weights_that_stand_for_two_tensors(tmp_path: Path, engine_for: Build):
    """Models that read and write with the same table of words keep it once: nothing is lacking."""
    folder = tiny.save_llama(tmp_path / "m", tie_word_embeddings=True)
    assert said(engine_for(folder), question("Hm?"))


def test_offline_names_the_command_that_downloads(engine_for: Build):
    error = fault(engine_for("llava-hf/llava-1.5-7b-hf"))
    assert isinstance(error, OfflineError)
    assert "studiolo pull llava-hf/llava-1.5-7b-hf" in error.hint


def test_pickled_weights_are_refused(copy: Path, engine_for: Build):
    (copy / "model.safetensors").rename(copy / "pytorch_model.bin")
    error = fault(engine_for(copy))
    assert isinstance(error, EngineError)
    assert "pickled" in error.message
    assert "safetensors" in error.hint


def test_a_folder_without_weights(copy: Path, engine_for: Build):
    (copy / "model.safetensors").unlink()
    assert "no weights" in fault(engine_for(copy)).message


@pytest.mark.parametrize("left", [4, 100, 50_000])
def test_weights_that_are_cut_off(copy: Path, engine_for: Build, left: int):
    file = copy / "model.safetensors"
    file.write_bytes(file.read_bytes()[:left])
    error = fault(engine_for(copy))
    assert isinstance(error, EngineError)
    assert "cut off or damaged" in error.message


@pytest.mark.parametrize("header", [b"not JSON", b"[1, 2]", b'{"a": {"shape": [2]}}', b'{"a": 3}'])
def test_a_damaged_header(copy: Path, engine_for: Build, header: bytes):
    (copy / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header)
    assert "cut off or damaged" in fault(engine_for(copy)).message


def test_weights_of_another_model(copy: Path, llama: Path, engine_for: Build):
    shutil.copy(llama / "model.safetensors", copy / "model.safetensors")
    error = fault(engine_for(copy))
    assert isinstance(error, EngineError)
    assert "lack" in error.message


def test_a_config_that_is_no_json(copy: Path, engine_for: Build):
    (copy / "config.json").write_text("{")
    assert "could not be loaded" in fault(engine_for(copy)).message


def test_a_kind_of_model_that_nobody_knows(copy: Path, engine_for: Build):
    edit(copy / "config.json", model_type="llava_of_the_future")
    assert "could not be loaded" in fault(engine_for(copy)).message


def test_a_model_that_does_not_answer(copy: Path, engine_for: Build):
    (copy / "config.json").write_text(json.dumps({"model_type": "clip_vision_model"}))
    assert "does not answer in words" in fault(engine_for(copy)).message


def test_a_model_with_code_of_its_own_is_not_run(copy: Path, tmp_path: Path, engine_for: Build):
    trace = tmp_path / "ran"
    (copy / "code.py").write_text(f"open({str(trace)!r}, 'w')\nclass C: pass\n")
    edit(copy / "config.json", model_type="its_own", auto_map={"AutoConfig": "code.C"})
    error = fault(engine_for(copy))
    assert isinstance(error, EngineError)
    assert "code of its own" in error.message
    assert not trace.exists()


def test_four_bits_need_a_gpu(llava: Path, engine_for: Build):
    assert "NVIDIA" in fault(engine_for(llava, load_in_4bit=True, device="cpu")).message


def test_a_device_that_is_not_here(llava: Path, engine_for: Build):
    error = fault(engine_for(llava, device="cuda:77"))
    assert "cuda:77" in error.message
    assert "cpu" in error.hint


def test_weights_are_weighed_as_they_will_be_kept(llama: Path):
    from transformers import AutoModelForCausalLM

    numbers = sum(p.numel() for p in AutoModelForCausalLM.from_pretrained(llama).parameters())
    assert weigh(llama, bytes_per_number=2) == 2 * numbers
    assert weigh(llama, bytes_per_number=4) == 4 * numbers


def test_what_does_not_fit_is_refused_with_both_numbers():
    place = Placement(device="cuda:0", dtype="bfloat16")
    with pytest.raises(EngineError, match=r"needs 14\.1 GB .* bfloat16; cuda:0 has 7\.5 GB free") as caught:
        machine.check_fit(14_100_000_000, 7_500_000_000, place, model="llava")
    assert "gguf:" in caught.value.hint
    machine.check_fit(7_000_000_000, 7_500_000_000, place, model="llava")


def test_in_float32_half_of_it_is_the_first_advice():
    with pytest.raises(EngineError) as caught:
        machine.check_fit(2, 1, Placement(device="cpu", dtype="float32"), model="llava")
    assert "bfloat16" in caught.value.hint


def test_the_place_fits_the_machine():
    import torch

    place = machine.place(torch)
    assert place.device == machine.available_devices(torch)[0]
    assert machine.place(torch, device="cpu", dtype="float16") == Placement(device="cpu", dtype="float16")
    fast = {"avx512_bf16", "amx_bf16"} & {k for k, v in torch.cpu.get_capabilities().items() if v is True}
    assert machine.place(torch, device="cpu").dtype == ("bfloat16" if fast else "float32")
    assert machine.free_bytes(torch, "cpu") > 0
