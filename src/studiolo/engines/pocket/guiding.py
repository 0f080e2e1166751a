"""Palette guidance: at each step, the colours of the picture to come are led towards the palette.

Training-free, after Lobashev et al. 2025 (arXiv 2503.19034): the sampling descends the sliced Wasserstein
distance between the colours of the predicted picture and those asked for. There the gradient goes back
through decoder and denoiser. Here the prediction is read by the linear map, and moved by the least change
of latents that has the step's effect on the colours: no network runs more often than without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from studiolo.engines.pocket import colour_map
from studiolo.engines.pocket.grading import Palette
from studiolo.engines.pocket.sampling import Latents, Velocity
from studiolo.imaging import clustering, colour_transport
from studiolo.imaging.colours import from_oklab, to_oklab

if TYPE_CHECKING:
    from studiolo.engines.pocket.starting import Start

_FRAMES = 6
_PULL = 0.4  # how far of the way to the palette each prediction is led
_GRID, _RADIUS, _MOST = 0.02, 0.06, 16
_REACH = 0.04  # OKLab: how far from a cluster's middle its move is felt
_SPREAD = 3.0  # quarters of latents: standard deviation of what smooths the moves over the picture
_SMOOTH = 0.25  # sRGB, 0 to 1: colours that spread less than this around a place count as one surface there
_NEAR = 0.15  # OKLab: what the start has farther from every asked colour was given its own by the prompt

Floats = NDArray[np.float64]


def guide(start: Start, palette: Palette, free: Latents | None, rng: np.random.Generator) -> PaletteGuide:
    """The guide of a painting from ``start``.

    Colours of what is painted from that are not of the palette are left alone, unless it says otherwise.
    ``free`` is 1 where it may paint, (1, h, w).
    """
    height, width = (side // colour_map.QUARTER_PX for side in start.picture.shape[:2])
    led = np.ones((height, width), np.bool_)
    if not start.led_everywhere:
        led = in_palette(start.picture, palette)
    if free is not None:
        led &= free[0].repeat(2, axis=0).repeat(2, axis=1) > 0
    return PaletteGuide(palette, led, rng)


class PaletteGuide:
    """Leads predictions towards a palette where it is free to.

    Args:
        palette: the asked colours.
        free: (2h, 2w), True where colours are led; the rest stays, and does not count.
        rng: draws the directions that distances are taken along.
    """

    def __init__(self, palette: Palette, free: NDArray[np.bool_], rng: np.random.Generator) -> None:
        self._palette = palette.lab
        self._free = free
        self._directions = colour_transport.frames(_FRAMES, rng)

    def velocity(self, unguided: Velocity) -> Velocity:
        """``unguided``, led: v = (x - x0) / t, with x0 moved towards the palette."""

        def guided(x: Latents, t: float) -> Latents:
            velocity = unguided(x, t)
            return velocity - self.move(x - t * velocity) / np.float32(t)

        return guided

    def move(self, estimate: Latents) -> Latents:
        """By how much the predicted clean latents are to change."""
        rgb = colour_map.colours(estimate).clip(0, 1)
        if not self._free.any():
            return np.zeros_like(estimate)
        here = to_oklab(rgb[self._free])
        shares = colour_transport.shares(here, self._palette)
        wanted = colour_transport.target(self._palette, shares, len(here))
        there = colour_transport.transported(here, wanted, self._directions)
        change = np.zeros_like(rgb)
        change[self._free] = from_oklab(here + _PULL * _together(here, there - here)) - rgb[self._free]
        return colour_map.latents_for(_settled(rgb, change) * self._free[..., None])


def in_palette(picture: NDArray[np.uint8], palette: Palette) -> NDArray[np.bool_]:
    """Which quarters of latents, (2h, 2w), have most of their pixels in (or near) the palette's colours."""
    away = np.sqrt(((to_oklab(picture / 255)[:, :, None] - palette.lab) ** 2).sum(axis=-1)).min(axis=-1)
    return colour_map.quarters((away < _NEAR).astype(np.float64)) >= 0.5


def _together(here: Floats, steps: Floats) -> Floats:
    """The steps, (n, 3), as a smooth function of colour: without it skies break into patches."""
    cells = clustering.on_grid(here, _GRID)
    centres, _ = clustering.cluster(cells.means, cells.counts, radius=_RADIUS, most=_MOST)
    nearness = -((here[:, None] - centres[None]) ** 2).sum(axis=-1) / (2 * _REACH**2)
    weights = np.exp(nearness - nearness.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    means = weights.T @ steps / weights.sum(axis=0)[:, None]
    return weights @ means


def _settled(rgb: Floats, change: Floats) -> Floats:
    """``change``, smooth where the picture ``rgb`` is, as it is where colours meet; all (h, w, 3).

    Neighbours that differ a little may be led to different colours: skies would break into blocks. How far
    each is to be smoothed is what a guided filter (He et al. 2010) asks: how much colours vary around it.
    """
    mean = _smoothed(rgb)
    variance = _smoothed((rgb - mean) ** 2).sum(axis=-1, keepdims=True)
    kept = variance / (variance + _SMOOTH**2)
    return kept * change + (1 - kept) * _smoothed(change)


def _smoothed(change: Floats) -> Floats:
    """``change``, (h, w, 3), blurred by a Gaussian along both sides."""
    reach = round(3 * _SPREAD)
    weights = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * _SPREAD**2))
    weights /= weights.sum()
    for axis in (0, 1):
        padded = np.pad(
            change, [(reach, reach) if side == axis else (0, 0) for side in range(3)], mode="edge"
        )
        change = np.lib.stride_tricks.sliding_window_view(padded, len(weights), axis=axis) @ weights
    return change
