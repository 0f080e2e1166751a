"""No place asked: a quiet backdrop in a colour that lets the things stand out."""

from __future__ import annotations

import math

import numpy as np

from studiolo.engines.pocket.backgrounds.canvas import Canvas
from studiolo.imaging.colours import from_lch, rgb_to_hex


def _colour(lightness: float, chroma: float, hue: float) -> str:
    return rgb_to_hex(from_lch(np.array([lightness, chroma, hue])))


def backdrop_hue(canvas: Canvas, things: tuple[float, float, float]) -> tuple[float, float, float]:
    """A backdrop (lightness, chroma, hue) for things of this mean colour: opposite or beside it, pale."""
    lightness, chroma, hue = things
    if chroma < 0.04:
        hue = canvas.between(0, 2 * math.pi)
    else:
        hue += (math.pi, 2.3, -2.3, 1.4, -1.4)[int(canvas.rng.integers(5))] + canvas.between(-0.25, 0.25)
    if lightness > 0.86:
        return canvas.between(0.68, 0.76), canvas.between(0.07, 0.1), hue
    return canvas.between(0.9, 0.95), canvas.between(0.025, 0.055), hue


def plain(
    canvas: Canvas,
    base: tuple[float, float, float],
    *,
    exact: bool = False,
    accent: tuple[float, float, float] | None = None,
) -> None:
    """Paint one of several backdrops around the colour `base`; an `exact` one was asked for.

    Of an `accent`, a palette's second colour, are the floor, the disc and the rings.
    """
    lightness, chroma, hue = base
    canvas.horizon, canvas.ground = canvas.height * 0.7, canvas.height * 0.84
    w, h = canvas.width, canvas.height
    step = 0.03 if exact or accent else 0.045
    light, dark = (
        _colour(min(lightness + step, 0.985), chroma * 0.8, hue),
        _colour(lightness - step, chroma * 1.25, hue),
    )
    middle = _colour(lightness, chroma, hue)
    shape, solid = (light, 0.0) if accent is None else (_colour(*accent), 0.4)
    kind = int(canvas.rng.integers(4))
    canvas.rect(0, 0, w, h, canvas.gradient(light, middle, dark))
    if kind == 1:  # a floor that meets the wall softly
        canvas.horizon = h * canvas.between(0.66, 0.74)
        floor = canvas.gradient(dark, middle) if accent is None else _colour(*accent)
        canvas.rect(0, canvas.horizon, w, h, floor)
    elif kind == 2:  # a disc behind the things
        canvas.ellipse(w / 2, h * 0.48, 0.42 * min(w, h), 0.42 * min(w, h), shape, o=min(1, 0.75 + solid))
    elif kind == 3:  # soft rings in the corners
        for x, y, r in ((0.05, 0.1, 0.34), (0.98, 0.3, 0.24), (0.1, 0.95, 0.26)):
            canvas.ellipse(x * w, y * h, r * min(w, h), r * min(w, h), shape, o=0.5 + solid)
    canvas.glow(w / 2, h * 0.45, 0.7 * max(w, h), light, 0.55)
