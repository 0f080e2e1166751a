"""Drops of ink carried along a smooth random flow, leaving colour where they pass."""

from __future__ import annotations

import colorsys
import hashlib
import re

import numpy as np
from PIL import Image

_DROPS_PER_1000_PIXELS = 30
_STEP_PX = 1.6
_WAVES = 7
_DENSITY = 0.17

_INKS = {
    "red": "d62839", "orange": "f3722c", "yellow": "f9c74f", "gold": "e0a100", "green": "43aa8b",
    "teal": "1b9aaa", "turquoise": "2ec4b6", "blue": "2667ff", "navy": "1d3f8f", "purple": "7b2cbf",
    "violet": "8f5bd9", "pink": "ff7096", "magenta": "d100d1", "brown": "8a5a44", "white": "f8f9fa",
    "black": "22223b", "grey": "8d99ae", "gray": "8d99ae", "silver": "c0c7d1",
}  # fmt: skip
_PAPERS = {"night": "0b1026", "dark": "14121f", "sea": "e6f4f6", "snow": "fbfdff", "desert": "fbeedb"}


class Painting:
    """One picture in the making; :meth:`advance` it step by step and look at :meth:`image` whenever.

    Args:
        prompt: colour words choose the inks; "night" or "dark" the paper. Without any, its hash does.
        seed: of the flow and of the drops; the same seed gives the same bytes.
        swirl: how strongly the flow turns, from 0 (straight) up.
    """

    def __init__(self, *, prompt: str, width: int, height: int, seed: int, swirl: float) -> None:
        self._size = width, height
        inks, self._paper = palette(prompt)
        digest = hashlib.sha256(f"{seed} {prompt}".encode()).digest()
        random = np.random.default_rng(np.frombuffer(digest, np.uint32))
        self._flow = _flow(random, width, height, swirl)
        drops = width * height * _DROPS_PER_1000_PIXELS // 1000
        self._x = random.uniform(0, width, drops)
        self._y = random.uniform(0, height, drops)
        # Ink by place, with some mixing, so that colours gather into currents.
        mixed = self._x / width + self._y / height * 0.4 + random.normal(0, 0.12, drops)
        self._colours = inks[(mixed * len(inks)).astype(int) % len(inks)]
        self._strength = random.uniform(0.3, 1.0, drops)
        self._glows = bool(self._paper.mean() < 0.4)
        self._deposit = np.zeros((height * width, 3))

    def advance(self) -> None:
        """Carry every drop one step along and let it leave ink."""
        width, height = self._size
        column = self._x.astype(int) % width
        row = self._y.astype(int) % height
        pixel = row * width + column
        ink = self._colours if self._glows else 1 - self._colours
        for channel in range(3):
            self._deposit[:, channel] += np.bincount(pixel, ink[:, channel] * self._strength, width * height)
        angle = self._flow[row, column]
        self._x = (self._x + _STEP_PX * np.cos(angle)) % width
        self._y = (self._y + _STEP_PX * np.sin(angle)) % height

    def image(self) -> Image.Image:
        """The painting as it is now.

        Ink takes light from the paper by Beer's law; on dark paper it adds light the same way.
        """
        width, height = self._size
        passed = np.exp(-_DENSITY * self._deposit.reshape(height, width, 3))
        picture = 1 - (1 - self._paper) * passed if self._glows else self._paper * passed
        return Image.fromarray((np.clip(picture, 0, 1) * 255).round().astype(np.uint8))


def palette(prompt: str) -> tuple[np.ndarray, np.ndarray]:
    """Inks (N, 3) and paper (3,), RGB from 0 to 1, from the words of ``prompt``."""
    words = re.findall(r"[a-z]+", prompt.lower())
    inks = [_rgb(_INKS[word]) for word in words if word in _INKS]
    if not inks:
        hue = hashlib.sha256(prompt.encode()).digest()[0] / 255
        inks = [colorsys.hsv_to_rgb((hue + turn) % 1, 0.75, 0.8) for turn in (0.0, 0.08, 0.16, 0.55)]
    elif len(inks) == 1:  # one ink alone is flat: add its neighbours
        hue, saturation, value = colorsys.rgb_to_hsv(*inks[0])
        inks += [colorsys.hsv_to_rgb((hue + turn) % 1, saturation, value) for turn in (0.06, -0.06)]
    paper = next((_PAPERS[word] for word in words if word in _PAPERS), "fdf8f0")
    return np.array(inks), np.array(_rgb(paper))


def _flow(random: np.random.Generator, width: int, height: int, swirl: float) -> np.ndarray:
    """Angles (height, width) in radians: a few long random waves, periodic at the edges."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    angle = np.full((height, width), random.uniform(0, 2 * np.pi))
    for _ in range(_WAVES):
        across, down = random.integers(-3, 4, 2)
        phase = random.uniform(0, 2 * np.pi)
        wave = np.sin(2 * np.pi * (across * x / width + down * y / height) + phase)
        angle += swirl * wave * 1.6 / (1 + np.hypot(across, down))
    return angle


def _rgb(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4))
