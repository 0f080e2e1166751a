"""Models that talk are pulled, listed and deleted as pictures' models are."""

from __future__ import annotations

from pathlib import Path

import pytest

from studiolo.engines.base import EngineConfig
from studiolo.engines.transformers import TransformersChatEngine
from studiolo.errors import OfflineError, UnknownEngineError
from studiolo.requests import Progress
from tests.engines.asking import picture, question, said
from tests.engines.local.hub_server import serving


def engine_of(address: str, folder: Path, **more) -> TransformersChatEngine:
    options = {"hub": address, "dtype": "float32"}
    return TransformersChatEngine(EngineConfig(models_folder=folder, threads=1, options=options, **more))


def test_what_is_pulled_answers_offline_and_can_be_deleted(llava: Path, tmp_path: Path):
    told: list[Progress] = []
    with serving(llava) as (address, _):
        card = engine_of(address, tmp_path).pull("someone/tiny", told.append)
    assert card.ready
    assert told[-1].step == told[-1].total > 0
    assert "model.safetensors" in {now.stage for now in told}
    with engine_of("http://127.0.0.1:9", tmp_path, model="someone/tiny", offline=True) as engine:
        assert said(engine, question("What?", picture("red")))
        cards = {card.name: card for card in engine.model_cards()}
        assert cards["someone/tiny"] == card
        assert not cards["llava-hf/llava-1.5-7b-hf"].ready
        assert engine.forget("someone/tiny") == card.bytes_here
        assert {card.name for card in engine.model_cards()} == {"llava-hf/llava-1.5-7b-hf"}
        with pytest.raises(UnknownEngineError, match="not here"):
            engine.forget("someone/tiny")


def test_what_cannot_be_pulled(tmp_path: Path):
    with pytest.raises(OfflineError, match="offline"):
        engine_of("http://127.0.0.1:9", tmp_path, offline=True).pull("someone/tiny")
    with pytest.raises(UnknownEngineError, match="no model 'tiny'"):
        engine_of("http://127.0.0.1:9", tmp_path).pull("tiny")
