"""The promises of every image engine, kept with ComfyUI."""

from __future__ import annotations

import json

import pytest

from studiolo.engines.base import EngineConfig
from studiolo.engines.comfyui import ComfyUIImageEngine
from studiolo.testing import ImageEngineContract
from tests.engines.comfyui.server import ComfyServer
from tests.engines.comfyui.test_server import GRAPH


class TestComfyUI(ImageEngineContract):
    fields = {"width": 64, "height": 64, "steps": 4}  # noqa: RUF012 - a class variable of the suite
    previews_throughout = False

    @pytest.fixture(autouse=True)
    def _serve(self):
        with ComfyServer() as serving:
            self.serving = serving
            yield

    def make_engine(self):
        return ComfyUIImageEngine(EngineConfig(options={"base_url": self.serving.address}))


class TestOwnWorkflow(TestComfyUI):
    """The same, with a workflow of the user's own."""

    @pytest.fixture(autouse=True)
    def _write(self, tmp_path):
        self.workflow = tmp_path / "workflow.json"
        self.workflow.write_text(json.dumps(GRAPH))

    def make_engine(self):
        options = {"base_url": self.serving.address, "workflow": str(self.workflow)}
        return ComfyUIImageEngine(EngineConfig(options=options))
