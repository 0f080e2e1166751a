"""Pictures whose true outline is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

Draw = Callable[[ImageDraw.ImageDraw, object, int], object]


def disc(pen: ImageDraw.ImageDraw, fill: object, scale: int) -> None:
    pen.ellipse((40 * scale, 30 * scale, 130 * scale, 115 * scale), fill=fill)


def shaded(width: int = 180, height: int = 140) -> np.ndarray:
    """A ground of sky above grass, with some noise: (h, w, 3)."""
    rows = np.linspace(0, 1, height)[:, None, None]
    sky, grass = np.array([120, 180, 240]), np.array([90, 170, 80])
    ground = np.where(rows < 0.6, sky * (1 - rows * 0.3), grass * (1 - (rows - 0.6) * 0.4))
    noise = np.random.default_rng(2).normal(0, 3, (height, width, 1))
    return (ground + noise).clip(0, 255).astype(np.uint8)


def scene(draw: Draw = disc, colour: tuple[int, int, int] = (210, 40, 35)) -> tuple[Image.Image, np.ndarray]:
    """Something drawn with soft edges onto the ground, and its true opacity: (h, w), 0 to 1."""
    scale = 4
    large = Image.new("L", (180 * scale, 140 * scale))
    draw(ImageDraw.Draw(large), 255, scale)
    opacity = large.resize((180, 140), Image.Resampling.BOX)
    picture = Image.fromarray(shaded())
    picture.paste(Image.new("RGB", picture.size, colour), mask=opacity)
    return picture, np.asarray(opacity, float) / 255
