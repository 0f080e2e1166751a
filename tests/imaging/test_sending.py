"""Pictures on their way to a service: small enough, opaque, readable."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from studiolo.imaging.sending import SMALLEST_MAX_BYTES, Sendable, for_sending


def photograph(width: int, height: int) -> Image.Image:
    """Many colours, and as hard to compress as pictures get."""
    pixels = np.random.default_rng(0).integers(0, 255, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def drawing(width: int, height: int, mode: str = "RGB") -> Image.Image:
    image = Image.new(mode, (width, height), "white" if mode == "RGB" else (0, 0, 0, 0))
    ImageDraw.Draw(image).ellipse((0, 0, width - 1, height - 1), fill=(200, 30, 40))
    return image


def opened(sendable: Sendable) -> Image.Image:
    image = Image.open(io.BytesIO(sendable.data))
    assert Image.MIME[image.format] == sendable.media_type
    assert image.size == sendable.size
    image.load()
    return image


def test_a_small_drawing_goes_as_it_is():
    image = drawing(300, 200)
    sent = for_sending(image)
    assert (sent.media_type, sent.size, sent.scaled, sent.note) == ("image/png", (300, 200), False, "")
    assert np.array_equal(np.asarray(opened(sent)), np.asarray(image))


def test_a_picture_with_many_colours_goes_as_jpeg():
    sent = for_sending(photograph(300, 200))
    assert (sent.media_type, sent.scaled) == ("image/jpeg", False)
    assert opened(sent).mode == "RGB"


@pytest.mark.parametrize(("given", "expected"), [((4000, 2000), (1568, 784)), ((100, 5000), (31, 1568))])
def test_the_longest_side_is_held(given, expected):
    sent = for_sending(drawing(*given))
    assert opened(sent).size == expected
    assert sent.note == "The picture was scaled from {}x{} to {}x{} before it was sent.".format(
        *given, *expected
    )


def test_a_picture_is_never_enlarged():
    assert for_sending(drawing(10, 10), max_side_px=4000).size == (10, 10)


def test_quality_falls_before_size_does():
    best = for_sending(photograph(400, 400))
    worse = for_sending(photograph(400, 400), max_bytes=len(best.data) - 1)
    assert len(worse.data) < len(best.data)
    assert worse.size == best.size == (400, 400)


@pytest.mark.parametrize("max_bytes", [SMALLEST_MAX_BYTES, 50_000, 100_000])
@pytest.mark.parametrize("image", [photograph(640, 480), drawing(640, 480)], ids=["photograph", "drawing"])
def test_the_bytes_are_held_whatever_it_takes(image, max_bytes):
    sent = for_sending(image, max_bytes=max_bytes)
    assert len(sent.data) <= max_bytes
    assert opened(sent).size == sent.size


def test_a_drawing_too_large_as_png_goes_as_jpeg():
    spots = np.random.default_rng(0).integers(0, 2, (600, 600, 1), dtype=np.uint8) * np.uint8(255)
    image = Image.fromarray(np.repeat(spots, 3, axis=2))
    assert for_sending(image).media_type == "image/png"
    assert for_sending(image, max_bytes=20_000).media_type == "image/jpeg"


def test_what_is_transparent_becomes_white():
    sent = opened(for_sending(drawing(100, 100, "RGBA")))
    assert sent.mode == "RGB"
    assert sent.getpixel((0, 0)) == (255, 255, 255)
    assert sent.getpixel((50, 50)) == (200, 30, 40)


def test_half_transparent_is_mixed_with_white():
    sent = opened(for_sending(Image.new("RGBA", (8, 8), (0, 0, 0, 128))))
    assert sent.getpixel((4, 4)) == (127, 127, 127)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "RGBA"])
def test_every_mode_is_sent(mode):
    assert opened(for_sending(drawing(20, 20).convert(mode))).mode == "RGB"


def test_the_given_picture_stays_as_it_was():
    image = drawing(2000, 1000, "RGBA")
    for_sending(image)
    assert (image.size, image.mode) == ((2000, 1000), "RGBA")


@pytest.mark.parametrize("limits", [{"max_side_px": 0}, {"max_bytes": SMALLEST_MAX_BYTES - 1}])
def test_limits_no_picture_fits(limits):
    with pytest.raises(ValueError, match="at least"):
        for_sending(drawing(10, 10), **limits)
