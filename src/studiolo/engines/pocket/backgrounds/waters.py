"""Shores and waters: beach, sea, under water, lake, river."""

from __future__ import annotations

from studiolo.engines.pocket.backgrounds.canvas import Canvas
from studiolo.engines.pocket.backgrounds.plants import crown_colour, fir, tree, tufts
from studiolo.engines.pocket.backgrounds.sky import sky

_WATER = (("#5cc3dc", "#2f93c4"), ("#56b4e0", "#2a7fbf"), ("#66cfd3", "#2f9db5"))


def _water(canvas: Canvas) -> tuple[str, str]:
    light, dark = _WATER[int(canvas.rng.integers(len(_WATER)))]
    return canvas.lit(light), canvas.lit(dark)


def _ripples(canvas: Canvas, top: float, bottom: float, count: int) -> None:
    for _ in range(count):
        y = canvas.between(top, bottom)
        near = (y - top) / max(bottom - top, 1)
        length = canvas.unit * (2 + 8 * near) * canvas.between(0.6, 1.3)
        canvas.rect(
            canvas.between(-0.05, 1) * canvas.width,
            y,
            length,
            canvas.unit * (0.25 + 0.4 * near),
            canvas.lit("#ffffff"),
            r=canvas.unit * 0.3,
            o=0.4,
        )


def beach(canvas: Canvas) -> None:
    """Sand before a calm sea."""
    canvas.horizon = canvas.height * canvas.between(0.42, 0.5)
    sky(canvas)
    u, w, h, y = canvas.unit, canvas.width, canvas.height, canvas.horizon
    shore = h * canvas.between(0.62, 0.68)
    canvas.ground = shore + (h - shore) * 0.6
    light, dark = _water(canvas)
    canvas.rect(0, y, w, h - y, canvas.gradient(dark, light))
    _ripples(canvas, y + u, shore - 2 * u, 14)
    canvas.hills(shore - 1.6 * u, 1.3 * u, canvas.lit("#ffffff"), waves=0.9, o=0.75)
    state = canvas.rng.bit_generator.state
    canvas.hills(shore + 0.5 * u, 1.3 * u, canvas.lit("#e5cd9b"), waves=0.9)
    canvas.rng.bit_generator.state = state
    canvas.hills(
        shore + 2 * u,
        1.3 * u,
        canvas.gradient((0.6, canvas.lit("#f7e3b5")), (1, canvas.lit("#ecd095"))),
        waves=0.9,
    )
    for _ in range(26):
        canvas.ellipse(
            canvas.between(0, w),
            canvas.between(shore + 5 * u, h),
            0.35 * u,
            0.22 * u,
            canvas.lit("#d9b97c"),
            o=0.7,
        )


def sea(canvas: Canvas) -> None:
    """Open water with rolling waves; ships stand in it."""
    canvas.horizon = canvas.height * canvas.between(0.48, 0.58)
    canvas.ground = canvas.horizon + (canvas.height - canvas.horizon) * 0.55
    sky(canvas)
    u, w, h, y = canvas.unit, canvas.width, canvas.height, canvas.horizon
    light, dark = _water(canvas)
    canvas.rect(0, y, w, h - y, canvas.gradient(light, dark))
    for i in range(5):
        canvas.hills(
            y + (h - y) * (0.14 + 0.19 * i),
            u * (0.5 + 0.35 * i),
            dark if i % 2 else light,
            waves=3.2 - 0.4 * i,
            o=0.45,
        )
    _ripples(canvas, y + u, h, 18)


