"""Colour grading: what is drawn, moved onto the colours of an asked palette.

The colours of a drawing are clustered in OKLab, and each cluster is given a colour of the palette: no cluster
may become lighter than one that was lighter than it, so that eyes stay darker than fur; colours stay near to
where they were, and as far from one another as they were, as far as the palette goes. Between the clusters
colours move smoothly, as in palette-based recolouring (Chang et al. 2015, "Palette-based Photo Recoloring"),
by a lookup table as film grading uses it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from studiolo.imaging import clustering
from studiolo.imaging.colours import from_oklab, hex_to_rgb, to_oklab

Floats = NDArray[np.float64]
Lch = tuple[float, float, float]

_LOOK_PX = 64  # side of the copy whose colours are clustered
_OPAQUE = 128
_GRID, _RADIUS = 0.02, 0.09
_MOST = 8  # clusters: with ten colours there are 24,310 ways to give them in the order of light
_LATTICE = 25  # points of the lookup table along each side of the colour cube
_REACH = 0.05  # OKLab: how far from a cluster's middle its move is felt
# How much a shade keeps of its difference (lightness, a, b) from the mean of what its colour replaces.
_SHADING = np.array([0.55, 0.15, 0.15])
_LIGHT = np.array([0.6, 1.0, 1.0])  # how much a difference in lightness counts beside one in colour
_APART = 0.25  # OKLab: colours so far apart stand out from one another
_LEGIBLE = 0.65  # how much darker than its paper ink is at least
# What a way of giving costs, in squared OKLab.
_KEEPING = 0.5  # to be as far apart as before, beside staying where one was
_NEW = 0.004  # what each further colour of the palette is worth
_SINKING = 0.15  # to have the colour of the ground


@dataclass(frozen=True, eq=False)
class Palette:
    """Asked colours in OKLab, (n, 3), from dark to light."""

    lab: Floats

    @classmethod
    def of(cls, colours: Sequence[str]) -> Palette:
        """From "#rrggbb"; at least one."""
        lab = to_oklab(np.stack([hex_to_rgb(colour) for colour in colours]))
        return cls(lab[np.argsort(lab[:, 0], kind="stable")])

    def filter(self, picture: Image.Image, ground: Image.Image | None = None) -> ImageFilter.Color3DLUT:
        """What brings ``picture`` (RGB or RGBA) into these colours; it is to stand out from ``ground``."""
        centres, shares = _clusters(picture)
        chosen = give(centres, shares, self.lab, None if ground is None else self._sinking(ground))
        # Clusters of one colour stay shades of it.
        members = chosen[:, None] == chosen[None]
        middles = (members * shares) @ centres / (members @ shares)[:, None]
        return _table(_moved(centres, self.lab[chosen] + _SHADING * (centres - middles)))

    def grade(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """``pixels`` (h, w, 3) in these colours."""
        picture = Image.fromarray(pixels)
        return np.asarray(picture.filter(self.filter(picture)))

    def ink_and_paper(self) -> ImageFilter.Color3DLUT:
        """What prints a drawing of greys: black in the darkest of these colours, white in the lightest."""
        ink, paper = self.lab[0].copy(), self.lab[-1]
        ink[0] = min(ink[0], max(paper[0] - _LEGIBLE, 0.0))
        return _table(ink + _lattice()[:, :1] * (paper - ink))

    def plain_ground(self, things: Lch, rng: np.random.Generator) -> tuple[Lch, Lch]:
        """Two colours (OKLCH) for a ground without a place: light, and far from that of the things."""
        lightness, chroma, hue = things
        colour = np.array([lightness, chroma * np.cos(hue), chroma * np.sin(hue)])
        away = np.sqrt(((self.lab - colour) ** 2).sum(axis=1))
        best = np.argsort(-(self.lab[:, 0] + np.minimum(away, _APART)), kind="stable")[:2]
        first, second = rng.permutation(best) if len(best) > 1 else (best[0], best[0])
        return _lch(self.lab[first]), _lch(self.lab[second])

    def _sinking(self, ground: Image.Image) -> Floats:
        """What it costs to have each of these colours on ``ground``, (n,)."""
        behind, shares = _clusters(ground)
        away = np.sqrt(((self.lab[:, None] - behind[None]) ** 2).sum(axis=-1))
        return _SINKING * (np.maximum(0.0, 1 - away / _APART) * shares).sum(axis=1)


def give(centres: Floats, shares: Floats, palette: Floats, sinking: Floats | None = None) -> NDArray[np.intp]:
    """Which palette colour each cluster gets, (k,).

    Args:
        centres: the clusters in OKLab, (k, 3), from dark to light.
        shares: how much of the drawing they cover, (k,).
        palette: (n, 3) from dark to light; so is what is given.
        sinking: what it costs to be given each of these, (n,).
    """
    ways = _ways(len(centres), len(palette))
    weights = np.sqrt(shares) / np.sqrt(shares).sum()
    moves = (((centres[:, None] - palette[None]) * _LIGHT) ** 2).sum(axis=-1)
    if sinking is not None:
        moves = moves + sinking
    costs = (moves * weights[:, None])[np.arange(len(centres)), ways].sum(axis=1)
    one, other = np.triu_indices(len(centres), 1)
    before, between = _distances(centres)[one, other], _distances(palette)
    pairs = weights[one] * weights[other]
    costs += _KEEPING * ((between[ways[:, one], ways[:, other]] - before) ** 2 * pairs).sum(axis=1)
    costs -= _NEW * (np.diff(ways, axis=1) > 0).sum(axis=1)
    return ways[int(costs.argmin())]


@cache
def _ways(clusters: int, colours: int) -> NDArray[np.intp]:
    """Every way to give colours to clusters in the order of light, (ways, clusters)."""
    return np.array(list(combinations_with_replacement(range(colours), clusters)), np.intp)


def _distances(lab: Floats) -> Floats:
    return np.sqrt((((lab[:, None] - lab[None]) * _LIGHT) ** 2).sum(axis=-1))


def _clusters(picture: Image.Image) -> tuple[Floats, Floats]:
    """Middles (k, 3) and shares (k,) of the colours of what is opaque, from dark to light."""
    small = picture.resize((_LOOK_PX, _LOOK_PX), Image.Resampling.NEAREST)
    pixels = np.asarray(small).reshape(-1, len(small.getbands()))
    seen = pixels[pixels[:, 3] >= _OPAQUE] if pixels.shape[1] == 4 else pixels
    cells = clustering.on_grid(to_oklab((seen if len(seen) else pixels)[:, :3] / 255.0), _GRID)
    centres, shares = clustering.cluster(cells.means, cells.counts, radius=_RADIUS, most=_MOST)
    order = np.argsort(centres[:, 0], kind="stable")
    return centres[order], shares[order]


def _moved(centres: Floats, targets: Floats) -> Floats:
    """Where the lattice goes when the middles of the clusters go to ``targets``, and shades with them."""
    away = _lattice()[:, None] - centres[None]
    nearness = -(away**2).sum(axis=-1) / (2 * _REACH**2)
    weights = np.exp(nearness - nearness.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    return (weights[..., None] * (targets[None] + _SHADING * away)).sum(axis=1)


def _table(lab: Floats) -> ImageFilter.Color3DLUT:
    """The lookup table that brings the lattice to these OKLab colours."""
    return ImageFilter.Color3DLUT(_LATTICE, from_oklab(lab).astype(np.float32).ravel())


@cache
def _lattice() -> Floats:
    """The table's points in OKLab; red changes fastest, as Pillow wants it."""
    steps = np.linspace(0, 1, _LATTICE)
    blue, green, red = np.meshgrid(steps, steps, steps, indexing="ij")
    return to_oklab(np.stack([red, green, blue], axis=-1).reshape(-1, 3))


def _lch(lab: Floats) -> Lch:
    return float(lab[0]), float(np.hypot(lab[1], lab[2])), float(np.arctan2(lab[2], lab[1]))
