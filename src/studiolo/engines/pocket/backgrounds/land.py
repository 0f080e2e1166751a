"""Open country: meadow, garden, snow, farm, park; and the ground other places stand on."""

from __future__ import annotations

from studiolo.engines.pocket.backgrounds.canvas import Canvas
from studiolo.engines.pocket.backgrounds.plants import bush, crown_colour, fir, flowers, tree, tufts
from studiolo.engines.pocket.backgrounds.sky import sky

_GRASS = (("#9ccc65", "#74b04a"), ("#8fc76b", "#63a652"), ("#a8d06c", "#7fb54d"))
_AUTUMN_GRASS = (("#d2b45a", "#b08f3f"), ("#c9a653", "#a9803a"))
_PETALS = ("#f27d9d", "#ffffff", "#f6c445", "#b48be0", "#ef6a5a")


def set_ground(canvas: Canvas, low: float, high: float) -> None:
    """Lay the horizon between two shares of the height, and the line where things stand below it."""
    canvas.horizon = canvas.height * canvas.between(low, high)
    canvas.ground = canvas.horizon + (canvas.height - canvas.horizon) * 0.62


def grass(canvas: Canvas) -> tuple[str, str]:
    """A light and a dark colour of the season's grass."""
    if canvas.season == "winter":
        return canvas.lit("#f8fbfe"), canvas.lit("#d8e6f1")
    options = _AUTUMN_GRASS if canvas.season == "autumn" else _GRASS
    light, dark = options[int(canvas.rng.integers(len(options)))]
    return canvas.lit(light), canvas.lit(dark)


def far_hills(canvas: Canvas, colours: tuple[str, ...], rise: float) -> None:
    """Paint ridges behind the horizon, the farthest first."""
    u = canvas.unit
    for i, colour in enumerate(colours):
        y = canvas.horizon - u * rise * (1 - i / len(colours))
        canvas.hills(y, u * canvas.between(1.5, 3.5), canvas.lit(colour), waves=canvas.between(0.8, 1.8))


def meadow(canvas: Canvas) -> None:
    """Grass under a wide sky, hills behind."""
    set_ground(canvas, 0.52, 0.62)
    sky(canvas)
    far = ("#d8c98c", "#c9b06a") if canvas.season == "autumn" else ("#b9d9b4", "#a3cf8e")
    far_hills(canvas, far, 9)
    for _ in range(int(canvas.rng.integers(0, 4))):
        tree(
            canvas,
            canvas.between(0, 1) * canvas.width,
            canvas.horizon + canvas.unit,
            canvas.unit * canvas.between(9, 16),
            crown_colour(canvas),
        )
    light, dark = grass(canvas)
    canvas.hills(canvas.horizon, canvas.unit * 1.5, canvas.gradient((0.5, light), (1, dark)), waves=0.7)
    tufts(canvas, canvas.horizon + 6 * canvas.unit, 16, dark)
    if canvas.season in {"spring", "summer"} or canvas.rng.random() < 0.4:
        flowers(canvas, canvas.horizon + 8 * canvas.unit, 9, _PETALS)


def garden(canvas: Canvas) -> None:
    """A hedge, a lawn and many flowers."""
    set_ground(canvas, 0.46, 0.54)
    sky(canvas)
    leaf = crown_colour(canvas)
    for i in range(9):
        bush(
            canvas,
            canvas.width * (i + canvas.between(-0.3, 0.3)) / 8,
            canvas.horizon + 2 * canvas.unit,
            canvas.unit * canvas.between(6, 11),
            leaf,
        )
    light, dark = grass(canvas)
    canvas.hills(canvas.horizon, canvas.unit, canvas.gradient((0.4, light), (1, dark)), waves=0.6)
    flowers(canvas, canvas.horizon + 2 * canvas.unit, 46, _PETALS)


def snow(canvas: Canvas) -> None:
    """Snow on the ground, firs far off, flakes in the air."""
    canvas.season = "winter"
    set_ground(canvas, 0.54, 0.64)
    sky(canvas)
    far_hills(canvas, ("#d3e2f0", "#e2ecf6"), 10)
    for _ in range(int(canvas.rng.integers(5, 11))):
        height = canvas.unit * canvas.between(8, 17)
        fir(
            canvas,
            canvas.between(0, 1) * canvas.width,
            canvas.horizon + canvas.between(0, 2) * canvas.unit,
            height,
            canvas.lit("#6f9c93"),
        )
    white, blue = canvas.lit("#fbfdff"), canvas.lit("#dbe8f5")
    canvas.hills(canvas.horizon, canvas.unit * 1.6, canvas.gradient((0.5, white), (1, blue)), waves=0.8)
    canvas.hills(canvas.ground + 5 * canvas.unit, canvas.unit * 1.4, white, waves=0.6, o=0.75)
    flakes(canvas, 46)


