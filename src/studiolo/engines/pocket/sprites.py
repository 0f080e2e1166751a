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
# Drawings with filters are rendered whole, at one size, and then fitted. A blur costs about a microsecond for
# each pixel; and resvg 0.48's compositing panics at some sizes and cuts of some drawings. At this size, whole,
# all 1,143 of them render.
_FILTERED_PX = 320


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
        image = _cut_pixels(_rasterise(svg, _FILTERED_PX, _FILTERED_PX), box)
    else:
        image = _rasterise(_cut(svg, box), *size)
    if image.size != size:
        image = _enlarged(image, size)
    pixels = np.asarray(image)
    pixels.setflags(write=False)
    return pixels


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
