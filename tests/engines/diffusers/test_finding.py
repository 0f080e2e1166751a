"""Where a model's weights are, and what is said when they are not here. Nothing asks a hub."""

from __future__ import annotations

from pathlib import Path

import pytest

from studiolo import offline
from studiolo.engines.base import EngineConfig
from studiolo.engines.diffusers.finding import (
    Weights,
    find_lora,
    find_weights,
    need_control,
    need_references,
    need_refiner,
)
from studiolo.engines.diffusers.options import DiffusersOptions
from studiolo.errors import EngineError, OfflineError, UnknownEngineError, UnsupportedRequestError
from tests.engines.local.repositories import network, pipeline, safetensors, write

TELLING = {"conditioner.embedders.1.model.transformer.resblocks.9.mlp.c_proj.bias": [4]}


def find(model: str, folder: Path | None, **more) -> Weights:
    options = DiffusersOptions(**more.pop("options", {}))
    return find_weights(model, EngineConfig(name="diffusers", models_folder=folder, **more), options)


def test_a_folder_by_its_path_and_by_its_name(tmp_path: Path):
    pipeline(tmp_path / "mine")
    by_path, by_name = find(str(tmp_path / "mine"), None), find("mine", tmp_path)
    assert by_path.base == by_name.base == tmp_path / "mine"
    assert by_path.name == by_name.name == "mine"
    assert by_name.family.name == "sdxl"
    assert by_name.refiner is None


def test_what_lies_beside_a_folder_belongs_to_it(tmp_path: Path):
    for name in ("mine", "mine-refiner"):
        pipeline(tmp_path / name)
    for name in ("mine-vae", "mine-preview", "mine-control"):
        network(tmp_path / name)
    write(
        tmp_path / "mine-references",
        {"adapter.safetensors": safetensors(), "image_encoder/config.json": b"{}"},
    )
    found = find("mine", tmp_path)
    assert found.refiner == need_refiner(found) == tmp_path / "mine-refiner"
    assert (found.vae, found.preview) == (tmp_path / "mine-vae", tmp_path / "mine-preview")
    assert need_control(found, "canny") == need_control(found, "segmentation") == tmp_path / "mine-control"
    assert need_references(found) == (
        tmp_path / "mine-references/adapter.safetensors",
        tmp_path / "mine-references/image_encoder",
    )


def test_a_single_file_is_read_with_the_configuration_beside_it(tmp_path: Path):
    write(tmp_path, {"mine.safetensors": safetensors(TELLING)})
    pipeline(tmp_path / "mine")
    found = find("mine.safetensors", tmp_path)
    assert (found.base, found.configuration) == (tmp_path / "mine.safetensors", tmp_path / "mine")


def test_a_single_file_without_a_configuration_says_what_to_pull(tmp_path: Path):
    write(tmp_path, {"mine.safetensors": safetensors(TELLING)})
    with pytest.raises(EngineError, match="configuration") as caught:
        find(str(tmp_path / "mine.safetensors"), tmp_path / "models")
    assert "studiolo pull sdxl-configuration" in caught.value.hint


@pytest.mark.parametrize("model", ["mine.ckpt", "mine.pt", "/models/mine.BIN", "a/b/c.pth"])
def test_pickles_are_refused_with_the_reason(model: str, tmp_path: Path):
    with pytest.raises(UnsupportedRequestError, match="can run any code"):
        find(model, tmp_path)
    with pytest.raises(UnsupportedRequestError, match="can run any code"):
        find_lora(model, EngineConfig(models_folder=tmp_path))


@pytest.mark.parametrize(
    ("model", "pull", "size"),
    [
        ("sdxl", "studiolo pull sdxl", "11.7 GB"),
        ("sd-turbo", "studiolo pull sd-turbo", "2.6 GB"),
        ("sdxl-lightning", "studiolo pull sdxl-lightning", "7.1 GB"),
        ("someone/model", "studiolo pull someone/model", ""),
        ("someone/model/file.safetensors", "studiolo pull someone/model/file.safetensors", ""),
    ],
)
def test_what_is_not_here_is_said_with_what_to_pull(tmp_path: Path, model: str, pull: str, size: str):
    with pytest.raises(EngineError, match="not on this machine") as caught:
        find(model, tmp_path)
    assert not isinstance(caught.value, OfflineError)
    assert pull in caught.value.hint
    assert size in caught.value.hint
    with pytest.raises(OfflineError, match="studiolo is offline") as caught:
        find(model, tmp_path, offline=True)
    assert pull in caught.value.hint


def test_the_guard_of_the_process_counts_as_offline(tmp_path: Path):
    offline.forbid()
    with pytest.raises(OfflineError):
        find("sdxl", tmp_path)


def test_names_that_mean_nothing(tmp_path: Path):
    with pytest.raises(UnknownEngineError, match="no model 'sdlx'") as caught:
        find("sdlx", tmp_path)
    assert "sdxl-turbo" in caught.value.hint
    with pytest.raises(UnknownEngineError, match="no model that paints"):
        find("sdxl-control", tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnknownEngineError, match=r"no model_index\.json"):
        find("empty", tmp_path)


def test_what_a_model_lacks_is_said_with_what_to_pull(tmp_path: Path):
    pipeline(tmp_path / "mine")
    found = find("mine", tmp_path)
    with pytest.raises(EngineError, match="refiner") as caught:
        need_refiner(found)
    assert "studiolo pull sdxl " in caught.value.hint
    with pytest.raises(EngineError, match="control image are not on this machine") as caught:
        need_control(found, "canny")
    assert "studiolo pull sdxl-control (about 2.5 GB)" in caught.value.hint
    with pytest.raises(EngineError, match="vary pictures") as caught:
        need_references(found)
    assert "studiolo pull sdxl-references" in caught.value.hint
    pipeline(tmp_path / "flux", "FluxPipeline")
    with pytest.raises(UnsupportedRequestError):
        need_control(find("flux", tmp_path), "canny")


def test_another_autoencoder_by_the_settings(tmp_path: Path):
    pipeline(tmp_path / "mine")
    assert find("mine", tmp_path, options={"vae": str(tmp_path / "v")}).vae == tmp_path / "v"


class TestLoras:
    def test_by_path_by_name_and_by_file_name(self, tmp_path: Path):
        write(tmp_path / "loras", {"ink.safetensors": safetensors()})
        config = EngineConfig(models_folder=tmp_path)
        file = tmp_path / "loras" / "ink.safetensors"
        assert (
            find_lora("ink", config)
            == find_lora("ink.safetensors", config)
            == find_lora(str(file), config)
            == file
        )

    def test_one_that_is_not_here(self, tmp_path: Path):
        with pytest.raises(EngineError, match="no LoRA 'ink'") as caught:
            find_lora("ink", EngineConfig(models_folder=tmp_path))
        assert str(tmp_path / "loras") in caught.value.hint
        with pytest.raises(OfflineError):
            find_lora("someone/ink", EngineConfig(models_folder=tmp_path, offline=True))


def test_a_file_that_ends_otherwise_is_not_even_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "notes").write_text("private")
    monkeypatch.chdir(tmp_path)

    for name in ("notes", str(tmp_path / "notes")):
        with pytest.raises(EngineError, match="There is no LoRA"):
            find_lora(name, EngineConfig(models_folder=tmp_path))
