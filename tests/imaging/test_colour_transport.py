"""A palette's shares, and the sliced Wasserstein distance with its gradient."""

import numpy as np
import pytest

from studiolo.imaging.colour_transport import frames, shares, sliced_wasserstein, target, transported

PALETTE = np.array([[0.2, 0.0, 0.0], [0.6, 0.1, 0.1], [0.9, -0.1, 0.0]])


@pytest.fixture
def rng():
    return np.random.default_rng(0)


class TestShares:
    def test_a_colour_counts_for_the_nearest(self):
        colours = np.repeat(PALETTE + 0.01, (50, 30, 20), axis=0)
        np.testing.assert_allclose(shares(colours, PALETTE), (0.5, 0.3, 0.2))

    def test_none_is_left_out(self):
        found = shares(np.tile(PALETTE[1], (100, 1)), PALETTE, floor=0.04)
        np.testing.assert_allclose(found, (0.04, 0.92, 0.04))

    def test_a_floor_for_many_colours_leaves_half_to_the_picture(self):
        palette = np.linspace(0, 1, 30).reshape(10, 3)
        found = shares(palette[:1], palette, floor=0.3)
        np.testing.assert_allclose(found, [0.55] + [0.05] * 9)


def test_a_target_has_its_shares():
    wanted = target(PALETTE, np.array([0.5, 0.125, 0.375]), 80)
    assert [int((wanted == colour).all(axis=1).sum()) for colour in PALETTE] == [40, 10, 30]


def test_frames_are_orthogonal(rng):
    for frame in frames(5, rng):
        np.testing.assert_allclose(frame @ frame.T, np.eye(3), atol=1e-12)


class TestDistance:
    def test_it_is_none_from_the_same_colours_in_another_order(self, rng):
        colours = rng.uniform(size=(200, 3))
        distance, gradient = sliced_wasserstein(colours, rng.permutation(colours), frames(4, rng))
        assert distance == pytest.approx(0, abs=1e-20)
        np.testing.assert_allclose(gradient, 0, atol=1e-12)

    def test_of_a_shift_it_is_a_third_of_its_square(self, rng):
        colours = rng.uniform(size=(50, 3))
        distance, _ = sliced_wasserstein(colours, colours + np.array([0.3, 0.0, 0.4]), frames(6, rng))
        assert distance == pytest.approx(0.25 / 3)

    def test_the_gradient_is_that_of_the_distance(self, rng):
        colours, wanted, directions = rng.uniform(size=(30, 3)), rng.uniform(size=(30, 3)), frames(3, rng)
        distance, gradient = sliced_wasserstein(colours, wanted, directions)
        moved, step = colours.copy(), 1e-7
        moved[11, 2] += step
        found = (sliced_wasserstein(moved, wanted, directions)[0] - distance) / step
        assert found == pytest.approx(gradient[11, 2], rel=1e-3)


def test_transport_arrives(rng):
    colours, directions = rng.uniform(size=(500, 3)), frames(16, rng)
    wanted = target(PALETTE, shares(colours, PALETTE), 500)
    before = sliced_wasserstein(colours, wanted, directions)[0]
    after = sliced_wasserstein(transported(colours, wanted, directions), wanted, frames(4, rng))[0]
    assert after < 0.05 * before
