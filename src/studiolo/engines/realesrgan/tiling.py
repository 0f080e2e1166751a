"""A picture in tiles that a network can take one by one, and the seams between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

TILE_PX: Final = 112
"""Longest side of a tile, of the picture that is enlarged: a gigabyte for the largest network."""

MARGIN_PX: Final = 12
"""What a network sees around its tile. On pictures the results then differ from those of the whole picture
by half a grey level in the mean, for networks that see further."""

BLEND_PX: Final = 4
"""How far tiles fade into each other, to each side of the line between them."""


@dataclass(frozen=True, kw_only=True)
class Tile:
    """A part of a picture: its own pixels, from (left, top) up to but without (right, bottom)."""

    left: int
    top: int
    right: int
    bottom: int

    def seen(self, padded: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The tile and its margin, of a picture with a margin around it: (h + 2·margin, w + 2·margin, …)."""
        return padded[self.top : self.bottom + 2 * MARGIN_PX, self.left : self.right + 2 * MARGIN_PX]


def cut(width: int, height: int) -> Iterator[Tile]:
    """Tiles of about one size that cover a picture, row by row."""
    for top, bottom in _spans(height):
        for left, right in _spans(width):
            yield Tile(left=left, top=top, right=right, bottom=bottom)


def count(width: int, height: int) -> int:
    """How many tiles :func:`cut` makes."""
    return _parts(width) * _parts(height)


def pad(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture, (h, w) or (h, w, 3), with a mirrored margin, so that the networks see no edge."""
    around = [(MARGIN_PX, MARGIN_PX)] * 2 + [(0, 0)] * (pixels.ndim - 2)
    return np.pad(pixels, around, "symmetric")


def place(canvas: Image.Image, tile: Tile, enlarged: Image.Image, factor: int) -> None:
    """Put a tile, enlarged with its margin, onto ``canvas``; it fades into those to its left and above.

    Those to its right and below come later and fade into this one.
    """
    reach = MARGIN_PX - BLEND_PX  # of the margin, what is not used
    box = (
        reach if tile.left else MARGIN_PX,
        reach if tile.top else MARGIN_PX,
        min(MARGIN_PX + tile.right - tile.left + BLEND_PX, MARGIN_PX + canvas.width // factor - tile.left),
        min(MARGIN_PX + tile.bottom - tile.top + BLEND_PX, MARGIN_PX + canvas.height // factor - tile.top),
    )
    piece = enlarged.crop((box[0] * factor, box[1] * factor, box[2] * factor, box[3] * factor))
    ramp = 2 * BLEND_PX * factor
    across = _rise(piece.width, ramp if tile.left else 0)
    down = _rise(piece.height, ramp if tile.top else 0)
    mask = Image.fromarray((np.outer(down, across) * 255 + 0.5).astype(np.uint8))
    at = (tile.left + box[0] - MARGIN_PX) * factor, (tile.top + box[1] - MARGIN_PX) * factor
    canvas.paste(piece, at, mask)


def _rise(length: int, ramp: int) -> NDArray[np.float32]:
    """From 0 to 1 over ``ramp`` pixels, then 1."""
    if not ramp:
        return np.ones(length, np.float32)
    return ((np.arange(length, dtype=np.float32) + 0.5) / ramp).clip(0, 1)


def _parts(length: int) -> int:
    return -(-length // TILE_PX)


def _spans(length: int) -> list[tuple[int, int]]:
    """``length`` in equal parts, none longer than a tile."""
    parts = _parts(length)
    edges = [length * part // parts for part in range(parts + 1)]
    return list(pairwise(edges))
