"""What things stand on: painted places, plain colours, gradients, and what is no drawing at all."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from studiolo.engines.pocket.backgrounds.paint import PAINTERS, paint
from studiolo.engines.pocket.scene import Place, Scene, TimeOfDay
from studiolo.engines.pocket.vocabulary import COLOURS
from training.recogniser import WORK

SIDE = 320  # px, of the painted places
_ROUNDS = 8  # of each place at each hour
_HOURS: tuple[TimeOfDay, ...] = ("day", "day", "night", "sunset")
_WORDS = (
    "the",
    "of",
    "and",
    "a",
    "to",
    "in",
    "it",
    "you",
    "that",
    "was",
    "for",
    "are",
    "with",
    "they",
    "this",
)


def render() -> None:
    """Paint the bank of places once: about 1,300 pictures."""
    path = WORK / "grounds.npy"
    if path.exists():
        return
    pictures = []
    for round_ in range(_ROUNDS):
        rng = np.random.default_rng([3, round_])
        scenes = [Scene(place=Place(k), time_of_day=hour) for k in PAINTERS for hour in _HOURS]
        scenes += [Scene(background_colour=colour) for colour in COLOURS]
        scenes += [Scene()] * 20
        for scene in scenes:
            tint = (rng.uniform(0.3, 0.9), rng.uniform(0, 0.2), rng.uniform(-math.pi, math.pi))
            pictures.append(paint(scene, SIDE, SIDE, rng, tint).image)
    partial = path.with_suffix(".partial.npy")
    np.save(partial, np.stack(pictures))
    partial.replace(path)


def load() -> NDArray[np.uint8]:
    """(n, SIDE, SIDE, 3), memory-mapped."""
    return np.load(WORK / "grounds.npy", mmap_mode="r")


def ground(rng: np.random.Generator, bank: NDArray[np.uint8], side: int) -> Image.Image:
    """Something for drawings to stand on."""
    dice = rng.random()
    if dice < 0.42:
        return _window(rng, bank, side)
    if dice < 0.52:
        return Image.new("RGB", (side, side), "white")
    if dice < 0.66:
        return Image.new("RGB", (side, side), _colour(rng))
    if dice < 0.8:
        return _gradient(rng, side)
    return no_drawing(rng, side)


def no_drawing(rng: np.random.Generator, side: int) -> Image.Image:
    """Noise, textures, clouds of colour, text, boxes: nothing that has a name."""
    kinds = (_noise, _clouds, _stripes, _text, _boxes, _blobs)
    picture = kinds[int(rng.integers(len(kinds)))](rng, side)
    return picture.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 2))) if rng.random() < 0.3 else picture


def _window(rng: np.random.Generator, bank: NDArray[np.uint8], side: int) -> Image.Image:
    picture = bank[int(rng.integers(len(bank)))]
    if rng.random() < 0.5:
        picture = picture[:, ::-1]
    extent = SIDE if rng.random() < 0.4 else rng.uniform(0.3, 1) * SIDE
    left, top = rng.uniform(0, SIDE - extent, 2)
    box = (left, top, left + extent, top + extent)
    return Image.fromarray(picture).resize((side, side), Image.Resampling.BILINEAR, box=box)


def _colour(rng: np.random.Generator) -> tuple[int, int, int]:
    light = rng.uniform(0, 1) ** 0.6
    r, g, b = ((light + rng.normal(0, 0.22, 3)).clip(0, 1) * 255).astype(int).tolist()
    return r, g, b


def _gradient(rng: np.random.Generator, side: int) -> Image.Image:
    angle = math.pi / 2 if rng.random() < 0.5 else rng.uniform(0, 2 * math.pi)
    y, x = np.mgrid[0:32, 0:32] / 31
    along = math.cos(angle) * x + math.sin(angle) * y
    along = ((along - along.min()) / np.ptp(along))[..., None]
    colours = np.array(_colour(rng)) * (1 - along) + np.array(_colour(rng)) * along
    return Image.fromarray(colours.astype(np.uint8)).resize((side, side), Image.Resampling.BICUBIC)


def _noise(rng: np.random.Generator, side: int) -> Image.Image:
    small = max(2, int(side / rng.uniform(1, 5)))
    values = np.array(_colour(rng)) + rng.normal(
        0, rng.uniform(5, 90), (small, small, int(rng.choice([1, 3])))
    )
    pixels = np.broadcast_to(values, (small, small, 3)).clip(0, 255).astype(np.uint8)
    return Image.fromarray(np.ascontiguousarray(pixels)).resize((side, side), Image.Resampling.BILINEAR)


def _clouds(rng: np.random.Generator, side: int) -> Image.Image:
    """Noise of many scales, as a photograph has."""
    total = np.zeros((side, side, 3), np.float32)
    fall = rng.uniform(0.35, 0.8)
    for octave in range(2, 7):
        layer = (rng.random((2**octave, 2**octave, 3)) * 255).astype(np.uint8)
        total += fall**octave * np.asarray(
            Image.fromarray(layer).resize((side, side), Image.Resampling.BICUBIC)
        )
    total = (total - total.mean()) / total.std()
    mix = rng.dirichlet(np.ones(3), 3) if rng.random() < 0.7 else np.eye(3)
    pixels = np.array(_colour(rng)) + (total @ mix) * rng.uniform(15, 70)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def _stripes(rng: np.random.Generator, side: int) -> Image.Image:
    y, x = np.mgrid[0:side, 0:side]
    angle, period = rng.uniform(0, math.pi), rng.uniform(4, side / 2)
    wave = np.sin((math.cos(angle) * x + math.sin(angle) * y) / period * 2 * math.pi)
    if rng.random() < 0.4:
        wave = wave * np.sin((math.cos(angle) * y - math.sin(angle) * x) / period * 2 * math.pi)
    wave = np.sign(wave) if rng.random() < 0.5 else wave
    share = ((wave + 1) / 2)[..., None]
    pixels = np.array(_colour(rng)) * share + np.array(_colour(rng)) * (1 - share)
    return Image.fromarray(pixels.astype(np.uint8))


def _text(rng: np.random.Generator, side: int) -> Image.Image:
    dark = rng.random() < 0.25
    picture = Image.new(
        "RGB", (side, side), _colour(rng) if rng.random() < 0.4 else "black" if dark else "white"
    )
    draw = ImageDraw.Draw(picture)
    size = float(rng.uniform(7, side / 6))
    font = ImageFont.load_default(size)
    ink = _colour(rng) if rng.random() < 0.4 else "white" if dark else "black"
    y, left = rng.uniform(0, size), rng.uniform(0, side / 6)
    while y < side:
        line = " ".join(rng.choice(_WORDS, int(rng.integers(1, 9))))
        draw.text((left, y), line.capitalize() if rng.random() < 0.3 else line, ink, font)
        y += size * rng.uniform(1.1, 2.2)
    return picture


def _boxes(rng: np.random.Generator, side: int) -> Image.Image:
    """Windows, buttons and tables, as on a screen."""
    picture = Image.new("RGB", (side, side), _colour(rng))
    draw = ImageDraw.Draw(picture)
    for _ in range(int(rng.integers(3, 14))):
        left, top = rng.uniform(-0.1, 0.9, 2) * side
        width, height = rng.uniform(0.05, 0.9, 2) ** 1.5 * side
        box = (left, top, left + width + 2, top + height + 2)
        outline = _colour(rng) if rng.random() < 0.4 else None
        draw.rounded_rectangle(box, rng.uniform(0, min(width, height) / 2), _colour(rng), outline)
    return picture


def _blobs(rng: np.random.Generator, side: int) -> Image.Image:
    picture = _gradient(rng, side)
    draw = ImageDraw.Draw(picture)
    for _ in range(int(rng.integers(2, 20))):
        x, y = rng.uniform(0, side, 2)
        a, b = rng.uniform(0.02, 0.4, 2) * side
        if rng.random() < 0.7:
            draw.ellipse((x - a, y - b, x + a, y + b), _colour(rng))
        else:
            draw.line((x - a, y - b, x + a, y + b), _colour(rng), int(rng.integers(1, 9)))
    return picture


if __name__ == "__main__":
    render()
    print(f"{len(load())} grounds")
