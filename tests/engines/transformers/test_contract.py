"""The promises of every chat engine, kept by LLaVA, by SmolVLM's family and by a model that only reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from studiolo.engines.base import ChatEngine, EngineConfig
from studiolo.engines.transformers import TransformersChatEngine
from studiolo.testing import ChatEngineContract


class Kept(ChatEngineContract):
    question = "What do you see in the picture?"
    folder: Path

    def make_engine(self) -> ChatEngine:
        options = {"dtype": "float32"}
        return TransformersChatEngine(
            EngineConfig(model=str(self.folder), offline=True, threads=1, options=options)
        )


class TestLlava(Kept):
    sees = True

    @pytest.fixture(autouse=True)
    def _made(self, llava: Path):
        self.folder = llava


class TestIdefics3(Kept):
    sees = True

    @pytest.fixture(autouse=True)
    def _made(self, idefics3: Path):
        self.folder = idefics3


class TestLlama(Kept):
    sees = False

    @pytest.fixture(autouse=True)
    def _made(self, llama: Path):
        self.folder = llama
