"""One tiny model of each family, made once per test process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from studiolo.engines.base import EngineConfig
from studiolo.engines.diffusers import DiffusersImageEngine
from tests.engines.diffusers import tiny


@pytest.fixture(scope="session", autouse=True)
def _local() -> None:
    """Torch is large: whoever did not install it skips these, saying so. CI does install it."""
    pytest.importorskip("torch", reason="needs the extra 'local': make local")
    pytest.importorskip("diffusers", reason="needs the extra 'local': make local")


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the models are made in."""
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def sdxl(models: Path) -> Path:
    return tiny.with_colours(tiny.sdxl(models / "tiny-sdxl"))


@pytest.fixture(scope="session")
def sdxl_with_refiner(models: Path) -> Path:
    """SDXL with its refiner beside it."""
    tiny.sdxl_refiner(models / "tiny-xl-refiner")
    return tiny.with_colours(tiny.sdxl(models / "tiny-xl"))


@pytest.fixture(scope="session")
def sd(models: Path) -> Path:
    return tiny.with_colours(tiny.sd(models / "tiny-sd"))


@pytest.fixture
def engine_for():
    """Builds engines that ask no hub, and closes them."""
    engines: list[DiffusersImageEngine] = []

    def build(model: Path | str, **options: object) -> DiffusersImageEngine:
        options = {"dtype": "float32", "device": "cpu", **options}
        # One thread is the fastest for models this small, and leaves the rest to other tests.
        config = EngineConfig(model=str(model), offline=True, threads=1, options=options)
        engines.append(DiffusersImageEngine(config))
        return engines[-1]

    yield build
    for engine in engines:
        engine.close()


Build = Callable[..., DiffusersImageEngine]
