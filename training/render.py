"""Drawings as pixels: every SVG rendered once into one memory-mapped array, and cached."""

from __future__ import annotations

import io
import json
import random
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import resvg_py
from numpy.typing import NDArray
from PIL import Image

from training.sources import Drawing

# Fluent's gradients and blurs take 0.2 s each at 512 px, everything else 0.03 s.
SUBSET_SHARE = {"fluent-emoji": 0.3}


@dataclass(frozen=True)
class Renders:
    """Pictures by index: `pixels[i]` shows the drawing `ids[i]`."""

    pixels: NDArray[np.uint8]  # (n, size, size, 4) RGBA with straight alpha, memory-mapped
    ids: list[str]
    visible: NDArray[np.bool_]  # (n,) whether anything was drawn: a few old SVGs render to nothing


def render(work: Path, drawings: list[Drawing], *, size: int, processes: int = 2) -> Renders:
    """Render `drawings` at `size` px square, or load them when the same ones were rendered before."""
    stem = work / f"renders-{size}"
    index = stem.with_suffix(".json")
    ids = [d.id for d in drawings]
    if not (index.exists() and json.loads(index.read_text())["ids"] == ids):
        shape = (len(drawings), size, size, 4)
        pixels = np.lib.format.open_memmap(stem.with_suffix(".npy"), mode="w+", dtype=np.uint8, shape=shape)
        with ProcessPoolExecutor(processes) as pool:
            jobs = pool.map(_render_one, (d.svg for d in drawings), [size] * len(drawings), chunksize=16)
            for i, picture in enumerate(jobs):
                pixels[i] = picture
        visible = [bool(p[::4, ::4, 3].any()) for p in pixels]
        pixels.flush()
        index.write_text(json.dumps({"ids": ids, "visible": visible}))  # last: its presence says all is there
    stored = json.loads(index.read_text())
    return Renders(np.load(stem.with_suffix(".npy"), mmap_mode="r"), ids, np.array(stored["visible"]))


def render_svg(svg: str, size: int) -> NDArray[np.uint8]:
    """Render one SVG, fitted into a square with transparent margins: (size, size, 4) RGBA.

    A square document keeps its own margins; any other (a drawing somewhere on an A4 page, as in old clip
    art) is cut down to what was drawn.
    """
    picture = _rasterise(svg, size, size)
    if picture.size == (size, size):
        return np.asarray(picture)
    box = picture.getbbox()
    if box is None:
        return np.zeros((size, size, 4), np.uint8)
    longest = max(box[2] - box[0], box[3] - box[1])
    scale = min(size * 0.94 / longest, 8.0)
    picture = _rasterise(svg, round(picture.width * scale), round(picture.height * scale))
    picture = picture.crop(picture.getbbox())
    picture.thumbnail((size, size), Image.Resampling.LANCZOS)
    canvas = Image.new("RGBA", (size, size))
    canvas.paste(picture, ((size - picture.width) // 2, (size - picture.height) // 2))
    return np.asarray(canvas)


def _rasterise(svg: str, width: int, height: int) -> Image.Image:
    # dpi: resvg-py's own default of 0 makes documents sized in pt or mm empty
    png = resvg_py.svg_to_bytes(svg_string=svg, width=width, height=height, dpi=96, skip_system_fonts=True)
    return Image.open(io.BytesIO(png)).convert("RGBA")


def painter_subset(drawings: list[Drawing], *, seed: int = 0) -> list[Drawing]:
    """Some of every set, about 4000, for what needs large renders (the autoencoder's pictures)."""
    rng = random.Random(seed)
    return [d for d in drawings if rng.random() < SUBSET_SHARE.get(d.set, 0.38)]


def _render_one(svg: str, size: int) -> NDArray[np.uint8]:
    try:
        return render_svg(svg, size)
    except ValueError:  # resvg could not read it; an empty picture is left out by `visible`
        return np.zeros((size, size, 4), np.uint8)
