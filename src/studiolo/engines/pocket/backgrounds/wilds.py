"""Wild country: forest, jungle, desert, mountains, volcano."""

from __future__ import annotations

from studiolo.engines.pocket.backgrounds.canvas import Canvas
from studiolo.engines.pocket.backgrounds.land import far_hills, grass, set_ground
from studiolo.engines.pocket.backgrounds.plants import fir, tree, tufts
from studiolo.engines.pocket.backgrounds.sky import sky


def forest(canvas: Canvas) -> None:
    """Trunks and crowns in three depths, a clearing in front."""
    set_ground(canvas, 0.56, 0.64)
    winter, pines = canvas.season == "winter", canvas.rng.random() < 0.5
    sky(canvas, clouds=False, lights=False)
    layers = (
        ("#b7d3b0", "#86b384", "#5c9362") if canvas.season != "autumn" else ("#ecd2a0", "#dda45a", "#c47a3a")
    )
    if winter:
        layers = ("#cfdfe6", "#a9c5cb", "#7ea6a6")
    for depth, colour in enumerate(layers):
        count = 9 - 2 * depth
        for i in range(count):
            x = canvas.width * (i + canvas.between(0.1, 0.9)) / count
            if depth == 2 and 0.3 < x / canvas.width < 0.7:
                continue  # leave the stage free
            height = canvas.unit * (canvas.between(26, 38) + 14 * depth)
            base = canvas.horizon + canvas.unit * (depth * 3 + canvas.between(0, 1.5))
            shown = canvas.lit(colour)
            (fir if pines or winter else tree)(canvas, x, base, height, shown)
    light, dark = (canvas.lit("#f4f8fb"), canvas.lit("#d5e3ee")) if winter else grass(canvas)
    canvas.hills(
        canvas.horizon + 3 * canvas.unit,
        canvas.unit * 1.2,
        canvas.gradient((0.5, light), (1, dark)),
        waves=0.8,
    )
    tufts(canvas, canvas.horizon + 7 * canvas.unit, 18, dark)


