"""Indoors: room, kitchen, table top, office, library, stage, castle hall, cave."""

from __future__ import annotations

from studiolo.engines.pocket.backgrounds.canvas import Canvas

_WALL = (("#f6e3cf", "#eccfb4"), ("#dfe9e2", "#c6d8cd"), ("#dde6f1", "#c3d3e6"), ("#f3dfe1", "#e6c8cd"),
         ("#f4ebd2", "#e6d7b0"), ("#e6e0ef", "#d1c8e2"))  # fmt: skip
_WOOD = (("#d7a877", "#b9844f"), ("#c99a6c", "#a67645"), ("#e0bb8e", "#c39863"))
_BOOKS = ("#c4574f", "#e0a04a", "#4f7fa8", "#6c9a6b", "#8a6aa3", "#d9c7a0", "#3f5f7a")


def _wall(canvas: Canvas) -> None:
    light, dark = _WALL[int(canvas.rng.integers(len(_WALL)))]
    canvas.rect(0, 0, canvas.width, canvas.height, canvas.gradient(canvas.lit(light), canvas.lit(dark)))


def _wood(canvas: Canvas) -> tuple[str, str]:
    light, dark = _WOOD[int(canvas.rng.integers(len(_WOOD)))]
    return canvas.lit(light), canvas.lit(dark)


def _window(canvas: Canvas, x: float, y: float, width: float, height: float) -> None:
    u = canvas.unit
    stops = {"night": ("#18224f", "#3a4788"), "sunset": ("#c9708f", "#fcc488")}.get(
        canvas.time_of_day, ("#a8d8f5", "#e4f4fc")
    )
    canvas.rect(x - 1.2 * u, y - 1.2 * u, width + 2.4 * u, height + 2.4 * u, canvas.lit("#fffaf2"), r=0.6 * u)
    canvas.rect(x, y, width, height, canvas.gradient(*stops))
    canvas.ellipse(x + 0.3 * width, y + height, 0.5 * width, 0.0, "#fff")
    for dx in (0.5,):
        canvas.rect(x + dx * width - 0.4 * u, y, 0.8 * u, height, canvas.lit("#fffaf2"))
    canvas.rect(x, y + 0.45 * height, width, 0.8 * u, canvas.lit("#fffaf2"))
    canvas.rect(x - 2 * u, y + height + 1.2 * u, width + 4 * u, 1.5 * u, canvas.lit("#efe4d4"), r=0.5 * u)


def room(canvas: Canvas) -> None:
    """A wall with a window and a picture, a wooden floor, a rug."""
    u, w, h = canvas.unit, canvas.width, canvas.height
    canvas.horizon = y = h * canvas.between(0.62, 0.68)
    canvas.ground = y + (h - y) * 0.6
    _wall(canvas)
    left = canvas.rng.random() < 0.5
    _window(canvas, w * (0.09 if left else 0.64), y - 46 * u, 24 * u, 28 * u)
    frame = w * (0.72 if left else 0.14)
    canvas.rect(frame, y - 40 * u, 14 * u, 17 * u, canvas.lit("#b98a5a"), r=0.4 * u)
    canvas.rect(
        frame + 1.3 * u,
        y - 38.7 * u,
        11.4 * u,
        14.4 * u,
        canvas.gradient(canvas.lit("#f5d6a8"), canvas.lit("#9cc5b4")),
    )
    _floor(canvas)
    rug = canvas.lit(canvas.choice(("#d98c7a", "#7fa3b8", "#c9a15e", "#8fae8b", "#b08bb0")))
    canvas.ellipse(w / 2, canvas.ground + u, 0.4 * w, 0.5 * (h - y) * 0.75, rug, o=0.9)
    canvas.ellipse(w / 2, canvas.ground + u, 0.35 * w, 0.42 * (h - y) * 0.75, "#ffffff", o=0.16)


def _floor(canvas: Canvas) -> None:
    u, w, h, y = canvas.unit, canvas.width, canvas.height, canvas.horizon
    light, dark = _wood(canvas)
    canvas.rect(0, y, w, h - y, canvas.gradient(dark, light))
    for i in range(-6, 7):
        canvas.polygon(
            [
                (w / 2 + i * 0.09 * w, y),
                (w / 2 + i * 0.09 * w + 0.3 * u, y),
                (w / 2 + i * 0.2 * w + 0.6 * u, h),
                (w / 2 + i * 0.2 * w, h),
            ],
            dark,
            o=0.5,
        )
    canvas.rect(0, y - 2.6 * u, w, 3 * u, canvas.lit("#fbf4ea"))


