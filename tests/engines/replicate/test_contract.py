"""The promises of every image engine, kept by SDXL at Replicate."""

from __future__ import annotations

from typing import ClassVar

import pytest

from studiolo.engines.base import EngineConfig
from studiolo.engines.replicate.image import ReplicateImageEngine
from studiolo.testing import ImageEngineContract
from tests.engines.replicate.server import TOKEN, ReplicateServer


class TestSdxl(ImageEngineContract):
    fields: ClassVar = {"width": 256, "height": 256, "steps": 4}
    in_turn = False
    address = ""

    @pytest.fixture(autouse=True)
    def _serving(self, server: ReplicateServer) -> None:
        self.address = server.address

    def make_engine(self) -> ReplicateImageEngine:
        options = {"base_url": f"{self.address}/v1", "api_key": TOKEN, "max_wait_s": 1}
        return ReplicateImageEngine(EngineConfig(name="replicate", options=options))
