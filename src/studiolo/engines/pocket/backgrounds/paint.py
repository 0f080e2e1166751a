"""The way in: choose the painter of a place, let it paint, and render what it painted."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studiolo.engines.pocket.backgrounds import cosmos, land, plain, rooms, towns, waters, wilds
from studiolo.engines.pocket.backgrounds.canvas import Canvas
from studiolo.engines.pocket.backgrounds.weather import veil
from studiolo.engines.pocket.grading import Palette
from studiolo.engines.pocket.scene import Scene
from studiolo.engines.pocket.vocabulary import colour_rgb
from studiolo.imaging.colours import to_lch

PAINTERS: Mapping[str, Callable[[Canvas], None]] = {
    "snow": land.snow, "meadow": land.meadow, "garden": land.garden, "forest": wilds.forest,
    "jungle": wilds.jungle, "desert": wilds.desert, "mountains": wilds.mountains, "farm": land.farm,
    "park": land.park, "volcano": wilds.volcano, "beach": waters.beach, "sea": waters.sea,
    "underwater": waters.underwater, "lake": waters.lake, "river": waters.river, "sky": cosmos.open_sky,
    "space": cosmos.space, "moon": cosmos.moon, "mars": cosmos.mars, "city": towns.city,
    "street": towns.street, "village": towns.village, "stadium": towns.stadium, "room": rooms.room,
    "kitchen": rooms.kitchen, "table": rooms.table, "office": rooms.office, "library": rooms.library,
    "stage": rooms.stage, "castle hall": rooms.castle_hall, "cave": rooms.cave,
}  # fmt: skip
INDOORS = frozenset({"room", "kitchen", "table", "office", "library", "stage", "castle hall", "cave"})


@dataclass(frozen=True, slots=True)
class Backdrop:
    """A painted background, (h, w, 3) uint8, and the heights where ground begins and where things stand."""

    image: NDArray[np.uint8]
    horizon: float
    ground: float
    floats: bool
    place: str | None
    dark: bool
    veil: NDArray[np.uint8] | None = None  # (h, w, 4), laid over the things


def paint(
    scene: Scene,
    width: int,
    height: int,
    rng: np.random.Generator,
    things: tuple[float, float, float],
    palette: Palette | None = None,
) -> Backdrop:
    """Paint the background of `scene`. `things` is the mean colour of what will stand there, as OKLCH.

    With a `palette` it is painted in that, unless the prompt names its colour.
    """
    canvas = Canvas(
        width=width,
        height=height,
        rng=rng,
        time_of_day=scene.time_of_day or "day",
        weather=scene.weather or "clear",
        season="winter" if scene.weather == "snow" else scene.season,
        tint=scene.background_colour,
    )
    place = _place(scene)
    if place is not None:
        PAINTERS[place](canvas)
    else:
        _plain(canvas, scene, things, palette)
    image = _render(canvas)
    if palette is not None and place is not None:
        image = palette.grade(image)
    dark = float(image[: height // 2].mean()) < 90
    over = None if place in INDOORS else veil(canvas.weather, width, height, rng)
    return Backdrop(image, canvas.horizon, canvas.ground, canvas.floats, place, dark, over)


def _place(scene: Scene) -> str | None:
    if scene.place is not None:
        return scene.place.kind
    if scene.background_colour is not None:
        return None
    outdoors = scene.time_of_day not in {None, "day"} or scene.weather not in {None, "clear"}
    return "meadow" if outdoors else None


def _plain(canvas: Canvas, scene: Scene, things: tuple[float, float, float], palette: Palette | None) -> None:
    if scene.background_colour is not None:
        lch = to_lch(np.array(colour_rgb(scene.background_colour)) / 255)
        plain.plain(canvas, (float(lch[0]), float(lch[1]), float(lch[2])), exact=True)
    elif palette is not None:
        ground, accent = palette.plain_ground(things, canvas.rng)
        plain.plain(canvas, ground, accent=accent)
    else:
        plain.plain(canvas, plain.backdrop_hue(canvas, things))


# Painted smaller and enlarged: full-size gradients cost most of a draft's time, and a slightly soft
# background
# lets the things stand out.
_SHARE = 0.625


def _render(canvas: Canvas) -> NDArray[np.uint8]:
    import resvg_py

    size = int(canvas.width), int(canvas.height)
    small = [max(1, round(side * _SHARE)) for side in size]
    png = resvg_py.svg_to_bytes(
        svg_string=canvas.document(), width=small[0], height=small[1], skip_system_fonts=True
    )
    image = Image.open(io.BytesIO(png)).convert("RGB")
    return np.asarray(image.resize(size, Image.Resampling.BICUBIC))
