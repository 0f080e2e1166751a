"""The promises of every image engine, kept against each flavour of the web UI."""

from collections.abc import Iterator

import pytest

from studiolo.engines.automatic1111 import Automatic1111ImageEngine
from studiolo.engines.base import EngineConfig
from studiolo.testing import ImageEngineContract
from tests.engines.automatic1111.server import Flavour, WebUI


class _Contract(ImageEngineContract):
    fields = {"width": 64, "height": 64, "steps": 4}  # noqa: RUF012 - a class variable of the suite
    previews_throughout = False
    flavour: Flavour

    @pytest.fixture(autouse=True)
    def _serve(self) -> Iterator[None]:
        with WebUI(self.flavour, lasts_s=0.25) as server:
            self._server = server
            yield

    def make_engine(self) -> Automatic1111ImageEngine:
        options = {"base_url": self._server.address, "width": 64, "height": 128}
        return Automatic1111ImageEngine(EngineConfig(name="automatic1111", options=options))


class TestAutomatic1111(_Contract):
    flavour = "automatic1111"


class TestSDNext(_Contract):
    flavour = "sdnext"
