"""One tiny model with its eyes, made once per test process."""

from __future__ import annotations

from pathlib import Path

import pytest

from studiolo.engines.base import EngineConfig
from studiolo.engines.gguf import GgufChatEngine
from tests.engines.gguf import tiny


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``tiny.gguf`` and ``mmproj-tiny.gguf``."""
    folder = tmp_path_factory.mktemp("gguf")
    tiny.save_model(folder / "tiny.gguf")
    tiny.save_mmproj(folder / "mmproj-tiny.gguf")
    return folder


@pytest.fixture
def engine_for():
    """Builds engines, and closes them."""
    engines: list[GgufChatEngine] = []

    def build(model: Path | str, models_folder: Path | None = None, **options: object) -> GgufChatEngine:
        engines.append(
            GgufChatEngine(
                EngineConfig(
                    model=str(model),
                    models_folder=models_folder,
                    offline=True,
                    threads=1,
                    options={"context": 1024, **options},
                )
            )
        )
        return engines[-1]

    yield build
    for engine in engines:
        engine.close()
