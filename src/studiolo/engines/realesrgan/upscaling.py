"""A picture enlarged tile by tile: colours and transparency, with something to look at meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studiolo.engines.realesrgan import tiling
from studiolo.imaging.filling import fill

Enlarge = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]
"""(h, w, 3) to (n·h, n·w, 3)."""

_PREVIEW_PX: Final = 1024
_OPAQUE: Final = 255


class Upscaling:
    """A picture on its way to ``factor`` times its size.

    ``enlarge`` makes it ``own`` times as large, which may be more than ``factor``: each tile is then
    halved with Lanczos' filter.
    """

    def __init__(self, picture: Image.Image, factor: int, enlarge: Enlarge, own: int) -> None:
        self._enlarge = enlarge
        self._factor, self._own = factor, own
        self._size = picture.size
        self._colours = tiling.pad(np.asarray(picture.convert("RGB")))
        opacity = picture.getchannel("A") if picture.mode == "RGBA" else None
        self._opacity = None if opacity is None else tiling.pad(np.asarray(opacity))
        # What is not yet done looks as it would without a network.
        whole = picture.width * factor, picture.height * factor
        self._canvas = picture.convert("RGB").resize(whole, Image.Resampling.BICUBIC)
        self._veil = None if opacity is None else opacity.resize(whole, Image.Resampling.BICUBIC)
        self.tiles = tiling.count(*self._size)

    def run(self, after_tile: Callable[[int], None]) -> Image.Image:
        """The enlarged picture, RGB or RGBA as the picture was; ``after_tile`` is told how many are done."""
        for done, tile in enumerate(tiling.cut(*self._size), start=1):
            colours = tile.seen(self._colours)
            if self._opacity is None or self._veil is None:
                tiling.place(self._canvas, tile, self._enlarged(colours), self._factor)
            else:
                self._see_through(tile, colours, tile.seen(self._opacity), self._veil)
            after_tile(done)
        if self._veil is None:
            return self._canvas
        return Image.merge("RGBA", (*self._canvas.split(), self._veil))

    def preview(self) -> Image.Image:
        """The picture so far, on white where it is transparent, small enough to be sent."""
        shrink = min(1.0, _PREVIEW_PX / max(self._canvas.size))
        size = max(1, round(self._canvas.width * shrink)), max(1, round(self._canvas.height * shrink))
        small = self._canvas.resize(size, Image.Resampling.BOX)
        if self._veil is not None:
            small = Image.composite(
                small, Image.new("RGB", size, "white"), self._veil.resize(size, Image.Resampling.BOX)
            )
        return small

    def _see_through(
        self, tile: tiling.Tile, colours: NDArray[np.uint8], opacity: NDArray[np.uint8], veil: Image.Image
    ) -> None:
        if not opacity.any():
            return
        if not opacity.all():
            # Colours that nobody sees would shine through at the edge.
            colours = fill(colours, opacity == 0)
        tiling.place(self._canvas, tile, self._enlarged(colours), self._factor)
        if not (opacity == _OPAQUE).all():
            grey = self._enlarged(np.repeat(opacity[..., None], 3, axis=2)).convert("L")
            tiling.place(veil, tile, grey, self._factor)

    def _enlarged(self, pixels: NDArray[np.uint8]) -> Image.Image:
        enlarged = Image.fromarray(np.ascontiguousarray(self._enlarge(pixels)))
        if self._own == self._factor:
            return enlarged
        size = pixels.shape[1] * self._factor, pixels.shape[0] * self._factor
        return enlarged.resize(size, Image.Resampling.LANCZOS)
