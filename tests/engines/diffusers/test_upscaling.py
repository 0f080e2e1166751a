"""Enlarging by diffusion through the engine: sizes, tiles, seeds, cancelling, what cannot be."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studiolo.engines.checking import check
from studiolo.engines.diffusers import upscaling
from studiolo.engines.resolving import resolve
from studiolo.errors import Cancelled, UnsupportedRequestError
from studiolo.requests import ImageRequest, Progress
from tests.engines.diffusers import tiny_upscalers
from tests.engines.diffusers.conftest import Build


@pytest.fixture(scope="module", params=["x4", "x2"])
def upscaler(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    make, factor = {"x4": (tiny_upscalers.x4, 4), "x2": (tiny_upscalers.x2_latent, 2)}[request.param]
    return make(tmp_path_factory.mktemp("upscalers") / request.param), factor


def picture(width: int = 70, height: int = 40, mode: str = "RGB") -> Image.Image:
    pixels = np.random.default_rng(1).integers(0, 256, (height, width, 4), np.uint8)
    return Image.fromarray(pixels, "RGBA").convert(mode)


def asked(engine, factor: int, image: Image.Image, **more: object) -> ImageRequest:
    request = ImageRequest.parse({"init_image": image, "upscale": factor, "seed": 3, "steps": 2, **more})
    check(engine.capabilities, request, engine="diffusers")
    return resolve(engine.capabilities, request)


def test_a_picture_comes_out_exactly_as_many_times_as_large(engine_for: Build, upscaler: tuple[Path, int]):
    folder, factor = upscaler
    engine = engine_for(folder)
    heard: list[Progress] = []
    request = asked(engine, factor, picture())
    (result,) = engine.generate(request, heard.append)
    assert result.image.size == (70 * factor, 40 * factor)
    assert [(each.step, each.total) for each in heard] == [(1, 2), (2, 2)]
    (again,) = engine.generate(request)
    assert again.image.tobytes() == result.image.tobytes()


def test_transparency_is_enlarged_as_well(engine_for: Build, upscaler: tuple[Path, int]):
    folder, factor = upscaler
    engine = engine_for(folder)
    (result,) = engine.generate(asked(engine, factor, picture(20, 20, "RGBA")))
    assert result.image.mode == "RGBA"
    assert result.image.size == (20 * factor, 20 * factor)


def test_a_large_picture_is_enlarged_in_tiles(
    engine_for: Build, upscaler: tuple[Path, int], monkeypatch: pytest.MonkeyPatch
):
    folder, factor = upscaler
    small = {
        name: upscaling.Tiling(factor=each.factor, side_px=64, overlap_px=16)
        for name, each in upscaling.TILINGS.items()
    }
    monkeypatch.setattr(upscaling, "TILINGS", small)
    engine = engine_for(folder)
    heard: list[Progress] = []
    (result,) = engine.generate(asked(engine, factor, picture(100, 60)), heard.append)
    assert result.image.size == (100 * factor, 60 * factor)
    assert heard[-1].step == heard[-1].total == 3 * 2, (
        "three tiles of two steps: 128 in spans of 64 that overlap"
    )


def test_it_can_be_called_off_after_a_step(engine_for: Build, upscaler: tuple[Path, int]):
    folder, factor = upscaler
    engine = engine_for(folder)
    heard: list[Progress] = []

    def stop(progress: Progress) -> None:
        heard.append(progress)
        raise Cancelled

    with pytest.raises(Cancelled):
        list(engine.generate(asked(engine, factor, picture()), stop))
    assert len(heard) == 1


def test_it_does_nothing_else_and_by_no_other_factor(engine_for: Build, upscaler: tuple[Path, int]):
    folder, factor = upscaler
    engine = engine_for(folder)
    assert engine.capabilities.tasks == {"upscaling"}
    assert engine.capabilities.upscale == (factor,)
    with pytest.raises(UnsupportedRequestError, match="does not enlarge"):
        asked(engine, 6 - factor, picture())


@pytest.mark.parametrize("length", [10, 64, 65, 130, 200])
def test_spans_cover_everything_and_overlap(length: int):
    tiling = upscaling.Tiling(factor=2, side_px=64, overlap_px=16)
    spans = upscaling._spans(length, tiling)
    covered = np.zeros(length, int)
    for start, end in spans:
        covered[start:end] += 1
    assert covered.all()
    assert all(later[0] <= earlier[1] - 16 for earlier, later in pairwise(spans))


def test_tiles_fade_into_each_other():
    tiling = upscaling.Tiling(factor=1, side_px=64, overlap_px=16)
    canvas = np.zeros((64, 112, 4), np.float32)
    for left, level in ((0, 0.0), (48, 200.0)):
        upscaling._add(canvas, np.full((64, 64, 3), level, np.float32), (left, 0, left + 64, 64), tiling)
    row = (canvas[..., 0] / canvas[..., 3])[32]
    assert row[0] == 0
    assert row[-1] == 200
    assert 0 < np.diff(row).max() < 30
