"""Drawings and drafts in asked colours: in the order of light, apart from their ground, the prompt first."""

from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from studiolo.engines.pocket.composer import compose
from studiolo.engines.pocket.drawings import DrawingLibrary
from studiolo.engines.pocket.grading import Palette, give
from studiolo.engines.pocket.planner import plan
from studiolo.imaging.colours import hex_to_rgb, to_oklab
from studiolo.imaging.palette import fidelity

COAST = ("#264653", "#2a9d8f", "#e9c46a", "#f4a261", "#e76f51")
NEON = ("#10002b", "#7b2cbf", "#f72585", "#4cc9f0")
FOREST = ("#283618", "#606c38", "#dda15e", "#fefae0")
PALETTES = (COAST, NEON, FOREST)


@pytest.fixture(scope="module")
def library():
    return DrawingLibrary()


def lab(*colours):
    return to_oklab(np.stack([hex_to_rgb(colour) for colour in colours]))


def colour(pixel):
    return to_oklab(np.array(pixel[:3]) / 255)


def bands(*colours, height=40):
    image = Image.new("RGB", (80, height * len(colours)))
    for n, colour in enumerate(colours):
        image.paste(colour, (0, n * height, 80, (n + 1) * height))
    return image


def graded(image, palette, ground=None):
    return image.filter(Palette.of(palette).filter(image, ground))


