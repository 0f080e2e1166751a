"""What the weather puts in front of the things: rain, snow in the air, fog."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from studiolo.engines.pocket.scene import Weather


def veil(weather: Weather, width: int, height: int, rng: np.random.Generator) -> NDArray[np.uint8] | None:
    """What is laid over the picture, (h, w, 4) RGBA, or None in fair weather."""
    if weather in {"rain", "storm"}:
        return np.asarray(_rain(width, height, rng, drops=150 if weather == "storm" else 105))
    if weather == "snow":
        return np.asarray(_snow(width, height, rng))
    return np.asarray(_fog(width, height, rng)) if weather == "fog" else None


def _rain(width: int, height: int, rng: np.random.Generator, drops: int) -> Image.Image:
    layer = Image.new("RGBA", (width, height), (206, 226, 246, 0))
    draw = ImageDraw.Draw(layer)
    unit = min(width, height) / 100
    for _ in range(drops):
        x, y, length = rng.uniform(0, width), rng.uniform(-0.05, 1) * height, rng.uniform(2.5, 6) * unit
        alpha = int(rng.uniform(80, 165))
        draw.line(
            (x, y, x - 0.28 * length, y + length),
            fill=(222, 238, 252, alpha),
            width=max(1, round(0.42 * unit)),
        )
    return layer


def _snow(width: int, height: int, rng: np.random.Generator) -> Image.Image:
    layer = Image.new("RGBA", (width, height), (255, 255, 255, 0))
    draw = ImageDraw.Draw(layer)
    for _ in range(70):
        x, y, r = (
            rng.uniform(0, width),
            rng.uniform(0, height),
            rng.uniform(0.3, 1.0) * min(width, height) / 100,
        )
        draw.ellipse((x - r, y - r, x + r, y + r), fill=(255, 255, 255, int(rng.uniform(150, 235))))
    return layer.filter(ImageFilter.GaussianBlur(0.4))


def _fog(width: int, height: int, rng: np.random.Generator) -> Image.Image:
    """Bands of mist, thicker towards the ground."""
    alpha = np.zeros((height, 1), np.float64)
    rows = np.arange(height)[:, None] / height
    for _ in range(4):
        centre, spread = rng.uniform(0.35, 0.95), rng.uniform(0.06, 0.16)
        alpha += np.exp(-(((rows - centre) / spread) ** 2)) * rng.uniform(50, 85)
    layer = np.full((height, width, 4), 238, np.uint8)
    layer[..., 3] = np.clip(alpha + 22, 0, 135).astype(np.uint8)
    return Image.fromarray(layer)
