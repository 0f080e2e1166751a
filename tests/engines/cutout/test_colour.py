"""Cut out by colour: outlines, edges, and pictures that have nothing to cut out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from studiolo.engines.base import EngineConfig
from studiolo.engines.cutout import CutoutImageEngine
from studiolo.engines.resolving import resolve
from studiolo.errors import Cancelled, EngineError
from studiolo.requests import GeneratedImage, ImageRequest, Progress, ignore_progress
from tests.engines.cutout.pictures import disc, scene, shaded


@pytest.fixture
def cut(tmp_path: Path):
    engine = CutoutImageEngine(EngineConfig(models_folder=tmp_path, threads=1))

    def do(picture: Image.Image, progress=ignore_progress) -> GeneratedImage:
        request = ImageRequest(init_image=picture, remove_background=True)
        return next(engine.generate(resolve(engine.capabilities, request), progress))

    return do


def opacity(result: GeneratedImage) -> np.ndarray:
    return np.asarray(result.image.getchannel("A"), float) / 255


def overlap(found: np.ndarray, true: np.ndarray) -> float:
    """Intersection over union of what is more opaque than not."""
    one, other = found > 0.5, true > 0.5
    return float((one & other).sum() / (one | other).sum())


def test_a_thing_before_a_background_is_cut_out(cut):
    picture, true = scene()
    result = cut(picture)
    assert overlap(opacity(result), true) > 0.95
    assert result.model == "grabcut"
    assert "GrabCut" in result.notes[0]
    assert "studiolo pull birefnet-lite" in result.notes[0]


def test_its_edges_are_soft_and_free_of_the_background(cut):
    picture, true = scene()
    result = cut(picture)
    found = opacity(result)
    edge = (found > 0.2) & (found < 0.95)
    assert edge.sum() > 40
    assert np.abs(found - true).mean() < 0.02
    blue = np.asarray(result.image, float)[..., 2]
    before = np.asarray(picture, float)[..., 2]
    assert blue[edge].mean() < 0.7 * before[edge].mean(), "the sky is still in the edge"


def test_large_pictures_keep_their_size_and_sharp_outlines(cut):
    picture, true = scene()
    large = picture.resize((1440, 1120), Image.Resampling.BICUBIC)
    result = cut(large)
    assert result.image.size == (1440, 1120)
    expected = Image.fromarray((true * 255).astype(np.uint8)).resize((1440, 1120), Image.Resampling.BICUBIC)
    assert overlap(opacity(result), np.asarray(expected, float) / 255) > 0.95


def test_several_things_stay_and_specks_go(cut):
    def two_and_a_speck(pen: ImageDraw.ImageDraw, fill: object, scale: int) -> None:
        pen.ellipse((20 * scale, 40 * scale, 70 * scale, 95 * scale), fill=fill)
        pen.rectangle((105 * scale, 35 * scale, 155 * scale, 100 * scale), fill=fill)
        pen.ellipse((84 * scale, 12 * scale, 88 * scale, 16 * scale), fill=fill)

    picture, true = scene(two_and_a_speck)
    found = opacity(cut(picture))
    true[:20] = 0
    assert overlap(found, true) > 0.93
    assert found[:20].max() == 0


def test_a_thing_that_the_picture_cuts_off_is_found(cut):
    def bust(pen: ImageDraw.ImageDraw, fill: object, scale: int) -> None:
        pen.ellipse((65 * scale, 30 * scale, 115 * scale, 90 * scale), fill=fill)
        pen.rectangle((50 * scale, 80 * scale, 130 * scale, 140 * scale), fill=fill)

    picture, true = scene(bust)
    assert overlap(opacity(cut(picture)), true) > 0.9


@pytest.mark.parametrize(
    "picture",
    [
        Image.new("RGB", (60, 40), "teal"),
        Image.new("RGB", (1, 1)),
        Image.linear_gradient("L").convert("RGB"),
        Image.fromarray(shaded()),
    ],
    ids=["flat", "1x1", "gradient", "landscape"],
)
def test_where_nothing_stands_out_it_says_so(cut, picture: Image.Image):
    with pytest.raises(EngineError, match="Nothing in the picture stands out") as caught:
        cut(picture)
    assert "birefnet-lite" in caught.value.hint


def test_what_was_transparent_stays_so(cut):
    picture, _ = scene()
    veil = Image.new("L", picture.size, 255)
    veil.paste(0, (0, 0, 90, 140))
    picture.putalpha(veil)
    found = opacity(cut(picture))
    assert found[:, :90].max() == 0
    assert found[70, 110] == 1


def test_the_same_picture_is_cut_the_same_way(cut):
    picture, _ = scene()
    assert cut(picture).image.tobytes() == cut(picture).image.tobytes()


def test_it_can_be_stopped(cut):
    def stop(progress: Progress) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        cut(scene()[0], stop)


@pytest.mark.parametrize("size", [(6, 5), (5, 9), (40, 5)], ids=lambda size: "x".join(map(str, size)))
def test_tiny_pictures_are_cut(cut, size: tuple[int, int]):
    picture = Image.new("RGB", size, "navy")
    picture.paste((255, 60, 0), (2, 2, size[0] - 2, 3))
    found = opacity(cut(picture))
    assert found.shape == size[::-1]
    assert found[2, 2] > 0.5 > found[0, 0]


def test_nothing_is_left_of_what_is_transparent(cut):
    """A file that is looked at without its alpha does not show the background again."""
    picture, _ = scene(disc)
    pixels = np.asarray(cut(picture).image)
    assert pixels[5, 5].tolist() == [0, 0, 0, 0]
