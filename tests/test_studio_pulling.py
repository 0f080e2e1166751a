"""The facade's store room, against a hub on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from studiolo.engines.base import ModelCard
from studiolo.engines.fake import FakeImageEngine
from studiolo.engines.kinds import Kind
from studiolo.errors import Cancelled, InvalidRequestError, UnknownEngineError
from studiolo.gallery import Gallery
from studiolo.registry import build_registry
from studiolo.requests import Progress
from studiolo.settings import Settings
from studiolo.studio import Studio
from tests.engines.local.hub_server import serving_all
from tests.engines.local.repositories import network


class Keeping(FakeImageEngine):
    """Has one model, ``brush``."""

    here = False

    def model_cards(self):
        return (
            ModelCard(
                name="brush", description="A brush.", licence="MIT", download_bytes=10, ready=Keeping.here
            ),
        )

    def pull(self, model, progress):
        for step in range(3):
            progress(Progress(step=step, total=2, stage="brush.bin"))
        Keeping.here = True
        return self.model_cards()[0]

    def forget(self, model):
        Keeping.here = False
        return 10


@pytest.fixture
def studio(home: Path) -> Iterator[Studio]:
    Keeping.here = False
    settings = Settings.load(engine="fake", assistant="fake", speech="fake")
    registry = build_registry(settings)
    registry.register("keeping", Keeping)
    with Studio(settings, registry, Gallery.open(settings.gallery_folder)) as studio:
        yield studio


def test_models_of_every_engine(studio: Studio):
    models = {(model.engine, model.name): model for model in studio.models()}
    assert models["keeping", "brush"].kind is Kind.IMAGE
    assert models["transformers", "llava-hf/llava-1.5-7b-hf"].kind is Kind.CHAT
    assert not models["diffusers", "sdxl"].ready


@pytest.mark.parametrize("name", ["brush", "keeping:brush"])
def test_a_model_comes_and_goes(studio: Studio, name: str):
    told: list[Progress] = []
    before = studio.registry.resolve("keeping")
    model = studio.pull(name, progress=told.append)
    assert (model.engine, model.name, model.ready) == ("keeping", "brush", True)
    assert [now.step for now in told] == [0, 1, 2]
    assert studio.registry.resolve("keeping") is not before, "it looks anew at what is there"
    assert studio.forget(name) == 10
    assert not Keeping.here


def test_a_pull_can_be_stopped(studio: Studio):
    cancel = threading.Event()
    with pytest.raises(Cancelled):
        studio.pull("brush", progress=lambda _: cancel.set(), cancel=cancel)
    assert not Keeping.here


def test_two_engines_with_a_model_of_the_same_name(studio: Studio):
    studio.registry.register("hoarding", Keeping)
    with pytest.raises(InvalidRequestError) as caught:
        studio.pull("brush")
    assert "hoarding:brush, keeping:brush" in caught.value.hint
    assert studio.pull("hoarding:brush").engine == "hoarding"


def test_names_that_nobody_has(studio: Studio):
    with pytest.raises(UnknownEngineError) as caught:
        studio.pull("brusj")
    assert "Did you mean 'brush'?" in caught.value.hint
    with pytest.raises(UnknownEngineError):
        studio.forget("someone/else")
    with pytest.raises(InvalidRequestError):
        studio.pull(7)  # type: ignore[arg-type]


def test_another_name_for_an_engine_lists_nothing_twice(home: Path):
    settings = Settings.load(engine="fake", engines={"lab": {"uses": "diffusers"}})
    with Studio(settings, build_registry(settings), Gallery.open(settings.gallery_folder)) as studio:
        assert [model.engine for model in studio.models() if model.name == "sdxl"] == ["diffusers"]


def test_what_was_pulled_paints_without_a_restart(home: Path, tmp_path: Path):
    """The engine that was asked before the model came finds it afterwards."""
    pytest.importorskip("huggingface_hub", reason="needs the extra 'local': make local")
    union = {"xinsir/controlnet-union-sdxl-1.0": network(tmp_path / "union")}
    with serving_all(union) as (address, _):
        settings = Settings.load(engine="fake", engines={"diffusers": {"hub": address}})
        with Studio(settings, build_registry(settings), Gallery.open(settings.gallery_folder)) as studio:
            assert studio.pull("sdxl-control").ready
            assert next(model for model in studio.models() if model.name == "sdxl-control").bytes_here > 0
