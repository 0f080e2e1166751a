import io
import math

import numpy as np
import pytest
import resvg_py
from PIL import Image

from studiolo.engines.pocket.drawings import DrawingLibrary
from studiolo.engines.pocket.recolour import recolour
from studiolo.engines.pocket.vocabulary import COLOURS, colour_name, colour_rgb
from studiolo.imaging.colours import from_lch, hex_to_rgb, rgb_to_hex, to_lch


@pytest.fixture(scope="module")
def library():
    return DrawingLibrary()


def pixels(svg):
    png = resvg_py.svg_to_bytes(svg_string=svg, width=64, height=64, skip_system_fonts=True)
    rgba = np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))
    return rgba.reshape(-1, 4)


def lch_of(svg):
    seen = pixels(svg)
    return to_lch(seen[seen[:, 3] > 200][:, :3] / 255)


@pytest.mark.parametrize("style", ["emoji", "3d", "flat"])
@pytest.mark.parametrize("colour", ["blue", "purple", "yellow", "pink", "orange"])
@pytest.mark.parametrize("name", ["automobile", "red heart", "balloon", "cat", "t shirt"])
def test_most_of_the_drawing_takes_the_hue(library, name, colour, style):
    drawing = library.find(name, style)[0].drawing
    seen = lch_of(recolour(library.svg(drawing), colour))
    target = to_lch(np.array(colour_rgb(colour)) / 255)
    coloured = seen[seen[:, 1] > 0.06]
    turn = np.abs((coloured[:, 2] - target[2] + math.pi) % (2 * math.pi) - math.pi)
    assert np.median(turn) < math.radians(18)


@pytest.mark.parametrize(
    ("colour", "low", "high"), [("white", 0.9, 1.0), ("black", 0.1, 0.4), ("gray", 0.5, 0.75)]
)
@pytest.mark.parametrize("name", ["red apple", "cat", "dog", "red heart"])
def test_white_black_and_gray_are_so(library, name, colour, low, high):
    drawing = library.find(name, "emoji")[0].drawing
    seen = lch_of(recolour(library.svg(drawing), colour))
    assert low <= np.median(seen[:, 0]) <= high
    assert np.median(seen[:, 1]) < 0.06


def test_a_blue_apple_keeps_its_green_leaf(library):
    drawing = library.find("apple", "emoji")[0].drawing
    seen = lch_of(recolour(library.svg(drawing), "blue"))
    green = (seen[:, 1] > 0.08) & (np.abs(seen[:, 2] - math.radians(135)) < math.radians(30))
    assert green.mean() > 0.01


def test_shading_stays(library):
    svg = library.svg(library.find("car", "emoji")[0].drawing)
    before, after = lch_of(svg), lch_of(recolour(svg, "green"))
    assert np.corrcoef(before[:, 0], after[:, 0])[0, 1] > 0.8


def test_two_colours(library):
    svg = library.svg(library.find("cat", "3d")[0].drawing)
    assert recolour(svg, "red", "white") != recolour(svg, "red")


def test_nothing_to_colour_is_left_as_it_is():
    empty = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8" viewBox="0 0 8 8"></svg>'
    assert recolour(empty, "red") == empty


def test_oklch_there_and_back():
    rgb = np.random.default_rng(0).uniform(0, 1, (200, 3))
    assert np.allclose(from_lch(to_lch(rgb)), rgb, atol=2e-3)
    assert rgb_to_hex(hex_to_rgb("#a1b2c3")) == "#a1b2c3"
    assert to_lch(np.array([1.0, 1.0, 1.0]))[0] == pytest.approx(1.0, abs=1e-3)


def test_colour_names():
    assert colour_name("dark grey") == "dark gray"
    assert colour_name("cat") is None
    assert colour_rgb("light blue") > colour_rgb("blue") > colour_rgb("dark blue")
    assert all(len(colour_rgb(name)) == 3 for name in COLOURS)