def kitchen(canvas: Canvas) -> None:
    """Tiles, a shelf with jars, a chequered floor."""
    u, w, h = canvas.unit, canvas.width, canvas.height
    canvas.horizon = y = h * canvas.between(0.62, 0.67)
    canvas.ground = y + (h - y) * 0.6
    _wall(canvas)
    for i in range(int(w / (8 * u)) + 1):
        for j in range(3):
            canvas.rect(
                i * 8 * u + 0.3 * u,
                y - 26 * u + j * 8 * u,
                7.4 * u,
                7.4 * u,
                canvas.lit("#ffffff"),
                r=0.8 * u,
                o=0.5,
            )
    shelf = y - 40 * u
    canvas.rect(0.08 * w, shelf, 0.84 * w, 1.8 * u, _wood(canvas)[0], r=0.4 * u)
    for i in range(7):
        x, s = w * (0.13 + 0.11 * i), u * canvas.between(3, 4.6)
        canvas.rect(x, shelf - 2 * s, 1.4 * s, 2 * s, canvas.lit(canvas.choice(_BOOKS)), r=0.4 * s, o=0.75)
        canvas.rect(x + 0.15 * s, shelf - 2.3 * s, 1.1 * s, 0.4 * s, canvas.lit("#f3e9da"), r=0.1 * s)
    light, dark = canvas.lit("#f6efe6"), canvas.lit("#c9d7d6")
    canvas.rect(0, y, w, h - y, light)
    rows = 4
    for row in range(rows):
        top, bottom = y + (h - y) * (row / rows) ** 1.3, y + (h - y) * ((row + 1) / rows) ** 1.3
        for i in range(-9, 10):
            if (i + row) % 2:
                k0, k1 = 0.11 * (1 + 0.9 * (row / rows) ** 1.3), 0.11 * (1 + 0.9 * ((row + 1) / rows) ** 1.3)
                canvas.polygon(
                    [
                        (w / 2 + i * k0 * w, top),
                        (w / 2 + (i + 1) * k0 * w, top),
                        (w / 2 + (i + 1) * k1 * w, bottom),
                        (w / 2 + i * k1 * w, bottom),
                    ],
                    dark,
                )
    canvas.rect(0, y - u, w, 2 * u, canvas.lit("#b98e66"))


def table(canvas: Canvas) -> None:
    """A wooden table top that fills the foreground, a soft wall behind."""
    u, w, h = canvas.unit, canvas.width, canvas.height
    canvas.horizon = y = h * canvas.between(0.56, 0.63)
    canvas.ground = y + (h - y) * 0.52
    _wall(canvas)
    if canvas.rng.random() < 0.6:
        _window(canvas, w * canvas.between(0.08, 0.6), y - 44 * u, 26 * u, 28 * u)
    light, dark = _wood(canvas)
    canvas.rect(0, y, w, h - y, canvas.gradient(light, dark))
    for _ in range(9):
        grain = y + (h - y) * canvas.between(0.08, 0.8)
        canvas.rect(
            canvas.between(-0.2, 0.8) * w,
            grain,
            w * canvas.between(0.15, 0.5),
            0.35 * u,
            dark,
            r=0.2 * u,
            o=0.45,
        )
    canvas.rect(0, y, w, 0.8 * u, "#ffffff", o=0.25)
    canvas.rect(0, h - 4.5 * u, w, 5 * u, dark)


def office(canvas: Canvas) -> None:
    """A board on a plain wall, a grey floor."""
    u, w, h = canvas.unit, canvas.width, canvas.height
    canvas.horizon = y = h * canvas.between(0.62, 0.68)
    canvas.ground = y + (h - y) * 0.6
    _wall(canvas)
    x = w * canvas.between(0.2, 0.3)
    canvas.rect(x - u, y - 44 * u, 0.5 * w + 2 * u, 30 * u, canvas.lit("#b58a5f"), r=0.6 * u)
    canvas.rect(x, y - 43 * u, 0.5 * w, 28 * u, canvas.lit(canvas.choice(("#4c7a68", "#f7f9fa"))))
    canvas.rect(0, y, w, h - y, canvas.gradient(canvas.lit("#b9c0c8"), canvas.lit("#d3d7db")))
    canvas.rect(0, y - 2 * u, w, 2.4 * u, canvas.lit("#f5f2ec"))


def library(canvas: Canvas) -> None:
    """Shelves of books to the ceiling."""
    u, w, h = canvas.unit, canvas.width, canvas.height
    canvas.horizon = y = h * canvas.between(0.66, 0.7)
    canvas.ground = y + (h - y) * 0.6
    canvas.rect(0, 0, w, h, canvas.lit("#8a5f3e"))
    rows = 4
    for row in range(rows):
        base = y - 2 * u - (y - 2 * u) * row / rows
        height = (y - 2 * u) / rows - 2.4 * u
        canvas.rect(0, base - height, w, height, canvas.lit("#5f4029"))
        x = canvas.between(0, 2) * u
        while x < w:
            width, tall = u * canvas.between(1.8, 3.8), height * canvas.between(0.68, 0.95)
            canvas.rect(
                x, base - tall, width * 0.92, tall, canvas.lit(canvas.choice(_BOOKS)), r=0.2 * u, o=0.85
            )
            x += width + (u * canvas.between(2, 5) if canvas.rng.random() < 0.08 else 0)
    _floor(canvas)


