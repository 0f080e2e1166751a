"""Networks: pulled from a hub, kept, chosen, run and deleted. Tiny ones stand where the real ones would."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from PIL import Image

from studiolo.engines.base import EngineConfig
from studiolo.engines.cutout import CutoutImageEngine
from studiolo.engines.cutout.catalogue import NETWORKS
from studiolo.engines.cutout.network import Network
from studiolo.engines.resolving import resolve
from studiolo.errors import Cancelled, EngineError, MissingExtraError, OfflineError, UnknownEngineError
from studiolo.requests import GeneratedImage, ImageRequest, Progress
from tests.engines.cutout.pictures import scene
from tests.engines.local.hub_server import serving


def write_network(file: Path, name: str, *, bias: float = 0.0) -> Path:
    """One that calls foreground what is redder than green, with the input and output of the real one."""
    about = NETWORKS[name]
    # It undoes the normalisation, so that it works only if the right one was done.
    weights = [sign * deviation * 60 for sign, deviation in zip((1, -1, 0), about.deviation, strict=True)]
    offset = 60 * (about.mean[0] - about.mean[1]) + bias
    nodes = [helper.make_node("Conv", ["input_image", "weights", "offset"], ["map"])]
    nodes.append(helper.make_node("Identity" if about.logits else "Sigmoid", ["map"], ["output_image"]))
    side = about.side_px
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("input_image", TensorProto.FLOAT, [1, 3, side, side])],
        [helper.make_tensor_value_info("output_image", TensorProto.FLOAT, [1, 1, side, side])],
        [
            helper.make_tensor("weights", TensorProto.FLOAT, [1, 3, 1, 1], weights),
            helper.make_tensor("offset", TensorProto.FLOAT, [1], [offset]),
        ],
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, file)
    return file


def engine_of(folder: Path, *, model: str | None = None, hub: str | None = None, **more) -> CutoutImageEngine:
    options = {"hub": hub} if hub else {}
    return CutoutImageEngine(
        EngineConfig(model=model, models_folder=folder, threads=1, options=options, **more)
    )


def cut(engine: CutoutImageEngine, picture: Image.Image) -> GeneratedImage:
    request = ImageRequest(init_image=picture, remove_background=True)
    return next(engine.generate(resolve(engine.capabilities, request)))


@pytest.fixture(params=list(NETWORKS))
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def pulled(name: str, tmp_path: Path) -> Path:
    """A models folder into which the network was pulled."""
    write_network(tmp_path / "hub" / NETWORKS[name].file, name)
    with serving(tmp_path / "hub", NETWORKS[name].repo) as (address, _):
        card = engine_of(tmp_path / "models", hub=address).pull(name)
    assert card.ready
    return tmp_path / "models"


def test_a_pulled_network_is_taken_without_asking(name: str, pulled: Path):
    engine = engine_of(pulled, offline=True)
    picture, true = scene()
    result = cut(engine, picture)
    found = np.asarray(result.image.getchannel("A"), float) / 255
    assert result.model == name
    assert result.notes == ()
    assert ((found > 0.5) == (true > 0.5)).mean() > 0.99
    inside = (found == 1) & (true == 1)
    assert inside.sum() > 0.9 * (true == 1).sum()
    assert np.unique(np.asarray(result.image)[inside], axis=0).tolist() == [[210, 40, 35, 255]]


def test_it_is_pulled_once_with_bytes_for_progress(name: str, tmp_path: Path):
    file = write_network(tmp_path / "hub" / NETWORKS[name].file, name)
    (tmp_path / "hub" / "README.md").write_text("words")
    seen: list[Progress] = []
    with serving(tmp_path / "hub", NETWORKS[name].repo) as (address, hub):
        engine = engine_of(tmp_path / "models", hub=address)
        before = {card.name: card for card in engine.model_cards()}
        assert (before[name].ready, before[name].bytes_here) == (False, 0)
        engine.pull(name, seen.append)
        hub.asked.clear()
        card = engine.pull(name)
        assert hub.asked == [], "what is here is not asked for"
    assert seen[-1].step == seen[-1].total == file.stat().st_size == card.bytes_here
    assert (card.licence, card.ready) == (NETWORKS[name].licence, True)


def test_a_network_is_forgotten(name: str, pulled: Path):
    engine = engine_of(pulled)
    size = {card.name: card.bytes_here for card in engine.model_cards()}[name]
    assert engine.forget(name) == size
    assert cut(engine, scene()[0]).model == "grabcut"
    with pytest.raises(UnknownEngineError, match="not on this machine"):
        engine.forget(name)


def test_a_network_that_sees_nothing_says_so(name: str, tmp_path: Path):
    network = Network(write_network(tmp_path / "n.onnx", name, bias=-200), NETWORKS[name], threads=1)
    with pytest.raises(EngineError, match="sees nothing"):
        network(scene()[0])


def test_a_damaged_network_is_said(name: str, pulled: Path):
    file = next(pulled.rglob("*.onnx"))
    file.resolve().write_bytes(b"nothing of the kind")
    with pytest.raises(EngineError, match="cannot be loaded"):
        cut(engine_of(pulled), scene()[0])


def test_a_network_that_is_named_and_not_here_is_an_error(name: str, tmp_path: Path):
    engine = engine_of(tmp_path, model=name)
    assert engine.availability().hint == f"Run: studiolo pull {name}"
    with pytest.raises(EngineError, match=f"'{name}' is not on this machine"):
        cut(engine, scene()[0])


def test_offline_nothing_is_pulled(tmp_path: Path):
    with pytest.raises(OfflineError, match="studiolo is offline"):
        engine_of(tmp_path, offline=True).pull("isnet")


def test_a_download_can_be_stopped(tmp_path: Path):
    write_network(tmp_path / "hub" / NETWORKS["isnet"].file, "isnet")

    def stop(progress: Progress) -> None:
        raise Cancelled

    with (
        serving(tmp_path / "hub", NETWORKS["isnet"].repo) as (address, _),
        pytest.raises(Cancelled),
    ):
        engine_of(tmp_path / "models", hub=address).pull("isnet", stop)


def test_unknown_models_are_refused_with_those_there_are(tmp_path: Path):
    with pytest.raises(UnknownEngineError, match="birefnet-lite, isnet, grabcut"):
        engine_of(tmp_path, model="scissors")
    engine = engine_of(tmp_path)
    for ask in (engine.pull, engine.forget):
        with pytest.raises(UnknownEngineError, match="birefnet-lite, isnet"):
            ask("grabcut")


def test_without_the_extra_it_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "cv2", None)
    engine = engine_of(tmp_path)
    assert "studiolo[editing]" in engine.availability().hint
    with pytest.raises(MissingExtraError, match="Removing backgrounds needs the extra 'editing'"):
        cut(engine, scene()[0])
