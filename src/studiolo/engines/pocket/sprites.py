"""Drawings as pixels at the size they are needed, recoloured."""

from __future__ import annotations

import io
import re
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studiolo.engines.pocket.drawings import Drawing, DrawingLibrary
from studiolo.engines.pocket.recolour import recolour

_VIEW = re.compile(r'viewBox="([-\d. ]+)"')
_SIZE = re.compile(r'^(<svg[^>]*?) width="[^"]*" height="[^"]*"')
# A blur costs about a microsecond for each pixel: those drawings are rendered smaller and enlarged.
_FILTERED_PX = 200


def sprite(
    library: DrawingLibrary,
    drawing: Drawing,
    colour: str | None,
    second_colour: str | None,
    width: int,
    height: int,
) -> NDArray[np.uint8]:
    """The drawing cut to its opaque box and fitted into width × height pixels: (h, w, 4) RGBA, straight alpha."""
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
    import resvg_py

    cut = _cut(svg, box)
    shown = size
    if "<filter" in svg and max(size) > _FILTERED_PX:
        shrink = _FILTERED_PX / max(size)
        shown = (max(1, round(size[0] * shrink)), max(1, round(size[1] * shrink)))
    png = resvg_py.svg_to_bytes(
        svg_string=cut, width=shown[0], height=shown[1], dpi=96, skip_system_fonts=True
    )
    image = Image.open(io.BytesIO(png)).convert("RGBA")
    if image.size != size:
        image = _enlarged(image, size)
    pixels = np.asarray(image)
    pixels.setflags(write=False)
    return pixels


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
