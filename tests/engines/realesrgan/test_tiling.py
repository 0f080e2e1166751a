"""Tiles cover a picture, fade into each other without a trace, and are what progress counts."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from studiolo.engines.realesrgan import tiling
from studiolo.engines.realesrgan.upscaling import Upscaling
from studiolo.errors import Cancelled

SIZES = ((1, 1), (3, 200), (112, 112), (113, 225), (300, 260))


def noise(width: int, height: int, mode: str = "RGB") -> Image.Image:
    planes = len(mode)
    return Image.fromarray(np.random.default_rng(5).integers(0, 256, (height, width, planes), dtype=np.uint8))


def doubled(pixels: np.ndarray) -> np.ndarray:
    return pixels.repeat(2, axis=0).repeat(2, axis=1)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
def test_tiles_cover_every_pixel_once(size: tuple[int, int]):
    covered = np.zeros(size[::-1], int)
    tiles = list(tiling.cut(*size))
    for tile in tiles:
        covered[tile.top : tile.bottom, tile.left : tile.right] += 1
        assert max(tile.right - tile.left, tile.bottom - tile.top) <= tiling.TILE_PX
    assert (covered == 1).all()
    assert len(tiles) == tiling.count(*size)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
def test_what_is_enlarged_in_tiles_is_what_is_enlarged_whole(size: tuple[int, int]):
    picture = noise(*size)
    done: list[int] = []
    work = Upscaling(picture, 2, doubled, 2)
    result = work.run(done.append)
    assert (np.asarray(result) == doubled(np.asarray(picture))).all()
    assert done == list(range(1, work.tiles + 1))


def test_tiles_fade_into_each_other():
    """Two neighbours that disagree meet in a ramp, not at an edge."""
    shades = iter((50, 200))

    def shaded(pixels: np.ndarray) -> np.ndarray:
        return np.full_like(doubled(pixels), next(shades))

    work = Upscaling(noise(2 * tiling.TILE_PX, 8), 2, shaded, 2)
    row = np.asarray(work.run(lambda done: None))[4, :, 0].astype(int)
    assert (row[0], row[-1]) == (50, 200)
    assert np.diff(row).min() >= 0
    assert np.diff(row).max() <= 150 / tiling.BLEND_PX


def test_a_network_that_enlarges_more_is_halved():
    picture = noise(130, 40)
    result = Upscaling(picture, 2, lambda pixels: doubled(doubled(pixels)), 4).run(lambda done: None)
    assert result.size == (260, 80)
    assert np.abs(np.asarray(result, int) - doubled(np.asarray(picture))).mean() < 8


def test_stopping_stops_within_a_tile():
    calls = 0

    def counted(pixels: np.ndarray) -> np.ndarray:
        nonlocal calls
        calls += 1
        return doubled(pixels)

    def stop(done: int) -> None:
        if done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        Upscaling(noise(400, 400), 2, counted, 2).run(stop)
    assert calls == 2


def test_the_preview_is_the_picture_so_far():
    picture = Image.new("RGB", (2 * tiling.TILE_PX, 10), "white")
    work = Upscaling(picture, 2, lambda pixels: np.zeros_like(doubled(pixels)), 2)
    assert np.asarray(work.preview()).min() == 255
    halves: list[float] = []
    work.run(lambda done: halves.append(np.asarray(work.preview(), float).mean()))
    assert 100 < halves[0] < 155, "the first half is black, the second still white"
    assert halves[1] == 0


def test_the_preview_of_a_large_picture_is_small():
    work = Upscaling(Image.new("RGBA", (1200, 300)), 2, doubled, 2)
    preview = work.preview()
    assert (preview.size, preview.mode) == ((1024, 256), "RGB")
    assert preview.getpixel((5, 5)) == (255, 255, 255), "what is transparent is shown on white"


def test_what_is_transparent_stays_so_and_its_colours_do_not_shine_through():
    picture = Image.new("RGBA", (60, 60), (0, 255, 0, 0))
    picture.paste((255, 0, 0, 255), (20, 20, 40, 40))

    def smooth(pixels: np.ndarray) -> np.ndarray:
        whole = Image.fromarray(pixels)
        return np.asarray(whole.resize((whole.width * 2, whole.height * 2), Image.Resampling.BICUBIC))

    result = Upscaling(picture, 2, smooth, 2).run(lambda done: None)
    pixels = np.asarray(result)
    assert result.mode == "RGBA"
    visible = pixels[..., 3] > 0
    assert visible.any()
    assert pixels[visible, 1].max() <= 2, "the hidden green is seen at the edge"
    assert pixels[60, 60].tolist() == [255, 0, 0, 255]


def test_a_tile_that_nobody_sees_is_not_worked_on():
    picture = Image.new("RGBA", (2 * tiling.TILE_PX, 30))
    picture.paste((9, 9, 9, 255), (0, 0, 20, 20))
    seen: list[tuple[int, ...]] = []

    def noted(pixels: np.ndarray) -> np.ndarray:
        seen.append(pixels.shape)
        return doubled(pixels)

    Upscaling(picture, 2, noted, 2).run(lambda done: None)
    assert len(seen) == 2, "colours and opacity of the first tile alone"
