"""Colour spaces and differences against published figures."""

import numpy as np
import pytest

from studiolo.imaging.colours import (
    ciede2000,
    from_lch,
    from_oklab,
    hex_to_rgb,
    rgb_to_hex,
    to_cielab,
    to_lch,
    to_oklab,
)

# The supplementary test data of Sharma, Wu and Dalal (2005): two CIELAB colours and their difference.
PAIRS = """
50 2.6772 -79.7751 50 0 -82.7485 2.0425
50 3.1571 -77.2803 50 0 -82.7485 2.8615
50 2.8361 -74.0200 50 0 -82.7485 3.4412
50 -1.3802 -84.2814 50 0 -82.7485 1.0000
50 -1.1848 -84.8006 50 0 -82.7485 1.0000
50 -0.9009 -85.5211 50 0 -82.7485 1.0000
50 0 0 50 -1 2 2.3669
50 -1 2 50 0 0 2.3669
50 2.4900 -0.0010 50 -2.4900 0.0009 7.1792
50 2.4900 -0.0010 50 -2.4900 0.0010 7.1792
50 2.4900 -0.0010 50 -2.4900 0.0011 7.2195
50 2.4900 -0.0010 50 -2.4900 0.0012 7.2195
50 -0.0010 2.4900 50 0.0009 -2.4900 4.8045
50 -0.0010 2.4900 50 0.0010 -2.4900 4.8045
50 -0.0010 2.4900 50 0.0011 -2.4900 4.7461
50 2.5 0 50 0 -2.5 4.3065
50 2.5 0 73 25 -18 27.1492
50 2.5 0 61 -5 29 22.8977
50 2.5 0 56 -27 -3 31.9030
50 2.5 0 58 24 15 19.4535
50 2.5 0 50 3.1736 0.5854 1.0000
50 2.5 0 50 3.2972 0 1.0000
50 2.5 0 50 1.8634 0.5757 1.0000
50 2.5 0 50 3.2592 0.3350 1.0000
60.2574 -34.0099 36.2677 60.4626 -34.1751 39.4387 1.2644
63.0109 -31.0961 -5.8663 62.8187 -29.7946 -4.0864 1.2630
61.2901 3.7196 -5.3901 61.4292 2.2480 -4.9620 1.8731
35.0831 -44.1164 3.7933 35.0232 -40.0716 1.5901 1.8645
22.7233 20.0904 -46.6940 23.0331 14.9730 -42.5619 2.0373
36.4612 47.8580 18.3852 36.2715 50.5065 21.2231 1.4146
90.8027 -2.0831 1.4410 91.1528 -1.6435 0.0447 1.4441
90.9257 -0.5406 -0.9208 88.6381 -0.8985 -0.7239 1.5381
6.7747 -0.2908 -2.4247 5.8714 -0.0985 -2.2286 0.6377
2.0776 0.0795 -1.1350 0.9033 -0.0636 -0.5514 0.9082
"""
TABLE = np.array([line.split() for line in PAIRS.split("\n") if line], np.float64)


def test_ciede2000_is_that_of_its_published_test_data_in_either_direction():
    one, other, expected = TABLE[:, :3], TABLE[:, 3:6], TABLE[:, 6]
    assert len(TABLE) == 34
    np.testing.assert_allclose(ciede2000(one, other), expected, atol=5e-5)
    np.testing.assert_allclose(ciede2000(other, one), expected, atol=5e-5)


def test_ciede2000_of_grids_is_broadcast():
    distances = ciede2000(TABLE[:, None, :3], TABLE[None, :5, :3])
    assert distances.shape == (34, 5)
    np.testing.assert_allclose(np.diagonal(distances[:5]), 0, atol=1e-9)


@pytest.mark.parametrize(
    ("colour", "lab"),
    [
        ("#ffffff", (100, 0, 0)),
        ("#000000", (0, 0, 0)),
        ("#ff0000", (53.24, 80.09, 67.20)),
        ("#00ff00", (87.74, -86.18, 83.18)),
        ("#0000ff", (32.30, 79.19, -107.86)),
        ("#777777", (50.03, 0, 0)),
    ],
)
def test_cielab_of_known_colours(colour, lab):
    np.testing.assert_allclose(to_cielab(hex_to_rgb(colour)), lab, atol=0.02)


def test_oklab_of_known_colours():
    """Ottosson's own table, by way of CSS Color 4: sRGB red, and white."""
    np.testing.assert_allclose(to_oklab(hex_to_rgb("#f00")), (0.6280, 0.2249, 0.1258), atol=2e-4)
    np.testing.assert_allclose(to_oklab(hex_to_rgb("#fff")), (1, 0, 0), atol=2e-4)


def test_every_space_leads_back():
    rgb = np.random.default_rng(0).uniform(size=(500, 3))
    np.testing.assert_allclose(from_oklab(to_oklab(rgb)), rgb, atol=1e-6)
    np.testing.assert_allclose(from_lch(to_lch(rgb)), rgb, atol=1e-6)


def test_a_colour_outside_srgb_loses_chroma_and_keeps_hue():
    inside = from_oklab(np.array([[0.7, 0.4, 0.0], [0.7, 0.05, 0.0]]))
    assert (inside >= 0).all()
    assert (inside <= 1).all()
    hue = to_lch(inside)[:, 2]
    assert abs(hue[0]) < 0.06
    assert to_lch(inside)[0, 1] > to_lch(inside)[1, 1]


def test_hex_both_ways():
    assert rgb_to_hex(hex_to_rgb("#1a2B3c")) == "#1a2b3c"
    assert rgb_to_hex(hex_to_rgb("#fa0")) == "#ffaa00"
