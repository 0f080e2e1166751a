"""The promises of every image engine, kept by SDXL and by Stable Diffusion."""

from __future__ import annotations

from pathlib import Path

import pytest

from studiolo.engines.base import EngineConfig, ImageEngine
from studiolo.engines.diffusers import DiffusersImageEngine
from studiolo.testing import ImageEngineContract


class Kept(ImageEngineContract):
    fields = {"steps": 3}  # noqa: RUF012 - the contract's own way to say it
    folder: Path
    # The weights for variations are pulled apart; test_references and test_extras have tiny ones.
    test_variations_are_the_nearer_the_more_similar = None  # type: ignore[assignment]

    def make_engine(self) -> ImageEngine:
        options = {"dtype": "float32", "device": "cpu"}
        return DiffusersImageEngine(
            EngineConfig(model=str(self.folder), offline=True, threads=1, options=options)
        )


class TestSdxl(Kept):
    @pytest.fixture(autouse=True)
    def _made(self, sdxl: Path):
        self.folder = sdxl


class TestStableDiffusion(Kept):
    @pytest.fixture(autouse=True)
    def _made(self, sd: Path):
        self.folder = sd
