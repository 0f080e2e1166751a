"""The public contract, against our server: as OpenAI, and as servers like it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from studiolo.engines.base import EngineConfig
from studiolo.engines.openai.images import OpenAIImageEngine, VLLMImageEngine
from studiolo.testing import ImageEngineContract
from tests.engines.openai_images.conftest import openai_at
from tests.engines.openai_images.server import ImageServer


class TestOpenAI(ImageEngineContract):
    """A GPT Image model: no seeds, sizes with a least area."""

    seeded = False
    in_turn = False

    @pytest.fixture(autouse=True)
    def _serve(self) -> Iterator[None]:
        with ImageServer() as self._server:
            yield

    def make_engine(self) -> OpenAIImageEngine:
        return openai_at(self._server)


class TestVLLM(ImageEngineContract):
    """A server of one's own: seeds, and knobs that only it knows."""

    in_turn = False
    fields = {"width": 64, "height": 64, "steps": 4}  # noqa: RUF012

    @pytest.fixture(autouse=True)
    def _serve(self) -> Iterator[None]:
        with ImageServer("vllm") as self._server:
            yield

    def make_engine(self) -> VLLMImageEngine:
        options = {"base_url": self._server.base_url}
        return VLLMImageEngine(EngineConfig(model="some/model", options=options))
