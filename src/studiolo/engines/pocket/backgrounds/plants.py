"""Trees, bushes, grass and flowers that stand in backgrounds: quieter than the things in front of them."""

from __future__ import annotations

from studiolo.engines.pocket.backgrounds.canvas import Canvas

_CROWNS = ("#5ea35a", "#4f9655", "#6fae5c", "#4a8b58")
_AUTUMN = ("#d9822b", "#c75a2a", "#e0a53a", "#b9472c")
_SPRING = ("#8cc66a", "#f3b6c8", "#7dbb63", "#f6c9d5")


def crown_colour(canvas: Canvas) -> str:
    """A leaf colour of the season, lit."""
    options = {"autumn": _AUTUMN, "spring": _SPRING}.get(canvas.season or "", _CROWNS)
    return canvas.lit(canvas.choice(options))


def fir(canvas: Canvas, x: float, base: float, height: float, colour: str) -> None:
    """A conifer whose foot is at (x, base)."""
    canvas.rect(x - 0.035 * height, base - 0.14 * height, 0.07 * height, 0.14 * height, canvas.lit("#6e4e37"))
    for i in range(3):
        top = base - height * (1 - 0.22 * i)
        bottom = base - height * (0.52 - 0.2 * i)
        half = height * (0.17 + 0.07 * i)
        canvas.polygon([(x, top), (x + half, bottom), (x - half, bottom)], colour)
    if canvas.season == "winter":
        canvas.polygon(
            [
                (x, base - height),
                (x + 0.08 * height, base - 0.8 * height),
                (x - 0.08 * height, base - 0.8 * height),
            ],
            canvas.lit("#ffffff"),
            o=0.9,
        )


def tree(canvas: Canvas, x: float, base: float, height: float, colour: str) -> None:
    """A broad-leaved tree whose foot is at (x, base)."""
    canvas.rect(x - 0.04 * height, base - 0.5 * height, 0.08 * height, 0.5 * height, canvas.lit("#7a573c"))
    canvas.blob(x, base - 0.68 * height, 0.32 * height, 0.32 * height, colour)


def bush(canvas: Canvas, x: float, base: float, size: float, colour: str) -> None:
    """A round bush; its flat side is on the ground."""
    for dx, r in ((-0.8, 0.55), (-0.2, 0.8), (0.5, 0.65), (1.0, 0.4)):
        canvas.ellipse(x + dx * size, base - 0.3 * size * r, r * size, r * size * 0.85, colour)


def tufts(canvas: Canvas, top: float, count: int, colour: str) -> None:
    """Small grass tufts between height `top` and the bottom."""
    for _ in range(count):
        x, y = canvas.between(0, canvas.width), canvas.between(top, canvas.height)
        size = canvas.unit * canvas.between(0.8, 1.8) * (0.5 + (y - top) / max(canvas.height - top, 1))
        canvas.add(
            f'<path d="M{x - size:.1f} {y:.1f}'
            f"q{0.3 * size:.1f} {-size:.1f} {0.2 * size:.1f} {-1.4 * size:.1f}"
            f"q{0.4 * size:.1f} {0.7 * size:.1f} {0.6 * size:.1f} {1.2 * size:.1f}"
            f"q{0.1 * size:.1f} {-0.8 * size:.1f} {0.7 * size:.1f} {-1.3 * size:.1f}"
            f'q{0.1 * size:.1f} {0.8 * size:.1f} {0.1 * size:.1f} {1.5 * size:.1f}z" fill="{colour}"/>'
        )


def flowers(canvas: Canvas, top: float, count: int, colours: tuple[str, ...]) -> None:
    """Small flowers, larger towards the viewer."""
    spots = sorted(
        (canvas.between(top, canvas.height * 1.02), canvas.between(0, canvas.width)) for _ in range(count)
    )
    for y, x in spots:
        r = canvas.unit * 0.95 * (0.45 + 1.2 * (y - top) / max(canvas.height - top, 1))
        colour = canvas.lit(canvas.choice(colours))
        canvas.add(
            f'<path d="M{x:.1f} {y:.1f}v{2.6 * r:.1f}" stroke="{canvas.lit("#4d8b43")}" '
            f'stroke-width="{0.4 * r:.1f}"/>'
        )
        petals = "".join(
            f'<circle cx="{x + dx * r:.1f}" cy="{y + dy * r:.1f}" r="{0.62 * r:.1f}"/>'
            for dx, dy in ((0, -0.75), (0.72, -0.2), (0.45, 0.62), (-0.45, 0.62), (-0.72, -0.2))
        )
        canvas.add(f'<g fill="{colour}">{petals}</g>')
        canvas.ellipse(x, y, 0.45 * r, 0.45 * r, canvas.lit("#f7d154"))
