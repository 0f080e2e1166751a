"""Built places out of doors: city, street, village, stadium."""

from __future__ import annotations

from studiolo.engines.pocket.backgrounds.canvas import Canvas
from studiolo.engines.pocket.backgrounds.plants import bush, crown_colour, tree
from studiolo.engines.pocket.backgrounds.sky import sky

_WALLS = ("#f2c6a0", "#e8b4b0", "#c9d6df", "#f3dfb6", "#b9cfc4", "#d8c3dc", "#f0d3c4")
_ROOFS = ("#c0604d", "#a9574e", "#8a6f86", "#b67a4a")


def _towers(canvas: Canvas, colour: str, low: float, high: float, *, windows: bool) -> None:
    u, x = canvas.unit, -canvas.unit * 3
    while x < canvas.width:
        width, height = u * canvas.between(8, 15), u * canvas.between(low, high)
        top = canvas.horizon - height
        canvas.rect(x, top, width, height + 2 * u, colour)
        if canvas.rng.random() < 0.3:
            canvas.rect(x + width * 0.45, top - 4 * u, 0.6 * u, 4 * u, colour)
        if windows:
            _windows(canvas, x, top, width, height)
        x += width + u * canvas.between(0, 2)


def _windows(canvas: Canvas, x: float, top: float, width: float, height: float) -> None:
    u, night = canvas.unit, canvas.time_of_day == "night"
    shapes: list[str] = []
    columns = max(2, int(width / (3.4 * u)))
    for row in range(int(height / (4 * u))):
        for column in range(columns):
            if canvas.rng.random() < (0.45 if night else 0.15):
                continue
            left = x + width * (column + 0.5) / columns - 0.7 * u
            shapes.append(
                f'<rect x="{left:.1f}" y="{top + (1.6 + 4 * row) * u:.1f}" '
                f'width="{1.4 * u:.1f}" height="{2 * u:.1f}"/>'
            )
    colour = "#ffdf8a" if night or canvas.time_of_day == "sunset" else canvas.lit("#eaf4fa")
    canvas.add(f'<g fill="{colour}" opacity="0.75">{"".join(shapes)}</g>')


def city(canvas: Canvas) -> None:
    """A skyline behind a wide pavement."""
    canvas.horizon = canvas.height * canvas.between(0.64, 0.7)
    canvas.ground = canvas.horizon + (canvas.height - canvas.horizon) * 0.62
    sky(canvas)
    _towers(canvas, canvas.lit("#c3d0de"), 26, 48, windows=False)
    _towers(canvas, canvas.lit("#94a7bf"), 14, 36, windows=True)
    u, w, h, y = canvas.unit, canvas.width, canvas.height, canvas.horizon
    leaf = crown_colour(canvas)
    for i in range(8):
        bush(canvas, w * (i + canvas.between(0, 1)) / 8, y + u, u * canvas.between(3, 5), leaf)
    canvas.rect(0, y, w, h - y, canvas.gradient(canvas.lit("#d3d3d0"), canvas.lit("#b9bbbd")))
    canvas.rect(0, y, w, 1.2 * u, canvas.lit("#a9abae"))


def street(canvas: Canvas) -> None:
    """House fronts, a pavement and a road with a dashed line."""
    canvas.horizon = canvas.height * canvas.between(0.6, 0.65)
    sky(canvas)
    u, w, h, y = canvas.unit, canvas.width, canvas.height, canvas.horizon
    x = -canvas.between(0, 6) * u
    while x < w:
        width, height = u * canvas.between(16, 24), u * canvas.between(26, 44)
        _front(canvas, x, width, height)
        x += width
    canvas.rect(0, y, w, 5 * u, canvas.lit("#cfcac2"))
    canvas.rect(0, y + 4.4 * u, w, 1.2 * u, canvas.lit("#a8a39c"))
    road = y + 5.5 * u
    canvas.rect(0, road, w, h - road, canvas.gradient(canvas.lit("#7f858e"), canvas.lit("#646a74")))
    canvas.ground = road + (h - road) * 0.5
    for i in range(-1, 7):
        canvas.rect(
            w * i / 6 + canvas.unit, road + (h - road) * 0.78, w / 11, 1.3 * u, canvas.lit("#f4efe2"), o=0.85
        )


