"""What is measured: right for pictures made to measure, whatever their mode and size."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from studiolo.assistant.pocket.colour_names import base_of, colour_names
from studiolo.assistant.pocket.findings import Findings
from studiolo.assistant.pocket.observer import Observer
from studiolo.assistant.pocket.palette import bases
from tests.assistant.pocket.drawn import PHOTOGRAPHS, Drawn, TruthfulEye, lettered, picture, say, seen

CSS = {
    "#ff0000": "red", "#ffa500": "orange", "#ffff00": "yellow", "#008000": "green", "#0000ff": "blue",
    "#800080": "purple", "#ff69b4": "pink", "#8b4513": "brown", "#000000": "black", "#ffffff": "white",
    "#808080": "grey", "#40e0d0": "turquoise", "#000080": "blue", "#87ceeb": "blue",
}  # fmt: skip


def look(image: Image.Image) -> Findings:
    return Observer(eye=TruthfulEye()).observe(image)


def disc(ground: str, spot: str, size: int = 400) -> Image.Image:
    image = Image.new("RGB", (size, size), ground)
    ImageDraw.Draw(image).ellipse((size // 4, size // 4, size * 3 // 4, size * 3 // 4), fill=spot)
    return image


@pytest.mark.parametrize(("value", "base"), CSS.items())
def test_a_plain_colour_has_its_basic_name(value: str, base: str) -> None:
    (colour,) = look(Image.new("RGB", (64, 64), value)).colours
    assert colour.base == base
    assert colour.share == pytest.approx(1)


def test_shares_are_those_painted() -> None:
    colours = look(disc("#ffffff", "#0000ff")).colours
    shares = bases(colours)
    assert shares["blue"] == pytest.approx(np.pi / 16, abs=0.01)
    assert shares["white"] == pytest.approx(1 - np.pi / 16, abs=0.01)


def test_the_background_is_what_lies_along_the_edges() -> None:
    (background,) = look(disc("#008000", "#ffffff")).background
    assert background.base == "green"


def test_every_name_is_its_own_nearest() -> None:
    from studiolo.assistant.pocket.colour_names import nearest_name
    from studiolo.imaging.colours import to_oklab

    for colour in colour_names():
        lab = to_oklab(np.array([colour.rgb], np.float64) / 255)[0]
        assert nearest_name(lab).base in {colour.base, "grey", "white", "black"}, colour


@pytest.mark.parametrize(
    ("word", "base"),
    [("Navy", "blue"), ("light-blue", "blue"), ("gray", "grey"), ("tomato red", "red"), ("sad", None)],
)
def test_colour_words(word: str, base: str | None) -> None:
    assert base_of(word) == base


@pytest.mark.parametrize(
    ("level", "word"),
    [(0, "very dark"), (60, "dark"), (119, "balanced"), (200, "bright"), (255, "very bright")],
)
def test_brightness(level: int, word: str) -> None:
    light = look(Image.new("RGB", (90, 90), (level, level, level))).light
    assert light.brightness == word
    assert light.contrast == "flat"
    assert light.saturation == "colourless"


def test_clipping_and_contrast() -> None:
    light = look(disc("#ffffff", "#000000")).light
    assert light.contrast == "high"
    assert light.clipped_white == pytest.approx(0.8, abs=0.02)
    assert light.clipped_black == pytest.approx(0.2, abs=0.02)


def test_temperature() -> None:
    assert look(Image.new("RGB", (9, 9), "#ffb060")).light.temperature == "warm"
    assert look(Image.new("RGB", (9, 9), "#4080ff")).light.temperature == "cool"
    assert look(Image.new("RGB", (9, 9), "#808080")).light.temperature == "neutral"


def test_sharpness() -> None:
    sharp = disc("#ffffff", "#203080")
    assert look(sharp).sharpness[0] == "sharp"
    assert look(sharp.filter(ImageFilter.GaussianBlur(8))).sharpness[0] == "blurred"
    assert look(Image.new("RGB", (50, 50), "red")).sharpness[0] == "featureless"


def test_composition() -> None:
    mirrored, lopsided = disc("#ffffff", "#203080"), picture(Drawn("dog", None, (0.05, 0.3, 0.3, 0.8)))
    assert look(mirrored).composition.symmetrical
    assert not look(lopsided).composition.symmetrical
    assert look(lopsided).composition.balance[0] < -0.3
    assert look(lopsided).composition.spacious


@pytest.mark.parametrize(
    ("image", "name"),
    [
        (Image.new("RGB", (80, 80), "#88aacc"), "plain colour"),
        (Image.linear_gradient("L").convert("RGB"), "gradient"),
        (Image.effect_noise((256, 256), 90).convert("RGB"), "noise"),
        (picture(Drawn("dog", None, (0.2, 0.2, 0.8, 0.8))), "drawing"),
    ],
    ids=["plain", "gradient", "noise", "drawing"],
)
def test_kinds_of_picture(image: Image.Image, name: str) -> None:
    assert look(image).medium.name == name


@pytest.mark.parametrize("file", sorted(PHOTOGRAPHS.glob("*.jpg")), ids=lambda file: file.stem)
def test_photographs(file: object) -> None:
    image = Image.open(file).convert("RGB")  # type: ignore[arg-type]
    assert look(image).medium.name == "photograph"
    assert say(seen(), image, "What is this?").startswith(
        "I'm not sure: I recognise drawings, not photographs"
    )
    assert say(seen(), image, "Is there a dog?").startswith("I'm not sure")


@pytest.mark.parametrize("mode", ["L", "LA", "P", "CMYK", "1", "I;16", "F", "RGBA", "YCbCr"])
def test_any_mode(mode: str) -> None:
    grey = Image.new("L", (60, 40), 255)
    image = Image.fromarray(np.full((40, 60), 65535, np.uint16)) if mode == "I;16" else grey.convert(mode)
    findings = look(image)
    assert findings.size == (60, 40)
    assert findings.colours[0].base == "white"


def test_transparency_is_no_colour() -> None:
    image = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    ImageDraw.Draw(image).rectangle((30, 30, 69, 69), fill=(255, 0, 0, 255))
    findings = look(image)
    assert [c.base for c in findings.colours] == ["red"]
    assert findings.background == ()
    assert findings.transparent == pytest.approx(0.84, abs=0.01)
    assert say(seen(), image, "What colour is the background?") == "The background is transparent."


@pytest.mark.parametrize("size", [(1, 1), (2, 900), (900, 3), (5, 5)])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_tiny_and_thin(size: tuple[int, int], mode: str) -> None:
    assistant = seen()
    image = Image.new(mode, size, (200, 30, 30) if mode == "RGB" else (0, 0, 0, 0))
    for question in ("What is this?", "What are the main colours?", "How bright is it?", "Is it sharp?"):
        assert say(assistant, image, question).endswith(".")
    for question in (
        "Is it a photo?",
        "Is it symmetrical?",
        "What is the background colour?",
        "Day or night?",
    ):
        assert say(assistant, image, question).endswith((".", ".)"))
    assert 3 <= len(assistant.tag(source(image)).tags) <= 12


def source(image: Image.Image) -> object:
    from studiolo.requests import SourceImage

    return SourceImage(image)


def test_a_hundred_megapixels_are_looked_at_in_a_copy() -> None:
    image = Image.new("RGB", (10_000, 10_000), "#008000")
    findings = look(image)
    assert max(findings.pixels.rgb.shape) <= 256
    assert findings.colours[0].base == "green"
    assert findings.medium.name == "plain colour"
    assert findings.size == (10_000, 10_000)


def test_threads_agree() -> None:
    image = lettered(disc("#ffe14d", "#203080"), "Open 9 to 5", (60, 180))
    observer = Observer(eye=TruthfulEye())

    def everything(_: int) -> object:
        f = observer.observe(image, key="one")
        return (f.colours, f.light, f.composition, f.medium, f.sharpness, f.background, f.text)

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(everything, range(8)))
    assert all(each == told[0] for each in told)


def test_the_last_picture_is_kept_and_only_that() -> None:
    observer = Observer(eye=TruthfulEye())
    image = disc("#ffffff", "#000000")
    first = observer.observe(image, key="a")
    assert observer.observe(image, key="a") is first
    observer.observe(image, key="b")
    assert observer.observe(image, key="a") is not first


@pytest.mark.parametrize(
    ("question", "starts"),
    [
        ("What is the resolution?", "640 by 480 pixels (0.3 megapixels), landscape, 4:3."),
        ("Is it landscape or portrait?", "It is landscape, 4:3."),
        ("How bright is it?", "It is very bright: its mean lightness is 9"),
        ("Is the contrast high?", "The contrast is medium"),
        ("Is it black and white?", "It has hardly any colour"),
        ("Warm or cool colours?", "Its colours are neither warm nor cool."),
        ("Is it a drawing?", "It is"),
        ("Is it day or night?", "I can't tell: nothing in the picture says so."),
        ("What is the background colour?", "The background is white"),
    ],
)
def test_answers_from_measures(question: str, starts: str) -> None:
    image = Image.new("RGB", (640, 480), "white")
    ImageDraw.Draw(image).ellipse((220, 140, 420, 340), fill="#707070")
    assert say(seen(), image, question).startswith(starts)
