"""The promises of every chat engine, kept by llama.cpp in its process."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from studiolo.engines.base import ChatEngine, EngineConfig
from studiolo.engines.gguf import GgufChatEngine
from studiolo.testing import ChatEngineContract


class TestGguf(ChatEngineContract):
    question = "What is it?"
    fields: ClassVar[Mapping[str, Any]] = {"temperature": 0.0, "max_tokens": 16, "seed": 1}
    sees = True

    @pytest.fixture(autouse=True)
    def _made(self, folder: Path):
        self.folder = folder

    def make_engine(self) -> ChatEngine:
        config = EngineConfig(model=str(self.folder), offline=True, threads=1, options={"context": 1024})
        return GgufChatEngine(config)