def _front(canvas: Canvas, x: float, width: float, height: float) -> None:
    u, top = canvas.unit, canvas.horizon - height
    wall = canvas.lit(canvas.choice(_WALLS))
    canvas.rect(x, top, width, height + u, wall)
    canvas.rect(x - 0.4 * u, top - 1.5 * u, width + 0.8 * u, 2.4 * u, canvas.lit(canvas.choice(_ROOFS)))
    pane = "#ffe08f" if canvas.time_of_day == "night" else canvas.lit("#a9cbdf")
    for row in range(int((height - 12 * u) / (8 * u)) + 1):
        for column in range(2):
            left = x + width * (0.14 + 0.46 * column)
            canvas.rect(left, top + (3.5 + 8 * row) * u, width * 0.26, 5 * u, pane, r=0.4 * u)
    canvas.rect(
        x + 0.14 * width, canvas.horizon - 7 * u, 0.24 * width, 7 * u, canvas.lit("#7a5a4a"), r=0.5 * u
    )
    canvas.rect(x + 0.5 * width, canvas.horizon - 6.5 * u, 0.38 * width, 4.5 * u, pane, r=0.4 * u)


def village(canvas: Canvas) -> None:
    """Small gabled houses on a hill."""
    canvas.horizon = canvas.height * canvas.between(0.55, 0.62)
    canvas.ground = canvas.horizon + (canvas.height - canvas.horizon) * 0.64
    sky(canvas)
    u, w, y = canvas.unit, canvas.width, canvas.horizon
    winter = canvas.season == "winter"
    canvas.hills(y - 7 * u, 3 * u, canvas.lit("#dfeaf3" if winter else "#b6d8ab"))
    for i in range(6):
        x, s = w * (i + canvas.between(0.15, 0.85)) / 6, u * canvas.between(6, 9)
        base = y + u * canvas.between(-2, 1.5)
        if canvas.rng.random() < 0.4:
            tree(canvas, x + 1.2 * s, base, 1.9 * s, crown_colour(canvas))
        canvas.rect(x - s * 0.8, base - 1.1 * s, 1.6 * s, 1.3 * s, canvas.lit(canvas.choice(_WALLS)))
        roof = canvas.lit("#f4f8fc" if winter else canvas.choice(_ROOFS))
        canvas.polygon([(x - s, base - 1.05 * s), (x, base - 2 * s), (x + s, base - 1.05 * s)], roof)
        pane = "#ffdf8a" if canvas.time_of_day == "night" else canvas.lit("#9cc0d6")
        canvas.rect(x - 0.5 * s, base - 0.8 * s, 0.38 * s, 0.42 * s, pane)
        canvas.rect(x + 0.12 * s, base - 0.7 * s, 0.36 * s, 0.9 * s, canvas.lit("#7b5846"))
    stops = ("#f8fbfe", "#d9e6f1") if winter else ("#9ccb6a", "#74ae50")
    canvas.hills(
        y, 1.4 * u, canvas.gradient((0.5, canvas.lit(stops[0])), (1, canvas.lit(stops[1]))), waves=0.8
    )


def stadium(canvas: Canvas) -> None:
    """Mown stripes, stands full of dots, floodlights."""
    canvas.horizon = canvas.height * canvas.between(0.5, 0.55)
    canvas.ground = canvas.horizon + (canvas.height - canvas.horizon) * 0.6
    sky(canvas, lights=False)
    u, w, h, y = canvas.unit, canvas.width, canvas.height, canvas.horizon
    canvas.rect(0, y - 20 * u, w, 21 * u, canvas.gradient(canvas.lit("#7b8ba8"), canvas.lit("#93a3bd")))
    for _ in range(170):
        r = 0.75 * u
        dot = canvas.lit(canvas.choice(("#f4d7b8", "#e58a7a", "#f2e38f", "#9fc6e8", "#ffffff")))
        canvas.ellipse(canvas.between(0, w), y - u * canvas.between(3, 18), r, r, dot, o=0.75)
    canvas.rect(0, y - 2 * u, w, 3 * u, canvas.lit("#f4f4f2"))
    for i in range(8):
        fill = canvas.lit("#79bd5a" if i % 2 else "#68ad4e")
        left, right = w * i / 8, w * (i + 1) / 8
        spread = 0.5
        canvas.polygon(
            [
                (left, y),
                (right, y),
                (w / 2 + (right - w / 2) * (1 + spread), h),
                (w / 2 + (left - w / 2) * (1 + spread), h),
            ],
            fill,
        )
    canvas.rect(0, y + 0.78 * (h - y), w, 0.9 * u, "#ffffff", o=0.8)