def jungle(canvas: Canvas) -> None:
    """Big leaves from all sides, warm light in the middle."""
    set_ground(canvas, 0.6, 0.66)
    w, h, u = canvas.width, canvas.height, canvas.unit
    canvas.rect(0, 0, w, h, canvas.gradient(canvas.lit("#d9efb5"), canvas.lit("#8cc487")))
    for colour, n, reach in (("#9fd08f", 12, 30), ("#63ab66", 12, 24), ("#3d8651", 12, 17)):
        for _ in range(n):
            left = canvas.rng.random() < 0.5
            x = w * (canvas.between(-0.02, 0.2) if left else canvas.between(0.8, 1.02))
            _leaf(
                canvas,
                x,
                h * canvas.between(0, 0.75),
                u * canvas.between(0.7, 1.2) * reach,
                canvas.between(20, 70) * (1 if left else -1),
                canvas.lit(colour),
            )
        for _ in range(n // 2):
            _leaf(
                canvas,
                w * canvas.between(0, 1),
                -2 * u,
                u * reach * 0.7,
                canvas.between(-40, 40) + 90,
                canvas.lit(colour),
            )
    canvas.hills(
        canvas.horizon, u * 1.2, canvas.gradient((0.5, canvas.lit("#7bb662")), (1, canvas.lit("#4c8b49")))
    )
    tufts(canvas, canvas.horizon + 5 * u, 22, canvas.lit("#3f7d43"))


def _leaf(canvas: Canvas, x: float, y: float, length: float, turn: float, colour: str) -> None:
    half, bulge = 0.5 * length, 0.32 * length
    path = f"M0 0Q{half:.1f} {-bulge:.1f} {length:.1f} 0Q{half:.1f} {bulge:.1f} 0 0Z"
    angle = turn if turn >= 0 else 180 + turn
    canvas.add(
        f'<path d="{path}" fill="{colour}" transform="translate({x:.1f} {y:.1f}) rotate({angle:.0f})"/>'
    )


def desert(canvas: Canvas) -> None:
    """Dunes in warm light."""
    set_ground(canvas, 0.5, 0.6)
    sky(canvas, clouds=False)
    u = canvas.unit
    far_hills(canvas, ("#f3d7a2", "#efcb8d"), 8)
    canvas.hills(
        canvas.horizon,
        3 * u,
        canvas.gradient((0.4, canvas.lit("#f0c983")), (1, canvas.lit("#dba75c"))),
        waves=0.9,
    )
    canvas.hills(canvas.ground, 2.5 * u, canvas.lit("#e9bb72"), waves=0.7, o=0.7)
    for _ in range(int(canvas.rng.integers(1, 4))):
        x, base, s = (
            canvas.between(0.03, 0.97) * canvas.width,
            canvas.horizon + canvas.between(0, 4) * u,
            u * canvas.between(5, 9),
        )
        green = canvas.lit("#7fa86a")
        canvas.rect(x - 0.16 * s, base - s, 0.32 * s, s, green, r=0.16 * s)
        canvas.rect(x - 0.55 * s, base - 0.72 * s, 0.22 * s, 0.4 * s, green, r=0.1 * s)
        canvas.rect(x - 0.5 * s, base - 0.46 * s, 0.5 * s, 0.16 * s, green, r=0.08 * s)
        canvas.rect(x + 0.36 * s, base - 0.85 * s, 0.22 * s, 0.45 * s, green, r=0.1 * s)
        canvas.rect(x, base - 0.55 * s, 0.5 * s, 0.16 * s, green, r=0.08 * s)


def mountains(canvas: Canvas) -> None:
    """Two ranges with snow on their peaks, a meadow before them."""
    set_ground(canvas, 0.62, 0.7)
    sky(canvas)
    for shade, light, height, n in (("#a9b9d0", "#c2cfdf", 34, 4), ("#7d8fae", "#98a8c2", 26, 4)):
        for i in range(n):
            x = canvas.width * (i + canvas.between(0.1, 0.9)) / n
            _peak(
                canvas,
                x,
                canvas.unit * height * canvas.between(0.75, 1.25),
                canvas.lit(shade),
                canvas.lit(light),
            )
    for i in range(12):
        fir(
            canvas,
            canvas.width * (i + canvas.between(0, 1)) / 12,
            canvas.horizon + 1.5 * canvas.unit,
            canvas.unit * canvas.between(5, 9),
            canvas.lit("#5b8a6b"),
        )
    light, dark = (
        (canvas.lit("#f4f8fb"), canvas.lit("#d5e3ee")) if canvas.season == "winter" else grass(canvas)
    )
    canvas.hills(canvas.horizon, canvas.unit, canvas.gradient((0.6, light), (1, dark)), waves=0.8)
    tufts(canvas, canvas.horizon + 5 * canvas.unit, 10, dark)


def _peak(canvas: Canvas, x: float, height: float, shade: str, light: str) -> None:
    base, top, half = (
        canvas.horizon + 3 * canvas.unit,
        canvas.horizon - height,
        height * canvas.between(0.62, 0.85),
    )
    canvas.polygon([(x, top), (x + half, base), (x - half, base)], shade)
    canvas.polygon(
        [(x, top), (x - half, base), (x - 0.1 * half, base), (x + 0.08 * half, top + 0.5 * height)], light
    )
    snow_line = top + 0.3 * height
    k = 0.3 * half * height / (height + 3 * canvas.unit)
    canvas.polygon(
        [(x, top), (x + k, snow_line), (x + 0.4 * k, snow_line - 0.05 * height),
         (x, snow_line + 0.04 * height),
         (x - 0.45 * k, snow_line - 0.05 * height), (x - k, snow_line)],
        canvas.lit("#fdfeff"),
    )  # fmt: skip


def volcano(canvas: Canvas) -> None:
    """A smoking cone over dark ground."""
    set_ground(canvas, 0.66, 0.72)
    sky(canvas)
    u, y = canvas.unit, canvas.horizon
    x = canvas.width * canvas.between(0.3, 0.7)
    for i in range(6):
        r = u * (4 + 2.2 * i)
        canvas.ellipse(
            x + u * canvas.between(-3, 3) * i * 0.7,
            y - u * (36 + 5 * i),
            r,
            r * 0.8,
            canvas.lit("#8d8590"),
            o=0.55,
        )
    canvas.glow(x, y - 32 * u, 24 * u, "#ff9a3c", 0.7)
    canvas.polygon(
        [(x - 7 * u, y - 34 * u), (x + 7 * u, y - 34 * u), (x + 36 * u, y + 2 * u), (x - 36 * u, y + 2 * u)],
        canvas.lit("#6b5763"),
    )
    canvas.polygon(
        [(x, y - 34 * u), (x + 7 * u, y - 34 * u), (x + 36 * u, y + 2 * u), (x + 6 * u, y + 2 * u)],
        canvas.lit("#57454f"),
    )
    canvas.polygon(
        [
            (x - 7 * u, y - 34 * u),
            (x + 7 * u, y - 34 * u),
            (x + 9 * u, y - 22 * u),
            (x + 5 * u, y - 27 * u),
            (x + 2 * u, y - 14 * u),
            (x - 3 * u, y - 26 * u),
            (x - 8 * u, y - 20 * u),
        ],
        "#ff7a2e",
    )
    canvas.hills(y, u, canvas.gradient((0.5, canvas.lit("#7d6a62")), (1, canvas.lit("#5b4a49"))), waves=0.9)
