"""A scene → the draft: a picture composed from drawings on a painted background, planned to the prompt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from studiolo.engines.pocket.drawings import Drawing, DrawingLibrary
from studiolo.engines.pocket.layout import Layout, Placed, plan_layout
from studiolo.engines.pocket.scene import Scene
from studiolo.engines.pocket.sprites import sprite

Choose = Callable[[Placed], Drawing]


@dataclass(frozen=True, slots=True)
class ThingBox:
    """Where one copy of a thing was painted, in pixels: left, top, right, bottom."""

    thing: int
    copy: int
    name: str
    box: tuple[int, int, int, int]
    drawing: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A composed picture.

    `image` is (h, w, 3) uint8, `mask` (h, w) uint8 with 255 where things are, `boxes` from back to front,
    `drawings` the ids used, `notes` what a person should know ("no drawing of …").
    """

    image: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    boxes: tuple[ThingBox, ...]
    drawings: tuple[str, ...]
    notes: tuple[str, ...]


def compose(
    scene: Scene,
    library: DrawingLibrary,
    width: int,
    height: int,
    rng: np.random.Generator,
    look: str | None = None,
) -> Draft:
    """Plan and paint `scene`; the same `rng` state gives the same bytes. Raises nothing for odd scenes."""
    return render_layout(plan_layout(scene, library, width, height, rng, look), library)


def render_layout(layout: Layout, library: DrawingLibrary, choose: Choose | None = None) -> Draft:
    """Paint a layout. `choose` may give each copy another of its `choices`, to see one layout in two styles."""
    image = Image.fromarray(layout.backdrop.image)
    mask = Image.new("L", image.size)
    sprites = [_sprite(placed, library, choose) for placed in layout.placed]
    image = _shadows(image, layout, sprites)
    boxes: list[ThingBox] = []
    used: list[str] = []
    for placed, (picture, x, y, drawing) in zip(layout.placed, sprites, strict=True):
        image.paste(picture, (x, y), picture)
        alpha = picture.getchannel("A")
        mask.paste(alpha.point(lambda v: 255 if v > 127 else 0), (x, y), alpha)
        box = (x, y, x + picture.width, y + picture.height)
        boxes.append(
            ThingBox(placed.thing, placed.copy, layout.scene.things[placed.thing].name, box, drawing.id)
        )
        used.append(drawing.id)
    return Draft(
        image=np.asarray(image),
        mask=np.asarray(mask),
        boxes=tuple(boxes),
        drawings=tuple(dict.fromkeys(used)),
        notes=tuple(f"painted without a draft: {phrase}" for phrase in _undrawn(layout)),
    )


def _undrawn(layout: Layout) -> list[str]:
    return [*layout.scene.unknown, *(layout.scene.things[i].name for i in layout.missing)]


def _sprite(
    placed: Placed, library: DrawingLibrary, choose: Choose | None
) -> tuple[Image.Image, int, int, Drawing]:
    """The picture of one copy, its upper left corner, and the drawing it shows."""
    drawing = choose(placed) if choose else placed.drawing
    left, top, right, bottom = placed.box
    width, height = max(2, round(right - left)), max(2, round(bottom - top))
    pixels = sprite(library, drawing, placed.colour, placed.second_colour, width, height)
    if placed.mirror:
        pixels = pixels[:, ::-1]
    picture = Image.fromarray(np.ascontiguousarray(pixels))
    return picture, round((left + right - picture.width) / 2), round(bottom - picture.height), drawing


def _shadows(
    image: Image.Image, layout: Layout, sprites: list[tuple[Image.Image, int, int, Drawing]]
) -> Image.Image:
    """Soft shadows where things touch the ground, painted at a quarter of the size."""
    quarter = (max(1, image.width // 4), max(1, image.height // 4))
    dark = Image.new("L", quarter)
    draw = ImageDraw.Draw(dark)
    for placed, (picture, x, y, _) in zip(layout.placed, sprites, strict=True):
        if placed.shadow:
            foot, reach = (y + picture.height) / 4, _foot_width(picture) / 4
            middle = (x + picture.width * 0.5) / 4
            thick = max(1.2, min(0.16 * reach, 0.05 * quarter[1]))
            draw.ellipse(
                (middle - reach * 0.6, foot - 1.3 * thick, middle + reach * 0.6, foot + 0.9 * thick), fill=150
            )
            draw.ellipse(
                (middle - reach * 0.45, foot - 0.7 * thick, middle + reach * 0.45, foot + 0.3 * thick),
                fill=210,
            )
    soft = dark.filter(ImageFilter.GaussianBlur(1.6)).resize(image.size, Image.Resampling.BICUBIC)
    shade = np.asarray(soft, np.float32)[..., None] / 255 * 0.36
    base = np.asarray(image, np.float32)
    tint = base * np.array([0.32, 0.30, 0.42], np.float32)
    return Image.fromarray((base + shade * (tint - base)).clip(0, 255).astype(np.uint8))


def _foot_width(picture: Image.Image) -> float:
    """How wide the drawing is where it stands, in pixels."""
    alpha = np.asarray(picture.getchannel("A"))
    foot = alpha[int(alpha.shape[0] * 0.8) :]
    columns = np.nonzero((foot > 100).any(axis=0))[0]
    return float(np.ptp(columns) + 1) if len(columns) else picture.width * 0.6
