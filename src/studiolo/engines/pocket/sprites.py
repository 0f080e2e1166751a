"""Drawings as pixels at the size they are needed, recoloured."""

from __future__ import annotations

import io
import math
import re
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studiolo.engines.pocket.drawings import Drawing, DrawingLibrary
from studiolo.engines.pocket.recolour import recolour

_VIEW = re.compile(r'viewBox="([-\d. ]+)"')
_SIZE = re.compile(r'^(<svg[^>]*?) width="[^"]*" height="[^"]*"')
# Drawings with filters are rendered whole, at one of two sizes, and then fitted. A blur costs about a
# microsecond for each pixel; and resvg 0.48's compositing panics at some sizes and cuts of some drawings. At
# these sizes, whole, all 1,141 of them render.
_FILTERED_PX = (224, 320)
_LOOK_PX = 48
_OPAQUE = 100
_SOFTER = 1.3  # how much a small render may be enlarged before the larger one is worth its time


def sprite(
    library: DrawingLibrary,
    drawing: Drawing,
    colour: str | None,
    second_colour: str | None,
    width: int,
    height: int,
) -> NDArray[np.uint8]:
    """The drawing cut to its opaque box and fitted into a size in pixels: (h, w, 4) RGBA, straight alpha."""
    svg = _source(library, drawing, colour, second_colour)
    left, top, right, bottom = drawing.box
    scale = min(width / (right - left), height / (bottom - top))
    size = (max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale)))
    return _render(svg, drawing.box, size)


@lru_cache(maxsize=128)
def _source(library: DrawingLibrary, drawing: Drawing, colour: str | None, second_colour: str | None) -> str:
    svg = library.svg(drawing)
    return recolour(svg, colour, second_colour) if colour else svg


@lru_cache(maxsize=48)
def _render(svg: str, box: tuple[float, float, float, float], size: tuple[int, int]) -> NDArray[np.uint8]:
    if "<filter" in svg:
        whole = max(size[0] / (box[2] - box[0]), size[1] / (box[3] - box[1]))
        image = _cut_pixels(_whole(svg, _FILTERED_PX[whole > _FILTERED_PX[0] * _SOFTER]), box)
    else:
        image = _rasterise(_cut(svg, box), *size)
    if image.size != size:
        image = _enlarged(image, size)
    pixels = np.asarray(image)
    pixels.setflags(write=False)
    return pixels


@lru_cache(maxsize=16)
def _whole(svg: str, side: int) -> Image.Image:
    return _rasterise(svg, side, side)


@lru_cache(maxsize=64)
def head_of(library: DrawingLibrary, drawing: Drawing) -> tuple[float, float, float]:
    """Guess where the head of a standing figure is: its middle, its width and its top, in shares of the box.

    It is what reaches highest; measured a little below the top, where ears have become a head.
    """
    seen = np.asarray(_cut_pixels(_whole(library.svg(drawing), _LOOK_PX), drawing.box))
    alpha: NDArray[np.bool_] = np.greater(seen[..., 3], _OPAQUE)
    height, width = alpha.shape
    columns = np.nonzero(alpha[: max(1, height // 8)].any(axis=0))[0]
    if len(columns) == 0:
        return 0.5, 0.5, 1.0
    middle = int(np.median(columns))
    row: list[bool] = np.any(alpha[height // 5 : height // 4 + 1], axis=0).tolist()
    left, right = middle, middle
    while left > 0 and row[left - 1]:
        left -= 1
    while right < width - 1 and row[right + 1]:
        right += 1
    wide = min(max((right - left + 1) / width, 0.22), 0.62)
    centre = (left + right + 1) / 2 / width if row[middle] else middle / width
    return min(max(centre, wide / 2), 1 - wide / 2), wide, 1.0


def _rasterise(svg: str, width: int, height: int) -> Image.Image:
    import resvg_py

    png = resvg_py.svg_to_bytes(svg_string=svg, width=width, height=height, dpi=96, skip_system_fonts=True)
    return Image.open(io.BytesIO(png)).convert("RGBA")


def _cut_pixels(image: Image.Image, box: tuple[float, float, float, float]) -> Image.Image:
    left, top, right, bottom = box
    width, height = image.size
    edges = (left * width, top * height, right * width, bottom * height)
    return image.crop((int(edges[0]), int(edges[1]), math.ceil(edges[2]), math.ceil(edges[3])))


def _enlarged(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Resize with premultiplied alpha, or dark seams would show at the edges."""
    return image.convert("RGBa").resize(size, Image.Resampling.BICUBIC).convert("RGBA")


def _cut(svg: str, box: tuple[float, float, float, float]) -> str:
    """Narrow the document's view to `box`, given in shares of it."""
    view = _VIEW.search(svg)
    if view is None:
        return svg
    x, y, width, height = (float(v) for v in view[1].split())
    left, top, right, bottom = box
    new = (x + left * width, y + top * height, (right - left) * width, (bottom - top) * height)
    svg = svg.replace(
        view[0], 'viewBox="{:.3f} {:.3f} {:.3f} {:.3f}" preserveAspectRatio="none"'.format(*new), 1
    )
    return _SIZE.sub(r"\1", svg, count=1)
