"""Skies by hour and weather: gradient, sun or moon, stars, clouds."""

from __future__ import annotations

from studiolo.engines.pocket.backgrounds.canvas import Canvas

_DAY = (("#7cc4f4", "#d8f0fd"), ("#6fb7ef", "#cdeafb"), ("#8fd0f2", "#e8f6fb"), ("#5fa9ea", "#c3e4fa"))
_SUNSET = (
    ("#5b4b9a", "#e2698b", "#fdb777"),
    ("#41528f", "#d8708d", "#fcc98a"),
    ("#7a4f96", "#f28a7c", "#fed08c"),
)
_SUNRISE = (("#86b6e8", "#f7c7c9", "#fde6b8"), ("#93a9e2", "#fac1b8", "#fee9bb"))
_NIGHT = (("#0d1440", "#2c3a7c"), ("#101a3f", "#35407f"), ("#130f3a", "#3a3277"))
_TINTED = {"red": ("#c8453f", "#f6b39b"), "pink": ("#f08fb6", "#fde0e8"), "purple": ("#7a55b8", "#e0cdf3"),
           "orange": ("#f08a3c", "#fde0b0"), "yellow": ("#f5cb4a", "#fdf3c8"), "green": ("#6fc08a",
           "#e0f5e2"),
           "gray": ("#8f98a6", "#dfe3e8"), "black": ("#15161d", "#3b3f50")}  # fmt: skip


def sky(canvas: Canvas, *, clouds: bool = True, lights: bool = True) -> None:
    """Paint the sky over the whole canvas; the ground goes over it."""
    stops = _stops(canvas)
    canvas.rect(0, 0, canvas.width, canvas.height, canvas.gradient(*_to_horizon(canvas, stops)))
    if canvas.time_of_day == "night":
        stars(canvas, round(canvas.between(35, 70)))
    if lights:
        _sun_or_moon(canvas)
    if clouds and canvas.weather != "fog":
        _clouds(canvas)


def _stops(canvas: Canvas) -> tuple[str, ...]:
    if canvas.tint is not None and (found := _TINTED.get(canvas.tint.split()[-1])):
        return found
    if canvas.weather in {"storm", "rain"} and canvas.time_of_day != "night":
        return ("#5d6b80", "#a9b6c4") if canvas.weather == "storm" else ("#8296ac", "#c6d2dc")
    if canvas.weather in {"fog", "clouds", "snow"} and canvas.time_of_day == "day":
        return ("#b4c6d6", "#e6edf2")
    options = {"day": _DAY, "sunset": _SUNSET, "sunrise": _SUNRISE, "night": _NIGHT}[canvas.time_of_day]
    return options[int(canvas.rng.integers(len(options)))]


def _to_horizon(canvas: Canvas, stops: tuple[str, ...]) -> list[tuple[float, str]]:
    """The gradient ends where the ground begins, or its best colours would be hidden behind it."""
    reach = min(1.0, max(canvas.horizon / canvas.height, 0.35) + 0.04)
    return [(reach * i / (len(stops) - 1), s) for i, s in enumerate(stops)]


def stars(canvas: Canvas, count: int) -> None:
    """Scatter stars over the sky."""
    for _ in range(count):
        x, y = canvas.between(0, canvas.width), canvas.between(0, canvas.horizon or canvas.height) * 0.96
        radius = canvas.unit * canvas.between(0.15, 0.42)
        canvas.ellipse(x, y, radius, radius, "#fffbe8", o=canvas.between(0.45, 1))


def _sun_or_moon(canvas: Canvas) -> None:
    u = canvas.unit
    side = canvas.between(0.1, 0.26) if canvas.rng.random() < 0.5 else canvas.between(0.74, 0.9)
    x = side * canvas.width
    if canvas.time_of_day == "night":
        y = canvas.between(0.12, 0.2) * canvas.height
        canvas.glow(x, y, 17 * u, "#cfd8ff", 0.35)
        canvas.ellipse(x, y, 5 * u, 5 * u, "#f4f1da")
        canvas.ellipse(x - 1.5 * u, y - 1.2 * u, 1.1 * u, 1.1 * u, "#dcd8bd")
        canvas.ellipse(x + 1.4 * u, y + 1.3 * u, 0.8 * u, 0.8 * u, "#dcd8bd")
    elif canvas.time_of_day in {"sunset", "sunrise"}:
        y = (canvas.horizon or canvas.height * 0.6) * canvas.between(0.78, 0.98)
        x = canvas.between(0.25, 0.75) * canvas.width
        canvas.glow(x, y, 42 * u, "#fff0bd", 0.75)
        canvas.ellipse(x, y, 8 * u, 8 * u, "#fff3c9")
    elif canvas.weather == "clear":
        y = canvas.between(0.06, 0.2) * canvas.height
        canvas.glow(x, y, 30 * u, "#fff8d6", 0.85)
        canvas.ellipse(x, y, 5 * u, 5 * u, "#fff3b8")


def _clouds(canvas: Canvas) -> None:
    dull = canvas.weather in {"storm", "rain", "clouds", "snow"}
    colour = {"night": "#3c477f", "sunset": "#f7b9a2", "sunrise": "#fdf0e6"}.get(
        canvas.time_of_day, "#ffffff"
    )
    if dull and canvas.time_of_day == "day":
        colour = "#77859a" if canvas.weather == "storm" else "#dfe6ec"
    top = (canvas.horizon or canvas.height) * 0.62
    for _ in range(int(canvas.rng.integers(4, 7) if dull else canvas.rng.integers(2, 5))):
        x, y = canvas.between(-0.05, 1.05) * canvas.width, canvas.between(0.05, 1) * top
        cloud(canvas, x, y, canvas.unit * canvas.between(5, 11), colour, canvas.between(0.45, 0.85))


def cloud(canvas: Canvas, x: float, y: float, size: float, colour: str, opacity: float) -> None:
    """A flat-bottomed cloud, `size` pixels from its middle to its top."""
    parts = [(-1.3, 0.55, 0.45), (-0.6, 0.2, 0.72), (0.25, 0, 0.95), (1.05, 0.4, 0.6), (1.7, 0.65, 0.35)]
    flip = 1 if canvas.rng.random() < 0.5 else -1
    shapes = "".join(
        f'<circle cx="{x + flip * dx * size:.1f}" cy="{y + dy * size * 0.8:.1f}" r="{r * size * 0.8:.1f}"/>'
        for dx, dy, r in parts
    )
    base = f'<rect x="{x - 1.75 * size:.1f}" y="{y + 0.32 * size:.1f}" width="{3.6 * size:.1f}" '
    base += f'height="{0.5 * size:.1f}" rx="{0.25 * size:.1f}"/>'
    canvas.add(f'<g fill="{colour}" opacity="{opacity:.2f}">{shapes}{base}</g>')