def stage(canvas: Canvas) -> None:
    """Red curtains and spotlights on boards."""
    u, w, h = canvas.unit, canvas.width, canvas.height
    canvas.horizon = y = h * canvas.between(0.66, 0.7)
    canvas.ground = y + (h - y) * 0.5
    canvas.rect(0, 0, w, h, canvas.gradient("#3a1f4f", "#6b2f63"))
    for x, lean in ((0.25, 0.25), (0.75, -0.25)):
        canvas.polygon(
            [
                (x * w - 2 * u, 0),
                (x * w + 2 * u, 0),
                ((x + lean) * w + 24 * u, y + 10 * u),
                ((x + lean) * w - 24 * u, y + 10 * u),
            ],
            "#fff3c4",
            o=0.16,
        )
    light, dark = "#c88f5b", "#8e5a35"
    canvas.rect(0, y, w, h - y, canvas.gradient(light, dark))
    for i in range(1, 5):
        canvas.rect(0, y + (h - y) * i / 5, w, 0.4 * u, dark, o=0.6)
    canvas.ellipse(w / 2, canvas.ground, 0.38 * w, 0.42 * (h - y), "#fff1c9", o=0.35)
    for side in (0, 1):
        for i in range(4):
            x = i * 4.5 * u if side == 0 else w - (i + 1) * 4.5 * u
            canvas.rect(x, -2 * u, 4.6 * u, y + 6 * u - i * 3 * u, "#b3273b" if i % 2 else "#93192f", r=2 * u)
    for i in range(int(w / (8 * u)) + 2):
        canvas.ellipse(i * 8 * u, 0, 5 * u, 7 * u, "#c23247" if i % 2 else "#a61f38")


def castle_hall(canvas: Canvas) -> None:
    """Stone blocks, arched windows, banners, a red carpet."""
    u, w, h = canvas.unit, canvas.width, canvas.height
    canvas.horizon = y = h * canvas.between(0.64, 0.69)
    canvas.ground = y + (h - y) * 0.55
    canvas.rect(0, 0, w, h, canvas.gradient(canvas.lit("#9c96a3"), canvas.lit("#b9b2b5")))
    for row in range(int(y / (7 * u)) + 1):
        x = -u * (7 if row % 2 else 0)
        while x < w:
            canvas.rect(
                x + 0.3 * u,
                row * 7 * u + 0.3 * u,
                13.4 * u,
                6.4 * u,
                "#ffffff",
                r=0.8 * u,
                o=canvas.between(0.03, 0.12),
            )
            x += 14 * u
    for cx in (0.2, 0.8):
        x = cx * w
        night = canvas.time_of_day == "night"
        pane = "#1d2756" if night else canvas.gradient("#a7d3ee", "#e9f5fb")
        canvas.add(
            f'<path d="M{x - 7 * u:.1f} {y - 14 * u:.1f}v{-22 * u:.1f}'
            f'a{7 * u:.1f} {8 * u:.1f} 0 0 1 {14 * u:.1f} 0v{22 * u:.1f}z" fill="{pane}" '
            f'stroke="{canvas.lit("#77707d")}" stroke-width="{1.2 * u:.1f}"/>'
        )
    banner = canvas.choice(("#a8283c", "#2f5a9c", "#5f3a86"))
    for cx in (0.38, 0.62):
        x = cx * w
        canvas.polygon(
            [
                (x - 4 * u, y - 44 * u),
                (x + 4 * u, y - 44 * u),
                (x + 4 * u, y - 20 * u),
                (x, y - 16 * u),
                (x - 4 * u, y - 20 * u),
            ],
            canvas.lit(banner),
        )
        canvas.ellipse(x, y - 34 * u, 2 * u, 2.4 * u, canvas.lit("#e8c15a"))
    canvas.rect(0, y, w, h - y, canvas.gradient(canvas.lit("#8d8790"), canvas.lit("#aaa3a6")))
    canvas.polygon([(0.4 * w, y), (0.6 * w, y), (0.82 * w, h), (0.18 * w, h)], canvas.lit("#a52c3f"))


def cave(canvas: Canvas) -> None:
    """Rock all round, light from the mouth, hanging stones."""
    u, w, h = canvas.unit, canvas.width, canvas.height
    canvas.horizon = y = h * canvas.between(0.66, 0.7)
    canvas.ground = y + (h - y) * 0.58
    canvas.rect(0, 0, w, h, canvas.gradient("#4a4350", "#6a5f68"))
    canvas.ellipse(
        0.5 * w, y - 16 * u, 0.36 * w, 30 * u, canvas.gradient(canvas.lit("#cfe9f2"), canvas.lit("#f7edd0"))
    )
    canvas.glow(0.5 * w, y - 16 * u, 50 * u, "#fff3cf", 0.5)
    for i in range(11):
        x, s = w * (i + canvas.between(0, 1)) / 11, u * canvas.between(8, 24) * (0.5 + abs(i - 5) / 6)
        canvas.polygon(
            [(x - 0.3 * s - 3 * u, -u), (x + 0.3 * s + 3 * u, -u), (x, s)],
            canvas.choice(("#3c3641", "#544c58")),
        )
    canvas.hills(y, 1.5 * u, canvas.gradient("#7d7077", "#574c55"))
    for _ in range(6):
        x = canvas.between(0, 1) * w
        canvas.ellipse(x, y + u, u * canvas.between(2, 5), u * canvas.between(1, 2.2), "#544a53")
