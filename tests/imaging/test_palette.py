"""Palettes of pictures whose colours are known."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from studiolo.errors import InvalidImageError, InvalidRequestError
from studiolo.imaging.palette import (
    MAX_COLOURS,
    Fidelity,
    Swatch,
    extract,
    fidelity,
    parse_colour,
    parse_palette,
)

TEAL, SAND, NAVY = "#2a9d8f", "#e9c46a", "#264653"


def bands(*parts: tuple[str, int], width: int = 60) -> Image.Image:
    """Horizontal bands of these colours and heights."""
    image = Image.new("RGB", (width, sum(height for _, height in parts)))
    top = 0
    for colour, height in parts:
        image.paste(colour, (0, top, width, top + height))
        top += height
    return image


class TestParsing:
    @pytest.mark.parametrize("text", ["#2a9d8f", "2a9d8f", "#2A9D8F", " 2A9d8f "])
    def test_six_digits(self, text):
        assert parse_colour(text) == TEAL

    @pytest.mark.parametrize("text", ["#f80", "F80"])
    def test_three_digits(self, text):
        assert parse_colour(text) == "#ff8800"

    @pytest.mark.parametrize(
        "text", ["", "#", "#12", "#1234", "#12345", "#1234567", "##123456", "teal", "#ggg"]
    )
    def test_anything_else_is_refused(self, text):
        with pytest.raises(InvalidRequestError, match="is no colour") as caught:
            parse_colour(text)
        assert "#rrggbb" in caught.value.hint

    def test_a_palette_keeps_its_order_and_has_no_colour_twice(self):
        assert parse_palette(["#fff", "2A9D8F", "#ffffff", TEAL]) == ("#ffffff", TEAL)
        assert parse_palette([]) == ()

    def test_too_many_colours(self):
        colours = [f"#0000{n:02x}" for n in range(MAX_COLOURS + 1)]
        assert len(parse_palette(colours[:-1])) == MAX_COLOURS
        with pytest.raises(InvalidRequestError, match="11 colours; at most 10"):
            parse_palette(colours)


class TestExtracting:
    def test_flat_colours_are_found_exactly_with_their_shares(self):
        assert extract(bands((NAVY, 50), (TEAL, 30), (SAND, 20)), 5) == (
            Swatch(NAVY, pytest.approx(0.5, abs=0.01)),
            Swatch(TEAL, pytest.approx(0.3, abs=0.01)),
            Swatch(SAND, pytest.approx(0.2, abs=0.01)),
        )

    def test_no_more_than_asked_for_and_shares_sum_to_one(self):
        noise = Image.fromarray(np.random.default_rng(3).integers(0, 255, (90, 120, 3), dtype=np.uint8))
        for colours in (1, 2, 5, MAX_COLOURS):
            found = extract(noise, colours)
            assert len(found) == colours
            assert sum(swatch.share for swatch in found) == pytest.approx(1)
            assert [s.share for s in found] == sorted((s.share for s in found), reverse=True)

    def test_near_equal_colours_are_one(self):
        assert len(extract(bands(("#2a9d8f", 30), ("#2b9e90", 30), ("#2c9c92", 30)), 5)) == 1

    def test_a_small_accent_outlives_the_shades_of_a_large_ground(self):
        grey = np.linspace(90, 200, 100).astype(np.uint8)
        picture = Image.fromarray(np.repeat(np.repeat(grey[:, None, None], 100, 1), 3, 2))
        ImageDraw.Draw(picture).rectangle((40, 40, 52, 52), fill="#e63946")
        found = extract(picture, 3)
        assert any(ciede(swatch.hex, "#e63946") < 5 for swatch in found), found

    def test_transparent_pixels_are_ignored(self):
        picture = bands((SAND, 50), (TEAL, 50)).convert("RGBA")
        picture.paste((255, 0, 0, 0), (0, 0, 60, 50))
        assert extract(picture) == (Swatch(TEAL, 1.0),)
        assert extract(Image.new("RGBA", (8, 8))) == ()

    def test_any_mode_and_any_shape(self):
        assert extract(Image.new("L", (3, 1000), 255)) == (Swatch("#ffffff", 1.0),)
        assert extract(Image.new("P", (1, 1))) == (Swatch("#000000", 1.0),)

    def test_the_same_picture_gives_the_same_palette(self):
        noise = Image.fromarray(np.random.default_rng(5).integers(0, 255, (200, 200, 3), dtype=np.uint8))
        assert extract(noise, 7) == extract(noise.copy(), 7)

    @pytest.mark.parametrize("colours", [0, -1, 11])
    def test_an_impossible_number_is_refused(self, colours):
        with pytest.raises(InvalidRequestError, match=f"palette of {colours} colours") as caught:
            extract(Image.new("RGB", (4, 4)), colours)
        assert "1 to 10" in caught.value.hint


def ciede(one: str, other: str) -> float:
    return fidelity(Image.new("RGB", (1, 1), one), [other]).mean_delta_e


class TestFidelity:
    def test_a_picture_of_nothing_but_the_palette_is_perfect(self):
        found = fidelity(bands((NAVY, 60), (TEAL, 20), (SAND, 20)), [NAVY, TEAL, SAND])
        assert found.coverage == 1
        assert found.mean_delta_e == pytest.approx(0, abs=1e-6)
        assert found.presence == pytest.approx((0.6, 0.2, 0.2), abs=0.01)

    def test_one_colour_of_three_covers_all_and_is_still_wrong(self):
        found = fidelity(Image.new("RGB", (50, 50), NAVY), [NAVY, TEAL, SAND])
        assert found.coverage == 1
        assert found.presence == (1, 0, 0)
        away = (ciede(NAVY, TEAL) + ciede(NAVY, SAND)) / 3
        assert found.mean_delta_e == pytest.approx(away / 2)

    def test_what_is_in_no_asked_colour_lowers_the_coverage(self):
        found = fidelity(bands((NAVY, 75), ("#ff00ff", 25)), [NAVY])
        assert found.coverage == pytest.approx(0.75, abs=0.01)
        assert found.mean_delta_e == pytest.approx(0.25 * ciede("#ff00ff", NAVY) / 2, rel=0.05)

    def test_a_shade_is_near_and_another_colour_is_not(self):
        assert fidelity(Image.new("RGB", (4, 4), "#2fa596"), [TEAL]).coverage == 1
        assert fidelity(Image.new("RGB", (4, 4), "#3a5a9f"), [TEAL]).coverage == 0

    def test_black_and_white_are_a_hundred_apart(self):
        black = Image.new("RGB", (4, 4))
        assert fidelity(black, ["#fff"]) == Fidelity(0.0, pytest.approx(100, abs=0.01), (0.0,))

    def test_a_small_presence_counts(self):
        """2 % of the pixels are enough for a colour to be there."""
        found = fidelity(bands((NAVY, 97), (SAND, 3)), [NAVY, SAND])
        assert found.mean_delta_e == pytest.approx(0, abs=1e-6)

    def test_transparent_pixels_are_not_measured(self):
        picture = bands((NAVY, 50), ("#ff00ff", 50)).convert("RGBA")
        picture.paste((0, 0, 0, 0), (0, 50, 60, 100))
        assert fidelity(picture, [NAVY]).coverage == 1
        with pytest.raises(InvalidImageError, match="transparent"):
            fidelity(Image.new("RGBA", (4, 4)), [NAVY])

    def test_a_palette_of_nothing_is_refused(self):
        with pytest.raises(InvalidRequestError, match="no colour to measure"):
            fidelity(Image.new("RGB", (4, 4)), [])
        with pytest.raises(InvalidRequestError, match="'teal' is no colour"):
            fidelity(Image.new("RGB", (4, 4)), ["teal"])
