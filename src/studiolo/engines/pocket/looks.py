"""Looks that are given to the whole picture after it is composed: pixels, pencil, outline, watercolour."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from PIL import Image, ImageChops, ImageFilter, ImageOps

Look = Callable[[Image.Image], Image.Image]


def sticker(picture: Image.Image, rim: int) -> Image.Image:
    """Give an RGBA cut-out a white rim of `rim` pixels; the picture grows by it on every side."""
    grown = Image.new("RGBA", (picture.width + 2 * rim, picture.height + 2 * rim))
    grown.paste(picture, (rim, rim))
    alpha = (
        grown.getchannel("A").filter(ImageFilter.MaxFilter(2 * rim + 1)).filter(ImageFilter.GaussianBlur(0.8))
    )
    backing = Image.new("RGBA", grown.size, (255, 255, 255, 0))
    backing.putalpha(alpha)
    return Image.alpha_composite(backing, grown)


def _pixel(image: Image.Image) -> Image.Image:
    side = max(4, min(image.size) // 64)
    small = image.resize((image.width // side, image.height // side), Image.Resampling.BOX)
    return small.quantize(40).convert("RGB").resize(image.size, Image.Resampling.NEAREST)


def _pencil(image: Image.Image) -> Image.Image:
    """A colour dodge of the grey picture with its blurred negative leaves its edges, as a pencil would."""
    grey = ImageOps.autocontrast(image.convert("L"))
    soft = ImageOps.invert(grey).filter(ImageFilter.GaussianBlur(max(2, min(image.size) / 130)))
    base, light = np.asarray(grey, np.float32), np.asarray(soft, np.float32)
    drawn = np.minimum(255, base * 255 / np.maximum(256 - light, 1))
    shade = 255 * (drawn / 255) ** 2.6 * 0.72 + 0.28 * base
    paper = np.array([252, 250, 244], np.float32)
    return Image.fromarray((shade[..., None] / 255 * paper).clip(0, 255).astype(np.uint8))


def _outline(image: Image.Image) -> Image.Image:
    """Dark lines where colours meet, white elsewhere."""
    channels = image.filter(ImageFilter.GaussianBlur(0.8)).split()
    edges = [
        ImageChops.difference(c.filter(ImageFilter.MaxFilter(3)), c.filter(ImageFilter.MinFilter(3)))
        for c in channels
    ]
    edge = ImageChops.lighter(ImageChops.lighter(edges[0], edges[1]), edges[2])
    ink = 255 - (np.asarray(edge, np.float32) * 3.2 - 60).clip(0, 225)
    return Image.fromarray(ink.astype(np.uint8)).convert("RGB")


def _watercolour(image: Image.Image) -> Image.Image:
    """Flat washes that pool at their edges, on grained paper."""
    size = image.size
    wash = (
        image.resize((size[0] // 2, size[1] // 2))
        .filter(ImageFilter.ModeFilter(5))
        .filter(ImageFilter.GaussianBlur(0.9))
    )
    wash = wash.resize(size, Image.Resampling.BICUBIC)
    pixels = np.asarray(wash, np.float32) / 255
    edge = np.asarray(
        wash.convert("L").filter(ImageFilter.FIND_EDGES).filter(ImageFilter.GaussianBlur(1.5)), np.float32
    )
    edge = edge.copy()
    edge[:4], edge[-4:], edge[:, :4], edge[:, -4:] = 0, 0, 0, 0  # the filter finds an edge at the border too
    grain = np.random.default_rng(0).normal(0, 1, (size[1] // 2 + 1, size[0] // 2 + 1)).astype(np.float32)
    paper = np.asarray(Image.fromarray(grain).resize(size, Image.Resampling.BICUBIC))
    painted = pixels * 0.84 + 0.15 - (edge / 255 * 0.5)[..., None] + (paper * 0.014)[..., None]
    return Image.fromarray((painted.clip(0, 1) * 255).astype(np.uint8))


COLOURLESS = frozenset({"sketch", "outline"})
"""Looks that leave greys only: ink and paper."""

WHOLE_PICTURE: Mapping[str, Look] = {
    "pixel": _pixel,
    "sketch": _pencil,
    "outline": _outline,
    "watercolour": _watercolour,
}
