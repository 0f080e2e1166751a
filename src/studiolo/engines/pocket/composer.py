"""A scene → the draft: a picture composed from drawings on a painted background, planned to the prompt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from studiolo.engines.pocket import looks
from studiolo.engines.pocket.drawings import Drawing, DrawingLibrary
from studiolo.engines.pocket.grading import Palette
from studiolo.engines.pocket.layout import Layout, Placed, plan_layout
from studiolo.engines.pocket.scene import Scene
from studiolo.engines.pocket.sprites import sprite

_SOLID = 127  # alpha above which a pixel belongs to a thing
_ALIKE = 34.0  # difference of mean lightness, of 255, below which a thing would sink into its background

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
    palette: Palette | None = None,
) -> Draft:
    """Plan and paint `scene`; the same `rng` state gives the same bytes. Raises nothing for odd scenes.

    With a `palette` all is painted in that but what has a colour of its own in the prompt.
    """
    return render_layout(plan_layout(scene, library, width, height, rng, look, palette), library)


def render_layout(layout: Layout, library: DrawingLibrary, choose: Choose | None = None) -> Draft:
    """Paint a layout. `choose` may give each copy another of its `choices`: one layout, two styles."""
    image = Image.fromarray(layout.backdrop.image)
    mask = Image.new("L", image.size)
    sprites = [_sprite(placed, layout, library, choose) for placed in layout.placed]
    image = _shadows(image, layout, sprites)
    boxes: list[ThingBox] = []
    used: list[str] = []
    grading = _Grading(layout)
    for placed, (picture, x, y, drawing) in zip(layout.placed, sprites, strict=True):
        picture = grading.apply(placed, picture, image.crop((x, y, x + picture.width, y + picture.height)))
        _set_off(image, picture, x, y)
        image.paste(picture, (x, y), picture)
        solid = np.where(np.asarray(picture.getchannel("A")) > _SOLID, 255, 0).astype(np.uint8)
        mask.paste(255, (x, y), Image.fromarray(solid))
        box = (x, y, x + picture.width, y + picture.height)
        boxes.append(
            ThingBox(placed.thing, placed.copy, layout.scene.things[placed.thing].name, box, drawing.id)
        )
        used.append(drawing.id)
    if layout.backdrop.veil is not None:
        over = Image.fromarray(layout.backdrop.veil)
        image.paste(over, (0, 0), over)
    look = looks.WHOLE_PICTURE.get(layout.scene.style or "")
    if look is not None:
        image = look(image)
    if layout.palette is not None and layout.scene.style in looks.COLOURLESS:
        image = image.filter(layout.palette.ink_and_paper())
    return Draft(
        image=np.asarray(image),
        mask=np.asarray(mask),
        boxes=tuple(boxes),
        drawings=tuple(dict.fromkeys(used)),
        notes=tuple(f"painted without a draft: {phrase}" for phrase in _undrawn(layout)),
    )


class _Grading:
    """Brings the things that the prompt gives no colour into the palette, all copies of one alike."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._filters: dict[int, ImageFilter.Color3DLUT] = {}

    def apply(self, placed: Placed, picture: Image.Image, ground: Image.Image) -> Image.Image:
        palette, scene = self._layout.palette, self._layout.scene
        coloured = scene.things[placed.thing].colour is not None
        if palette is None or coloured or scene.style in looks.COLOURLESS:
            return picture
        if placed.thing not in self._filters:
            self._filters[placed.thing] = palette.filter(picture, ground)
        return picture.filter(self._filters[placed.thing])


def _undrawn(layout: Layout) -> list[str]:
    return [*layout.scene.unknown, *(layout.scene.things[i].name for i in layout.missing)]


def _sprite(
    placed: Placed, layout: Layout, library: DrawingLibrary, choose: Choose | None
) -> tuple[Image.Image, int, int, Drawing]:
    """The picture of one copy, its upper left corner, and the drawing it shows."""
    drawing = choose(placed) if choose else placed.drawing
    left, top, right, bottom = placed.box
    width, height = max(2, round(right - left)), max(2, round(bottom - top))
    pixels = sprite(library, drawing, placed.colour, placed.second_colour, width, height)
    if placed.mirror:
        pixels = pixels[:, ::-1]
    picture = Image.fromarray(np.ascontiguousarray(_lit(pixels, layout)))
    if layout.scene.style == "sticker":
        picture = looks.sticker(picture, max(2, min(layout.width, layout.height) // 90))
    return picture, round((left + right - picture.width) / 2), round(bottom - picture.height), drawing


# How the hour tints the things: a little, or the colours asked for would no longer be told apart.
_TINTS = {"night": (0.8, 0.84, 0.97), "sunset": (1.0, 0.93, 0.88), "sunrise": (1.0, 0.96, 0.93)}


def _lit(pixels: NDArray[np.uint8], layout: Layout) -> NDArray[np.uint8]:
    tint = _TINTS.get(layout.scene.time_of_day or "") if layout.backdrop.place else None
    if tint is None:
        return pixels
    return (pixels * np.array([*tint, 1.0], np.float32)).astype(np.uint8)


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


def _set_off(image: Image.Image, picture: Image.Image, x: int, y: int) -> None:
    """Put a soft halo behind what is as light or dark as the ground around it: a black cat at night."""
    small = picture.resize((24, 24), Image.Resampling.BOX)
    pixels = np.asarray(small, np.float32)
    alpha = pixels[..., 3] / 255
    around = image.crop((x, y, x + picture.width, y + picture.height)).resize((24, 24), Image.Resampling.BOX)
    own = float((pixels[..., :3].mean(axis=-1) * alpha).sum() / max(float(alpha.sum()), 1.0))
    ground = float(np.asarray(around, np.float32).mean())
    if abs(own - ground) > _ALIKE:
        return
    reach = max(3, min(image.size) // 40)
    size = (picture.width + 6 * reach, picture.height + 6 * reach)
    halo = Image.new("L", (size[0] // 4 + 1, size[1] // 4 + 1))
    halo.paste(
        picture.getchannel("A").resize((picture.width // 4 + 1, picture.height // 4 + 1)),
        (3 * reach // 4, 3 * reach // 4),
    )
    halo = halo.filter(ImageFilter.GaussianBlur(reach / 4)).resize(size, Image.Resampling.BICUBIC)
    light = ground < 150
    strength = 0.42 if light else 0.3
    veil = Image.new("RGB", size, (255, 250, 232) if light else (70, 84, 120))
    image.paste(
        veil, (x - 3 * reach, y - 3 * reach), Image.fromarray((np.asarray(halo) * strength).astype(np.uint8))
    )


def _foot_width(picture: Image.Image) -> float:
    """How wide the drawing is where it stands, in pixels."""
    alpha = np.asarray(picture.getchannel("A"))
    foot = alpha[int(alpha.shape[0] * 0.8) :]
    columns = np.nonzero((foot > 100).any(axis=0))[0]
    return float(np.ptp(columns) + 1) if len(columns) else picture.width * 0.6
