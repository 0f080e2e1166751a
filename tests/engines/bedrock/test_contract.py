"""The contract of painters, kept with a model of each family."""

from typing import ClassVar

import pytest

from studiolo.testing import ImageEngineContract
from tests.engines.bedrock import painter
from tests.engines.bedrock.painting import engine_at
from tests.engines.bedrock.service import serving


class Contract(ImageEngineContract):
    in_turn: ClassVar = False
    model: ClassVar[str | None] = None

    @pytest.fixture(autouse=True)
    def _service(self):
        with serving(painter.paint) as service:
            self.service = service
            yield

    def make_engine(self):
        return engine_at(self.service, self.model)


class TestTitan(Contract):
    model = "titan-v2"
    fields: ClassVar = {"width": 512, "height": 512}


class TestTitanOne(Contract):
    model = "titan-v1"
    fields: ClassVar = {"width": 512, "height": 512}


class TestNova(Contract):
    model = "nova-canvas"
    fields: ClassVar = {"width": 320, "height": 320}


class TestDefault(Contract):
    """Stable Image Core."""


class TestDiffusion(Contract):
    model = "sd3.5-large"


class TestUltra(Contract):
    model = "ultra"


class TestRemoveBackground(Contract):
    model = "remove-background"
