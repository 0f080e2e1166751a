"""The promises of every engine, kept when cutting out by colour."""

from __future__ import annotations

from pathlib import Path

import pytest

from studiolo.engines.base import EngineConfig, ImageEngine
from studiolo.engines.cutout import CutoutImageEngine
from studiolo.testing import ImageEngineContract


class TestCutout(ImageEngineContract):
    @pytest.fixture(autouse=True)
    def _empty(self, tmp_path: Path):
        self.models = tmp_path

    def make_engine(self) -> ImageEngine:
        return CutoutImageEngine(EngineConfig(models_folder=self.models, threads=1))
