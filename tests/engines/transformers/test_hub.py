"""Downloads, from a hub on loopback that speaks as the real one does."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from studiolo import offline
from studiolo.engines.base import EngineConfig
from studiolo.engines.transformers import TransformersChatEngine
from studiolo.errors import (
    Cancelled,
    CredentialsError,
    EngineError,
    OfflineError,
    StudioloError,
    UnknownEngineError,
)
from studiolo.requests import Progress
from tests.engines.asking import ask, picture, question, said
from tests.engines.local.hub_server import serving


def engine_of(address: str, cache: Path, model: str = "someone/tiny", **more) -> TransformersChatEngine:
    options = {"hub": address, "dtype": "float32", **more.pop("options", {})}
    return TransformersChatEngine(
        EngineConfig(model=model, models_folder=cache, threads=1, options=options, **more)
    )


def fault(engine: TransformersChatEngine) -> StudioloError:
    with pytest.raises(StudioloError) as caught:
        ask(engine, question("What?", picture("red")))
    assert caught.value.hint
    return caught.value


def test_a_model_is_downloaded_once_and_then_works_offline(llava: Path, tmp_path: Path):
    request = question("What?", picture("red"))
    seen: list[Progress] = []
    with serving(llava) as (address, hub):
        with engine_of(address, tmp_path) as engine:
            downloaded = "".join(ask(engine, request, seen.append)[0])
        assert any("model.safetensors" in path for path in hub.asked)
        hub.asked.clear()
        with engine_of(address, tmp_path) as engine:
            assert said(engine, request) == downloaded
        assert hub.asked == [], "what is here is not asked for"
    with engine_of(address, tmp_path, offline=True) as engine:
        assert said(engine, request) == downloaded
    assert seen[0].stage == "loading"


def test_code_and_pickles_stay_where_they_are(llava: Path, tmp_path: Path):
    folder = Path(shutil.copytree(llava, tmp_path / "hub"))
    (folder / "modeling_evil.py").write_text("raise SystemExit")
    (folder / "training_args.bin").write_bytes(b"pickle")
    with serving(folder) as (address, hub), engine_of(address, tmp_path / "cache") as engine:
        assert said(engine, question("What?", picture("red")))
        fetched = [path for path in hub.asked if path.startswith("GET")]
    assert not any(path.endswith((".py", ".bin")) for path in fetched)


def test_a_model_of_pickles_alone_is_refused_before_it_is_fetched(llava: Path, tmp_path: Path):
    folder = Path(shutil.copytree(llava, tmp_path / "hub"))
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with serving(folder) as (address, hub), engine_of(address, tmp_path / "cache") as engine:
        error = fault(engine)
        assert not any("GET" in path and "resolve" in path for path in hub.asked)
    assert isinstance(error, EngineError)
    assert "pickled" in error.message


def test_more_than_the_disk_holds(llava: Path, tmp_path: Path):
    with serving(llava, sizes={"model.safetensors": 10**18}) as (address, hub):
        error = fault(engine_of(address, tmp_path))
        assert not any("GET" in path and "resolve" in path for path in hub.asked)
    assert isinstance(error, EngineError)
    assert "needs 1000000000.0 GB" in error.message


def test_a_gated_model(llava: Path, tmp_path: Path):
    with serving(llava, gated=True) as (address, _):
        error = fault(engine_of(address, tmp_path))
    assert isinstance(error, CredentialsError)
    assert "hf auth login" in error.hint


def test_a_model_that_the_hub_has_not(llava: Path, tmp_path: Path):
    with serving(llava) as (address, _):
        error = fault(engine_of(address, tmp_path, model="someone/else"))
    assert isinstance(error, UnknownEngineError)


def test_a_revision_that_it_has_not(llava: Path, tmp_path: Path):
    with serving(llava) as (address, _):
        error = fault(engine_of(address, tmp_path, options={"revision": "v9"}))
    assert isinstance(error, UnknownEngineError)
    assert "revision" in error.message


def test_a_hub_that_is_not_there(tmp_path: Path):
    error = fault(engine_of("http://127.0.0.1:9", tmp_path))
    assert isinstance(error, EngineError)
    assert "could not be downloaded" in error.message


def test_the_guard_of_the_process_holds_too(llava: Path, tmp_path: Path):
    offline.forbid()
    with serving(llava) as (address, hub):
        error = fault(engine_of(address, tmp_path))
        assert hub.asked == []
    assert isinstance(error, OfflineError)


def test_a_download_can_be_stopped_and_goes_on_later(llava: Path, tmp_path: Path):
    def stop_when_bytes_come(now: Progress) -> None:
        if now.stage == "loading" and hub.asked:
            raise Cancelled

    with serving(llava) as (address, hub), engine_of(address, tmp_path) as engine:
        with pytest.raises(Cancelled):
            ask(engine, question("What?", picture("red")), stop_when_bytes_come)
        assert said(engine, question("What?", picture("red")))
