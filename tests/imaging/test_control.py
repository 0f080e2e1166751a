"""Control maps of pictures whose edges and regions are known."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from studiolo.imaging import control
from tests.assistant.pocket.drawn import PHOTOGRAPHS


@pytest.fixture
def square() -> Image.Image:
    """A red square of 40 px on grey, at (30, 20)."""
    picture = Image.new("RGB", (100, 80), (128, 128, 128))
    ImageDraw.Draw(picture).rectangle((30, 20, 69, 59), fill=(200, 30, 30))
    return picture


def test_canny_draws_the_outline_and_nothing_else(square: Image.Image):
    edges = np.asarray(control.canny(square))
    assert edges.shape == (80, 100, 3)
    assert set(np.unique(edges)) == {0, 255}
    rows, columns = np.nonzero(edges[..., 0])
    assert abs(rows.min() - 20) <= 1
    assert abs(rows.max() - 59) <= 1
    assert abs(columns.min() - 30) <= 1
    assert abs(columns.max() - 69) <= 1
    assert not edges[25:55, 35:65].any()  # inside it is flat
    assert 120 <= len(rows) <= 240  # one pixel wide, about 4 x 40


@pytest.mark.parametrize("contrast", [12, 40, 120])
def test_thresholds_follow_the_picture_so_that_faint_ones_have_edges_too(contrast: int):
    picture = Image.new("RGB", (64, 64), (100, 100, 100))
    ImageDraw.Draw(picture).rectangle((16, 16, 47, 47), fill=(100 + contrast,) * 3)
    assert np.asarray(control.canny(picture)).any()


def test_noise_alone_has_no_edges():
    rng = np.random.default_rng(4)
    grey = np.clip(rng.normal(128, 1.5, (64, 64, 1)), 0, 255).astype(np.uint8)
    assert not np.asarray(control.canny(Image.fromarray(np.repeat(grey, 3, axis=2)))).any()


def test_thresholds_can_be_given(square: Image.Image):
    assert np.asarray(control.canny(square, 10, 20)).any()
    assert not np.asarray(control.canny(square, 5000, 9000)).any()


def test_what_is_transparent_counts_as_white():
    picture = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    ImageDraw.Draw(picture).rectangle((16, 16, 47, 47), fill=(255, 255, 255, 255))
    assert not np.asarray(control.canny(picture)).any()
    assert control.segmentation(picture).getcolors() == [(64 * 64, (255, 255, 255))]


def test_regions_are_flat_and_of_their_own_mean_colour(square: Image.Image):
    rng = np.random.default_rng(4)
    noisy = np.clip(np.asarray(square, np.float64) + rng.normal(0, 4, (80, 100, 3)), 0, 255).astype(np.uint8)
    found = np.asarray(control.segmentation(Image.fromarray(noisy)))
    assert found.shape == (80, 100, 3)
    inside, outside = found[24:56, 34:66].reshape(-1, 3), found[:16].reshape(-1, 3)
    assert len(np.unique(inside, axis=0)) == 1
    assert len(np.unique(outside, axis=0)) == 1
    assert np.abs(inside[0].astype(int) - (200, 30, 30)).max() <= 3
    assert np.abs(outside[0].astype(int) - (128, 128, 128)).max() <= 3


def test_a_photograph_comes_to_regions_each_of_some_size():
    with Image.open(PHOTOGRAPHS / "cat.jpg") as photograph:
        found = control.segmentation(photograph)
    assert found.size == photograph.size
    sizes = [count for count, _ in found.getcolors(1 << 20) or []]
    assert 10 < len(sizes) < 300
    assert min(sizes) > 0.001 * found.width * found.height


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (1500, 40)])
def test_pictures_of_strange_shapes_keep_their_size(size: tuple[int, int]):
    picture = Image.new("RGB", size, "teal")
    assert control.canny(picture).size == size
    assert control.segmentation(picture).size == size