def flakes(canvas: Canvas, count: int) -> None:
    """Snow in the air."""
    for _ in range(count):
        r = canvas.unit * canvas.between(0.25, 0.75)
        canvas.ellipse(
            canvas.between(0, canvas.width),
            canvas.between(0, canvas.height),
            r,
            r,
            "#ffffff",
            o=canvas.between(0.6, 1),
        )


def farm(canvas: Canvas) -> None:
    """Striped fields, a fence, a far barn."""
    set_ground(canvas, 0.5, 0.58)
    sky(canvas)
    u, w, h = canvas.unit, canvas.width, canvas.height
    far_hills(canvas, ("#bfdca8", "#a9cf8a"), 7)
    if canvas.rng.random() < 0.7:
        x = w * (0.13 if canvas.rng.random() < 0.5 else 0.87)
        canvas.rect(x - 6 * u, canvas.horizon - 8 * u, 12 * u, 9 * u, canvas.lit("#c2574b"))
        canvas.polygon(
            [
                (x - 7 * u, canvas.horizon - 8 * u),
                (x - 4 * u, canvas.horizon - 12 * u),
                (x + 4 * u, canvas.horizon - 12 * u),
                (x + 7 * u, canvas.horizon - 8 * u),
            ],
            canvas.lit("#8d3d36"),
        )
        canvas.rect(x - 2 * u, canvas.horizon - 5 * u, 4 * u, 6 * u, canvas.lit("#f3e6d8"))
    light, dark = grass(canvas)
    canvas.rect(0, canvas.horizon, w, h - canvas.horizon, canvas.gradient(light, dark))
    for i in range(-8, 9, 2):
        x = w / 2 + i * w * 0.035
        far = w / 2 + i * w * 0.2
        canvas.polygon(
            [(x, canvas.horizon), (x + 0.035 * w, canvas.horizon), (far + 0.2 * w, h), (far, h)],
            canvas.lit("#e5c766"),
            o=0.55,
        )
    for i in range(9):
        x = w * (i + 0.5) / 9
        canvas.rect(x - 0.7 * u, canvas.horizon - 4.5 * u, 1.4 * u, 8 * u, canvas.lit("#f0e7da"), r=0.5 * u)
    for y in (-3, 0.4):
        canvas.rect(0, canvas.horizon + y * u, w, 1.2 * u, canvas.lit("#f0e7da"))


def park(canvas: Canvas) -> None:
    """Trees, a lawn and a winding path."""
    set_ground(canvas, 0.52, 0.6)
    sky(canvas)
    far_hills(canvas, ("#b4d8ae", "#93c487"), 6)
    for i in range(6):
        tree(
            canvas,
            canvas.width * (i + canvas.between(0, 1)) / 6,
            canvas.horizon + canvas.unit * canvas.between(0, 2),
            canvas.unit * canvas.between(16, 27),
            crown_colour(canvas),
        )
    light, dark = grass(canvas)
    canvas.hills(canvas.horizon, canvas.unit, canvas.gradient((0.5, light), (1, dark)), waves=0.8)
    w, h, y = canvas.width, canvas.height, canvas.horizon
    x, bend = w * canvas.between(0.3, 0.7), w * canvas.between(-0.25, 0.25)
    near, middle = y + canvas.unit, (y + h) / 2
    canvas.add(
        f'<path d="M{x - 0.02 * w:.0f} {near:.0f}Q{x + bend:.0f} {middle:.0f} {x - 0.22 * w:.0f} {h:.0f}'
        f'H{x + 0.26 * w:.0f}Q{x + bend + 0.1 * w:.0f} {middle:.0f} {x + 0.02 * w:.0f} {near:.0f}Z" '
        f'fill="{canvas.lit("#e8d8b4")}"/>'
    )
    tufts(canvas, y + 6 * canvas.unit, 10, dark)