def underwater(canvas: Canvas) -> None:
    """Light from above, sea grass and corals on the floor."""
    canvas.floats = True
    u, w, h = canvas.unit, canvas.width, canvas.height
    canvas.horizon = h * canvas.between(0.8, 0.85)
    canvas.ground = h * 0.9
    canvas.rect(
        0, 0, w, h, canvas.gradient(canvas.lit("#7fdcea"), canvas.lit("#2d9fcc"), canvas.lit("#155f9c"))
    )
    for _ in range(4):
        x = canvas.between(0, 1) * w
        canvas.polygon([(x, -u), (x + 7 * u, -u), (x + 22 * u, h), (x + 2 * u, h)], "#ffffff", o=0.09)
    canvas.hills(canvas.horizon - 5 * u, 3 * u, canvas.lit("#1f6f9f"), o=0.6)
    for _ in range(7):
        _weed(canvas, canvas.between(0, 1) * w, canvas.horizon + 3 * u, u * canvas.between(10, 22))
    canvas.hills(
        canvas.horizon, 1.5 * u, canvas.gradient((0.8, canvas.lit("#efdca9")), (1, canvas.lit("#d2b67c")))
    )
    for colour in ("#f2788a", "#f7a85c", "#b57bd6"):
        x, s = canvas.between(0, 1) * w, u * canvas.between(3, 5)
        for dx, height in ((-0.9, 0.9), (0, 1.5), (0.9, 1.1)):
            canvas.rect(
                x + dx * s - 0.3 * s,
                canvas.horizon + 4 * u - height * s,
                0.6 * s,
                height * s,
                canvas.lit(colour),
                r=0.3 * s,
            )
    for _ in range(22):
        r = u * canvas.between(0.4, 1.2)
        x, y = canvas.between(0, w), canvas.between(0, canvas.horizon)
        canvas.ellipse(x, y, r, r, "#ffffff", o=0.28)
        canvas.ellipse(x - 0.3 * r, y - 0.3 * r, 0.3 * r, 0.3 * r, "#ffffff", o=0.7)


def _weed(canvas: Canvas, x: float, base: float, height: float) -> None:
    sway = height * canvas.between(-0.25, 0.25)
    canvas.add(
        f'<path d="M{x:.1f} {base:.1f}q{sway:.1f} {-0.35 * height:.1f} 0 {-0.6 * height:.1f}'
        f't0 {-0.4 * height:.1f}" '
        f'fill="none" stroke="{canvas.lit("#3fa37c")}" stroke-width="{0.09 * height:.1f}" '
        f'stroke-linecap="round"/>'
    )


def lake(canvas: Canvas) -> None:
    """Still water with a wooded far shore; reeds in front."""
    canvas.horizon = canvas.height * canvas.between(0.44, 0.5)
    canvas.ground = canvas.horizon + (canvas.height - canvas.horizon) * 0.6
    sky(canvas)
    u, w, h, y = canvas.unit, canvas.width, canvas.height, canvas.horizon
    canvas.hills(y - 6 * u, 2.5 * u, canvas.lit("#b4d3b8"))
    for i in range(9):
        plant = fir if canvas.rng.random() < 0.6 else tree
        plant(
            canvas,
            w * (i + canvas.between(0, 1)) / 9,
            y + u,
            u * canvas.between(9, 16),
            crown_colour(canvas) if plant is tree else canvas.lit("#5d9472"),
        )
    light, dark = _water(canvas)
    canvas.rect(0, y, w, 1.6 * u, canvas.lit("#93be6d"))
    canvas.rect(0, y + 1.4 * u, w, h - y, canvas.gradient(light, dark))
    _ripples(canvas, y + 3 * u, h, 20)
    tufts(canvas, h - 2 * u, 12, canvas.lit("#6aa052"))


def river(canvas: Canvas) -> None:
    """A river winding through meadows."""
    canvas.horizon = canvas.height * canvas.between(0.48, 0.55)
    canvas.ground = canvas.horizon + (canvas.height - canvas.horizon) * 0.62
    sky(canvas)
    u, w, h, y = canvas.unit, canvas.width, canvas.height, canvas.horizon
    canvas.hills(y - 6 * u, 2.5 * u, canvas.lit("#b6d8a8"))
    for i in range(5):
        tree(
            canvas,
            w * (i + canvas.between(0, 1)) / 5,
            y + u,
            u * canvas.between(10, 17),
            crown_colour(canvas),
        )
    canvas.hills(y, u, canvas.gradient((0.5, canvas.lit("#9ccc65")), (1, canvas.lit("#6fae4d"))))
    light, dark = _water(canvas)
    x = w * canvas.between(0.35, 0.65)
    bend = w * (0.3 if canvas.rng.random() < 0.5 else -0.3)
    canvas.add(
        f'<path d="M{x:.0f} {y + 0.5 * u:.0f}'
        f"C{x + bend:.0f} {y + 9 * u:.0f} {x - bend:.0f} {y + 14 * u:.0f} {x - 0.36 * w:.0f} {h:.0f}"
        f"H{x + 0.4 * w:.0f}C{x - 0.4 * bend:.0f} {y + 18 * u:.0f} {x + 1.5 * bend:.0f} {y + 9 * u:.0f} "
        f'{x + 0.05 * w:.0f} {y + 0.5 * u:.0f}Z" fill="{canvas.gradient(light, dark)}"/>'
    )
    tufts(canvas, y + 8 * u, 10, canvas.lit("#5f9f45"))
