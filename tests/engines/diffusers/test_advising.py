"""What the doctor is told: from a model's files and this machine, no model loaded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from studiolo.engines.base import Advice, EngineConfig
from studiolo.engines.diffusers import DiffusersImageEngine, choosing
from studiolo.engines.local.residency import LEDGER
from studiolo.errors import EngineError

Build = Callable[..., DiffusersImageEngine]


def advice(engine: DiffusersImageEngine) -> dict[str, Advice]:
    return {each.topic: each for each in engine.advice()}


def test_the_plan_and_its_reasons_are_told(engine_for: Build, sdxl: Path) -> None:
    told = advice(engine_for(sdxl, tiling=True))

    assert told["tiny-sdxl"].detail.startswith(
        "on cpu, float32, channels last, decoded in tiles: needs about "
    )
    assert "free on cpu" in told["tiny-sdxl"].detail
    assert "float32: as set; " in told["plan"].detail
    assert not any(place.name == "tiny-sdxl" and place.working for place in LEDGER.loaded("cpu"))


def test_without_a_model_the_command_is_told(tmp_path: Path) -> None:
    engine = DiffusersImageEngine(EngineConfig(models_folder=tmp_path, options={"device": "cpu"}))

    (told,) = (each for each in engine.advice() if each.topic == "model")
    assert told.detail == "none is here yet; it would paint on cpu"
    hint = engine.availability().hint
    assert hint.startswith("Run: studiolo pull sd-turbo (about 2.6 GB), or for every task: ")
    assert "studiolo pull sdxl (about " in hint


def test_a_device_that_is_not_there(engine_for: Build, sdxl: Path) -> None:
    with pytest.raises(EngineError, match="no device 'cuda:31'"):
        engine_for(sdxl, device="cuda:31").advice()


@pytest.mark.parametrize(("version", "warns"), [("2.13.0+cpu", True), ("2.13.0+cu130", False)])
def test_a_gpu_that_torch_was_not_built_for_is_pointed_out(
    engine_for: Build, sdxl: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, warns: bool
) -> None:
    driver = tmp_path / "nvidiactl"
    driver.touch()
    monkeypatch.setattr(choosing, "_DRIVER", (str(driver),))
    monkeypatch.setattr(choosing.importlib.metadata, "version", lambda name: version)

    told = advice(engine_for(sdxl)).get("device")

    assert (told is not None) == warns
    assert told is None or ("built for CUDA" in told.hint and told.warning)
