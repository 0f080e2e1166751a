"""Latents as colours, and predictions led to a palette."""

import numpy as np
import pytest
from PIL import Image

from studiolo.engines.pocket import colour_map, outpainting, varying
from studiolo.engines.pocket.grading import Palette
from studiolo.engines.pocket.guiding import PaletteGuide, in_palette
from studiolo.imaging.palette import fidelity
from studiolo.requests import ImageRequest

COAST = ("#264653", "#2a9d8f", "#e9c46a", "#f4a261", "#e76f51")


@pytest.fixture
def latents():
    rng = np.random.default_rng(0)
    return colour_map.latents_for(rng.uniform(-0.3, 0.3, (32, 32, 3)))


def test_a_change_of_colours_is_what_its_latents_give(latents):
    wanted = np.random.default_rng(1).uniform(-0.1, 0.1, (32, 32, 3))
    found = colour_map.colours(latents + colour_map.latents_for(wanted)) - colour_map.colours(latents)
    np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_a_preview_has_the_size_of_the_painting(latents):
    assert colour_map.picture(latents).size == (256, 256)


class TestGuide:
    def test_led_again_and_again_a_picture_comes_nearer(self, latents):
        guide = PaletteGuide(Palette.of(COAST), np.ones((32, 32), bool), np.random.default_rng(0))
        before = fidelity(colour_map.picture(latents), COAST)
        for _ in range(8):
            latents = latents + guide.move(latents)
        after = fidelity(colour_map.picture(latents), COAST)
        assert after.mean_delta_e < 0.6 * before.mean_delta_e

    def test_where_it_may_not_lead_colours_stay(self, latents):
        free = np.zeros((32, 32), bool)
        free[:, :16] = True
        move = PaletteGuide(Palette.of(COAST), free, np.random.default_rng(0)).move(latents)
        assert np.abs(move[:, :, 8:]).max() == 0
        assert np.abs(move[:, :, :8]).max() > 0

    def test_nowhere_is_no_move(self, latents):
        nowhere = PaletteGuide(Palette.of(COAST), np.zeros((32, 32), bool), np.random.default_rng(0))
        assert not nowhere.move(latents).any()

    def test_a_colour_of_its_own_is_left_out(self):
        picture = np.full((16, 16, 3), (0x2A, 0x9D, 0x8F), np.uint8)
        picture[:, 8:] = (255, 0, 255)
        np.testing.assert_array_equal(in_palette(picture, Palette.of(COAST)), [[True, False]] * 2)


def test_a_picture_goes_on_without_what_is_deep_in_it():
    picture = np.full((256, 256, 3), (90, 160, 90), np.uint8)
    picture[:128] = (120, 170, 230)
    picture[96:160, 96:160] = (255, 0, 0)
    canvas = outpainting.canvas_for(Image.fromarray(picture), (100, 0, 30, 0))
    assert canvas.picture.size == (448, 256)
    grown = np.asarray(canvas.picture)
    np.testing.assert_array_equal(grown[:, 100:356], picture)
    np.testing.assert_array_equal(grown[:127, :100], np.broadcast_to((120, 170, 230), (127, 100, 3)))
    np.testing.assert_array_equal(grown[129:, 356:], np.broadcast_to((90, 160, 90), (127, 92, 3)))


def test_a_variation_leaves_its_reference_the_farther_the_less_similar():
    rng = np.random.default_rng(0)
    coarse = Image.fromarray(rng.integers(0, 255, (8, 8, 3)).astype(np.uint8))
    reference = coarse.resize((256, 256), Image.Resampling.BICUBIC)
    away = []
    for similarity in (1.0, 0.85, 0.5, 0.2):
        request = ImageRequest(references=(reference,), similarity=similarity, width=256, height=256)
        made = [varying.vary(request, np.random.default_rng(seed)) for seed in range(6)]
        away.append(np.mean([np.abs(each - np.asarray(reference, np.float64)).mean() for each in made]))
    assert away[0] < 1
    assert away == sorted(away)
    strengths = [varying.strength_for(value) for value in (1.0, 0.7, 0.2)]
    assert strengths == sorted(strengths)
