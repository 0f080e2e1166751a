"""The public contract, against our server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from studiolo.engines.base import EngineConfig
from studiolo.engines.huggingface import HuggingFaceImageEngine
from studiolo.testing import ImageEngineContract
from tests.engines.huggingface import server as hub
from tests.engines.huggingface.server import KEY, HubServer

MODEL = "maker/both"


class TestHuggingFace(ImageEngineContract):
    in_turn = False
    fields = {"width": 96, "height": 64}  # noqa: RUF012

    @pytest.fixture(autouse=True)
    def _serve(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        offers = {
            "together": {"providerId": "Maker/One", "task": "text-to-image"},
            "hf-inference": {"providerId": "maker/other", "task": "image-to-image"},
        }
        monkeypatch.setitem(hub.MODELS, MODEL, offers)
        with HubServer() as self._server:
            yield

    def make_engine(self) -> HuggingFaceImageEngine:
        address = self._server.address
        options = {"base_url": address, "hub_url": address, "api_key": KEY}
        return HuggingFaceImageEngine(EngineConfig(model=MODEL, options=options))
