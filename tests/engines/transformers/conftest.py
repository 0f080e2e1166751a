"""One tiny model of each family, made once per test process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from studiolo.engines.base import EngineConfig
from studiolo.engines.transformers import TransformersChatEngine
from tests.engines.transformers import tiny


@pytest.fixture(scope="session", autouse=True)
def _local() -> None:
    """Torch is large: whoever did not install it skips these, saying so. CI does install it."""
    pytest.importorskip("torch", reason="needs the extra 'local': make local")


@pytest.fixture(scope="session")
def llava(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save_llava(tmp_path_factory.mktemp("models") / "tiny-llava")


@pytest.fixture(scope="session")
def idefics3(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save_idefics3(tmp_path_factory.mktemp("models") / "tiny-idefics3")


@pytest.fixture(scope="session")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save_llama(tmp_path_factory.mktemp("models") / "tiny-llama")


@pytest.fixture
def engine_for():
    """Builds engines that ask no hub, and closes them."""
    engines: list[TransformersChatEngine] = []

    def build(model: Path | str, **options: object) -> TransformersChatEngine:
        options = {"dtype": "float32", **options}
        # One thread is the fastest for models this small, and leaves the rest to other tests.
        config = EngineConfig(model=str(model), offline=True, threads=1, options=options)
        engines.append(TransformersChatEngine(config))
        return engines[-1]

    yield build
    for engine in engines:
        engine.close()


Build = Callable[..., TransformersChatEngine]