def middles(image, count, height=40):
    return to_oklab(np.array([image.getpixel((40, n * height + height // 2)) for n in range(count)]) / 255)


def draft(library, prompt, palette=None, seed=3, size=256):
    scene = plan(prompt, library)
    asked = Palette.of(palette) if palette else None
    return compose(scene, library, size, size, np.random.default_rng(seed), palette=asked)


class TestGiving:
    def test_what_was_darker_stays_darker_or_as_dark(self):
        rng = np.random.default_rng(0)
        for _ in range(50):
            centres, palette = rng.uniform((0, -0.2, -0.2), (1, 0.2, 0.2), (2, 7, 3))
            centres, palette = (values[np.argsort(values[:, 0])] for values in (centres, palette[:5]))
            given = give(centres, np.full(7, 1 / 7), palette)
            assert all(one <= other for one, other in pairwise(given))

    def test_colours_of_the_palette_stay_where_they_are(self):
        palette = Palette.of(COAST).lab
        np.testing.assert_array_equal(give(palette, np.full(5, 0.2), palette), np.arange(5))

    def test_one_colour_is_enough(self):
        assert list(give(lab("#000", "#888", "#fff"), np.full(3, 1 / 3), lab("#e76f51"))) == [0, 0, 0]

    def test_what_sinks_into_the_ground_is_avoided(self):
        palette = Palette.of(["#1d3557", "#a8dadc"]).lab
        pale = lab("#b8e0e0")
        assert list(give(pale, np.ones(1), palette)) == [1]
        assert list(give(pale, np.ones(1), palette, np.array([0.0, 0.2]))) == [0]


class TestFilters:
    @pytest.mark.parametrize("palette", PALETTES)
    def test_flat_colours_become_colours_of_the_palette(self, palette):
        image = graded(bands("#203040", "#c04040", "#60b060", "#f8f0e0"), palette)
        assert fidelity(image, palette).coverage > 0.98

    def test_an_eye_stays_dark_in_a_palette_of_one_colour(self):
        image = Image.new("RGB", (200, 200), "#f0c090")
        image.paste("#101010", (90, 90, 110, 110))
        out = graded(image, ["#e9c46a"])
        fur, eye = (colour(out.getpixel(at)) for at in ((10, 10), (100, 100)))
        assert np.linalg.norm(fur - lab("#e9c46a")) < 0.02
        assert eye[0] < fur[0] - 0.25

    def test_shades_stay_shades_in_their_order(self):
        ramp = Image.fromarray(np.repeat(np.linspace(120, 200, 200).astype(np.uint8)[:, None, None], 3, 2))
        ramp = ramp.resize((60, 200))
        lightness = middles(graded(ramp, ["#2a9d8f"]), 5)[:, 0]
        assert all(one < other for one, other in pairwise(lightness))

    def test_transparency_is_kept_and_says_nothing_about_colour(self):
        image = bands("#c04040", "#c04040").convert("RGBA")
        image.paste((0, 0, 255, 0), (0, 40, 80, 80))
        out = graded(image, ["#e76f51", "#264653"])
        assert out.getchannel("A").tobytes() == image.getchannel("A").tobytes()
        assert out.getpixel((40, 20))[:3] == pytest.approx((0xE7, 0x6F, 0x51), abs=12)

    def test_a_thing_stands_out_from_its_ground(self):
        thing, ground = Image.new("RGB", (40, 40), "#6cd0f0"), Image.new("RGB", (40, 40), "#4cc9f0")
        alone, before_it = (colour(graded(thing, NEON, at).getpixel((5, 5))) for at in (None, ground))
        assert np.linalg.norm(alone - lab("#4cc9f0")) < 0.05
        assert np.linalg.norm(before_it - lab("#4cc9f0")) > 0.2


class TestDrafts:
    @pytest.mark.parametrize("palette", PALETTES)
    @pytest.mark.parametrize("prompt", ["a cat on a sofa", "a castle on a hill", "an owl at night"])
    def test_a_draft_is_in_its_palette(self, library, prompt, palette):
        plain, asked = draft(library, prompt), draft(library, prompt, palette)
        before, after = (fidelity(Image.fromarray(each.image), palette) for each in (plain, asked))
        assert after.coverage > 0.6
        assert after.coverage > before.coverage + 0.2
        assert after.mean_delta_e < 0.7 * before.mean_delta_e

    @pytest.mark.parametrize("palette", PALETTES)
    def test_things_stand_where_they_stand_without(self, library, palette):
        prompt = "two foxes in a snowy forest"
        assert draft(library, prompt).boxes == draft(library, prompt, palette).boxes

    def test_the_prompts_colours_win(self, library):
        for prompt, box in (("a blue car and a cat", 0), ("a cat and a blue car", 1)):
            found = draft(library, prompt, FOREST, size=384)
            left, top, right, bottom = next(b.box for b in found.boxes if b.thing == box)
            car = found.image[top:bottom, left:right][found.mask[top:bottom, left:right] > 0]
            colours = to_oklab(car / 255)
            assert (colours[:, 2] < -0.06).mean() > 0.3, f"{prompt}: the car is not blue"

    def test_an_asked_background_wins(self, library):
        found = draft(library, "a cat on a red background", NEON)
        red = to_oklab(found.image[:12, :12].reshape(-1, 3) / 255).mean(axis=0)
        assert red[1] > 0.12
        assert abs(red[2]) < 0.14

    def test_all_copies_of_a_thing_are_alike(self, library):
        found = draft(library, "five balloons", COAST, size=384)
        means = [
            found.image[top:bottom, left:right][found.mask[top:bottom, left:right] > 0].mean(axis=0)
            for left, top, right, bottom in (box.box for box in found.boxes)
        ]
        assert len(means) == 5
        assert np.ptp(means, axis=0).max() < 30

    def test_a_pencil_drawing_is_printed_in_ink_and_paper(self, library):
        found = draft(library, "pencil sketch of a horse", FOREST)
        seen = to_oklab(found.image.reshape(-1, 3) / 255)
        assert seen[:, 0].min() < 0.45
        paper = lab("#fefae0")[0]
        assert np.linalg.norm(np.median(seen, axis=0) - paper) < 0.05

    def test_the_same_dice_give_the_same_draft(self, library):
        one, again = (draft(library, "a sailing boat", COAST) for _ in range(2))
        assert one.image.tobytes() == again.image.tobytes()
        assert one.image.tobytes() != draft(library, "a sailing boat", NEON).image.tobytes()
