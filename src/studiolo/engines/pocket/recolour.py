"""Recolour a drawing in its vector source: the main family of colours turns, shading and details stay.

Colours are grouped by hue in OKLCH; the family that covers most of the drawing is mapped onto the asked
colour, each shade keeping its distance in lightness from the family's middle. Eyes, wheels, leaves and
outlines have other hues or none, and stay.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studiolo.engines.pocket.vocabulary import colour_rgb
from studiolo.imaging.colours import from_lch, hex_to_rgb, rgb_to_hex, to_lch

Floats = NDArray[np.float64]

_HEX = re.compile(r"#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b")
# Fluent's inner shadows colour themselves in a filter: four zeros, then one channel, three times.
_MATRIX = re.compile(r"0 0 0 0 ([\d.]+) 0 0 0 0 ([\d.]+) 0 0 0 0 ([\d.]+)(?= 0 0 0 [\d.]+ 0)")
_NEUTRAL = 0.045  # chroma below which a colour has no hue to speak of
_NEAR = math.radians(42)  # hues this near belong to one family
_GREENS = (math.radians(105), math.radians(165))
_LOOK_PX = 48
_OUTLINE = 0.34  # lightness below which a neutral is an outline, an eye or a tyre


@dataclass(frozen=True, slots=True)
class _Family:
    """Colours that turn together: around a hue, or (hue None) the greys between two lightnesses."""

    hue: float | None
    lightness: float
    chroma: float
    low: float = 0.0
    high: float = 1.0
    area: int = 0

    def has(self, lch: Floats) -> bool:
        if self.hue is None:
            return bool(lch[1] < _NEUTRAL + 0.02 and self.low <= lch[0] <= self.high)
        return bool(lch[1] >= _NEUTRAL * 0.7 and abs(_turn(lch[2], self.hue)) < _NEAR)


def recolour(svg: str, colour: str, second_colour: str | None = None) -> str:
    """Return `svg` with its main family in `colour`, and its second family, if asked, in `second_colour`.

    Both are canonical names of `vocabulary`. A drawing without anything to colour is returned as it is.
    """
    families = _families(svg)
    if not families:
        return svg
    main, *others = families
    turns: list[tuple[Callable[[Floats], bool], _Family, Floats]] = [(main.has, main, _target(colour))]
    if second_colour is not None:
        second = others[0] if others else _light_half(main)
        turns.insert(0, (second.has if others else _lighter_than(main), second, _target(second_colour)))
    elif others and _as_large(others[0], main):
        turns.append((others[0].has, others[0], _target(colour)))
    return _map_colours(svg, turns)


def _as_large(other: _Family, main: _Family) -> bool:
    """Whether a second hue covers almost as much (a butterfly's wings); leaves stay green."""
    if other.hue is None or main.hue is None or _GREENS[0] < other.hue < _GREENS[1]:
        return False
    return other.area > 0.6 * main.area


def _target(colour: str) -> Floats:
    return to_lch(np.array(colour_rgb(colour)) / 255)


def _turn(a: float, b: float) -> float:
    return (a - b + math.pi) % (2 * math.pi) - math.pi


def _light_half(main: _Family) -> _Family:
    return _Family(main.hue, min(main.lightness + 0.14, 0.97), main.chroma)


def _lighter_than(main: _Family) -> Callable[[Floats], bool]:
    return lambda lch: main.has(lch) and lch[0] > main.lightness + 0.02


@lru_cache(maxsize=256)
def _families(svg: str) -> tuple[_Family, ...]:
    """The drawing's families by the area they cover, the largest first."""
    import resvg_py

    png = resvg_py.svg_to_bytes(svg_string=svg, width=_LOOK_PX, height=_LOOK_PX, skip_system_fonts=True)
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGBA")).reshape(-1, 4)
    seen = to_lch(pixels[pixels[:, 3] > 128][:, :3] / 255.0)
    if len(seen) == 0:
        return ()
    coloured = seen[seen[:, 1] >= _NEUTRAL]
    neutral = seen[(seen[:, 1] < _NEUTRAL) & (seen[:, 0] > _OUTLINE)]
    dark = seen[(seen[:, 1] < _NEUTRAL) & (seen[:, 0] <= _OUTLINE)]
    found = [(len(members), _around_hue(members)) for members in _by_hue(coloured)]
    # A grey or white coat is the main family only if it is most of the drawing: not wheels, windows, eyes.
    for greys, low, high in ((neutral, _OUTLINE, 1.0), (dark, 0.0, _OUTLINE + 0.12)):
        if len(greys) > 0.4 * len(seen):
            found.append((len(greys), _Family(None, float(np.median(greys[:, 0])), 0.0, low, high)))
    found.sort(key=lambda pair: -pair[0])
    return tuple(family for area, family in found if area > 0.06 * len(seen)) or tuple(
        f for _, f in found[:1]
    )


def _by_hue(colours: Floats) -> Iterable[Floats]:
    """Take the most frequent hue and its neighbours, then the most frequent of the rest, and so on."""
    while len(colours) > 0:
        counts, edges = np.histogram(colours[:, 2], bins=36, range=(-math.pi, math.pi), weights=colours[:, 1])
        smooth = counts + 0.6 * (np.roll(counts, 1) + np.roll(counts, -1))
        hue = float(edges[int(np.argmax(smooth))] + math.pi / 36)
        near = np.abs((colours[:, 2] - hue + math.pi) % (2 * math.pi) - math.pi) < _NEAR
        if not near.any():
            return
        yield colours[near]
        colours = colours[~near]


def _around_hue(members: Floats) -> _Family:
    weights = members[:, 1]
    hue = math.atan2(
        float((weights * np.sin(members[:, 2])).sum()), float((weights * np.cos(members[:, 2])).sum())
    )
    return _Family(hue, float(np.median(members[:, 0])), float(np.median(members[:, 1])))


def _map_colours(svg: str, turns: list[tuple[Callable[[Floats], bool], _Family, Floats]]) -> str:
    def turned(rgb: Floats) -> Floats | None:
        lch = to_lch(rgb)
        for has, family, target in turns:
            if has(lch):
                return from_lch(_moved(lch, family, target))
        return None

    def of_hex(match: re.Match[str]) -> str:
        new = turned(hex_to_rgb(match[0]))
        return match[0] if new is None else rgb_to_hex(new)

    def of_matrix(match: re.Match[str]) -> str:
        new = turned(np.array([float(v) for v in match.groups()]))
        if new is None:
            return match[0]
        r, g, b = (f"{v:.4f}" for v in new)
        return f"0 0 0 0 {r} 0 0 0 0 {g} 0 0 0 0 {b}"

    return _MATRIX.sub(of_matrix, _HEX.sub(of_hex, svg))


def _moved(lch: Floats, family: _Family, target: Floats) -> Floats:
    """One shade of `family` as a shade of `target`."""
    step = lch[0] - family.lightness
    # Near black or white there is less room for shades on that side; squeeze them rather than cut them off.
    room_up, room_down = 0.99 - target[0], target[0] - 0.10
    room = (
        room_up / max(1 - family.lightness, 0.12)
        if step > 0
        else room_down / max(family.lightness - 0.1, 0.12)
    )
    lightness = target[0] + step * min(1.0, max(room, 0.25))
    if family.hue is None:
        chroma = target[1] * (1 - 0.8 * max(0.0, step))
        return np.array([lightness, chroma, target[2]])
    saturation = lch[1] / max(family.chroma, 0.05)
    drift = _turn(lch[2], family.hue) * 0.35  # a sunset apple keeps a little of its warm and cold side
    return np.array([lightness, target[1] * min(saturation, 1.35), target[2] + drift])
