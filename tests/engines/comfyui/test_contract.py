"""The promises of every image engine, kept with ComfyUI."""

from __future__ import annotations

import pytest

from studiolo.engines.base import EngineConfig
from studiolo.engines.comfyui import ComfyUIImageEngine
from studiolo.testing import ImageEngineContract
from tests.engines.comfyui.server import ComfyServer


class TestComfyUI(ImageEngineContract):
    fields = {"width": 64, "height": 64, "steps": 4}  # noqa: RUF012 - a class variable of the suite

    @pytest.fixture(autouse=True)
    def _serve(self):
        with ComfyServer() as serving:
            self.serving = serving
            yield

    def make_engine(self):
        return ComfyUIImageEngine(EngineConfig(options={"base_url": self.serving.address}))
