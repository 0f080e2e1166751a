"""Above and beyond: sky, space, the moon, mars."""

from __future__ import annotations

from studiolo.engines.pocket.backgrounds.canvas import Canvas
from studiolo.engines.pocket.backgrounds.sky import cloud, sky, stars


def open_sky(canvas: Canvas) -> None:
    """Nothing but sky; clouds below as well."""
    canvas.floats = True
    canvas.horizon, canvas.ground = canvas.height, canvas.height * 0.86
    sky(canvas)
    colour = {"night": "#4a568f", "sunset": "#fbc4a8"}.get(canvas.time_of_day, "#ffffff")
    for i in range(6):
        cloud(
            canvas,
            canvas.width * (i + canvas.between(-0.2, 0.8)) / 5,
            canvas.height * canvas.between(0.9, 1.0),
            canvas.unit * canvas.between(9, 15),
            colour,
            0.8,
        )


def space(canvas: Canvas) -> None:
    """Deep colour, a nebula, stars, far planets."""
    canvas.floats = True
    u, w, h = canvas.unit, canvas.width, canvas.height
    canvas.horizon = h
    canvas.ground = h * 0.84
    top, bottom, mist = (
        ("#0c1036", "#2b1c58", "#8d4fc0"),
        ("#081a35", "#17365f", "#3f8fc9"),
        ("#120b2e", "#3b1650", "#d0568f"),
    )[int(canvas.rng.integers(3))]
    canvas.rect(0, 0, w, h, canvas.gradient(top, bottom))
    for _ in range(3):
        canvas.glow(canvas.between(0, w), canvas.between(0, h), u * canvas.between(30, 55), mist, 0.4)
    stars(canvas, 110)
    for _ in range(5):
        x, y, r = canvas.between(0, w), canvas.between(0, h), u * canvas.between(1, 1.8)
        canvas.twinkle(x, y, r, "#fff8dc")
    x, y, r = (
        w * (0.14 if canvas.rng.random() < 0.5 else 0.86),
        h * canvas.between(0.1, 0.22),
        u * canvas.between(6, 10),
    )
    light, dark = (("#f5b183", "#b5654f"), ("#8fd3c8", "#3f7f9c"), ("#d9a9e8", "#7a5aa8"))[
        int(canvas.rng.integers(3))
    ]
    canvas.ellipse(x, y, r, r, canvas.gradient(light, dark, x2=0.8))
    canvas.ellipse(x + 0.2 * r, y + 0.3 * r, 0.25 * r, 0.2 * r, dark, o=0.5)


def _other_ground(canvas: Canvas, light: str, dark: str, crater: str) -> None:
    u, w, h, y = canvas.unit, canvas.width, canvas.height, canvas.horizon
    canvas.hills(y - 3 * u, 2.5 * u, dark, waves=0.9)
    canvas.hills(y, 1.6 * u, canvas.gradient((0.6, light), (1, dark)), waves=0.7)
    for _ in range(9):
        cy = canvas.between(y + 4 * u, h)
        size = u * canvas.between(2, 6) * (0.4 + (cy - y) / (h - y))
        cx = canvas.between(0, w)
        canvas.ellipse(cx, cy, size, 0.36 * size, crater, o=0.8)
        canvas.ellipse(cx, cy + 0.1 * size, 0.86 * size, 0.26 * size, dark, o=0.8)


def moon(canvas: Canvas) -> None:
    """Grey craters under a black sky with the Earth in it."""
    canvas.horizon = canvas.height * canvas.between(0.6, 0.68)
    canvas.ground = canvas.horizon + (canvas.height - canvas.horizon) * 0.58
    u, w = canvas.unit, canvas.width
    canvas.rect(0, 0, w, canvas.height, canvas.gradient("#080b22", "#1b2148"))
    stars(canvas, 80)
    x, y, r = (
        w * (0.17 if canvas.rng.random() < 0.5 else 0.83),
        canvas.height * canvas.between(0.14, 0.22),
        9 * u,
    )
    canvas.glow(x, y, 2 * r, "#7fb8ff", 0.35)
    canvas.ellipse(x, y, r, r, canvas.gradient("#6fb9f2", "#2f6fc0", x2=0.7))
    canvas.blob(x - 0.3 * r, y - 0.1 * r, 0.36 * r, 0.3 * r, "#6fb56a")
    canvas.blob(x + 0.4 * r, y + 0.35 * r, 0.28 * r, 0.22 * r, "#6fb56a")
    _other_ground(canvas, "#d5d6de", "#a2a4b3", "#b9bac6")


def mars(canvas: Canvas) -> None:
    """Red dust, a pale sky, far rocks."""
    canvas.horizon = canvas.height * canvas.between(0.56, 0.64)
    canvas.ground = canvas.horizon + (canvas.height - canvas.horizon) * 0.58
    canvas.rect(0, 0, canvas.width, canvas.height, canvas.gradient("#a85a4a", "#f0b98c"))
    _other_ground(canvas, "#d9784f", "#b2543a", "#c4643f")
