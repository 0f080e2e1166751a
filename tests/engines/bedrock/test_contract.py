"""The contract of painters, kept with a model of each family."""

import pytest

from studiolo.testing import ImageEngineContract
from tests.engines.bedrock import painter
from tests.engines.bedrock.painting import engine_at
from tests.engines.bedrock.service import serving


class Contract(ImageEngineContract):
    in_turn = False
    model: str | None = None

    @pytest.fixture(autouse=True)
    def _service(self):
        with serving(painter.paint) as service:
            self.service = service
            yield

    def make_engine(self):
        return engine_at(self.service, self.model)


class TestTitan(Contract):
    model = "titan-v2"
    fields = {"width": 512, "height": 512}


class TestTitanOne(Contract):
    model = "titan-v1"
    fields = {"width": 512, "height": 512}


class TestNova(Contract):
    model = "nova-canvas"
    fields = {"width": 320, "height": 320}


class TestDefault(Contract):
    """Stable Image Core."""


class TestDiffusion(Contract):
    model = "sd3.5-large"


class TestUltra(Contract):
    model = "ultra"


class TestRemoveBackground(Contract):
    model = "remove-background"
