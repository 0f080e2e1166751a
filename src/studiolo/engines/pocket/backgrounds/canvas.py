"""A background under the brush: SVG elements in pixels, with gradients, soft hills and the hour's light."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from studiolo.engines.pocket.scene import Season, TimeOfDay, Weather
from studiolo.imaging.colours import hex_to_rgb, rgb_to_hex


@dataclass(slots=True)
class Canvas:
    """Width and height in pixels, the seeded dice, and what the scene says about hour, weather and season.

    `horizon` and `ground` are heights in pixels from the top: where the ground begins, and where things
    stand. `floats` says that nothing stands (space, sky, under water).
    """

    width: float
    height: float
    rng: np.random.Generator
    time_of_day: TimeOfDay = "day"
    weather: Weather = "clear"
    season: Season | None = None
    tint: str | None = None
    horizon: float = 0.0
    ground: float = 0.0
    floats: bool = False
    elements: list[str] = field(default_factory=list[str])
    defs: list[str] = field(default_factory=list[str])

    @property
    def unit(self) -> float:
        """A hundredth of the smaller side, in pixels."""
        return min(self.width, self.height) / 100

    def between(self, low: float, high: float) -> float:
        """A number drawn evenly from low..high."""
        return float(self.rng.uniform(low, high))

    def choice(self, options: Sequence[str]) -> str:
        """One of the options."""
        return options[int(self.rng.integers(len(options)))]

    def lit(self, colour: str) -> str:
        """The colour as the hour and the weather show it."""
        rgb = hex_to_rgb(colour)
        light = _LIGHT[self.time_of_day]
        rgb = rgb * np.array(light[:3]) + np.array(light[3:])
        if self.weather in {"storm", "rain", "fog"}:
            grey = rgb.mean()
            rgb = 0.62 * rgb + 0.38 * (grey * 0.85 + 0.06)
        return rgb_to_hex(np.clip(rgb, 0, 1))

    def add(self, element: str) -> None:
        """Paint one SVG element over what is there."""
        self.elements.append(element)

    def gradient(
        self, *stops: str | tuple[float, str], radial: bool = False, x2: float = 0, y2: float = 1
    ) -> str:
        """Define a gradient from top to bottom (or outwards) and return the fill that uses it."""
        name = f"g{len(self.defs)}"
        pairs = [s if isinstance(s, tuple) else (i / max(len(stops) - 1, 1), s) for i, s in enumerate(stops)]
        body = "".join(f'<stop offset="{at:.3f}" stop-color="{c}"/>' for at, c in pairs)
        if radial:
            self.defs.append(f'<radialGradient id="{name}">{body}</radialGradient>')
        else:
            self.defs.append(
                f'<linearGradient id="{name}" x1="0" y1="0" x2="{x2}" y2="{y2}">{body}</linearGradient>'
            )
        return f"url(#{name})"

    def glow(self, x: float, y: float, radius: float, colour: str, opacity: float) -> None:
        """A soft round light."""
        name = f"g{len(self.defs)}"
        self.defs.append(
            f'<radialGradient id="{name}"><stop offset="0" stop-color="{colour}" stop-opacity="{opacity}"/>'
            f'<stop offset="1" stop-color="{colour}" stop-opacity="0"/></radialGradient>'
        )
        self.add(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="url(#{name})"/>')

    def rect(
        self, x: float, y: float, width: float, height: float, fill: str, *, r: float = 0, o: float = 1
    ) -> None:
        """A rectangle, rounded by r pixels."""
        self.add(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{r:.1f}" '
            f'fill="{fill}" opacity="{o:.2f}"/>'
        )

    def ellipse(self, x: float, y: float, rx: float, ry: float, fill: str, *, o: float = 1) -> None:
        """An ellipse."""
        self.add(
            f'<ellipse cx="{x:.1f}" cy="{y:.1f}" rx="{rx:.1f}" ry="{ry:.1f}" '
            f'fill="{fill}" opacity="{o:.2f}"/>'
        )

    def polygon(self, points: Sequence[tuple[float, float]], fill: str, *, o: float = 1) -> None:
        """A closed shape with straight sides."""
        text = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.add(f'<polygon points="{text}" fill="{fill}" opacity="{o:.2f}"/>')

    def hills(self, y: float, swing: float, fill: str, *, waves: float = 1.6, o: float = 1) -> None:
        """Rolling ground whose edge swings about height y; everything below is filled."""
        self.add(f'<path d="{self.ridge(y, swing, waves)}" fill="{fill}" opacity="{o:.2f}"/>')

    def ridge(self, y: float, swing: float, waves: float) -> str:
        """The path of `hills`."""
        phase, second = self.between(0, 6.28), self.between(0, 6.28)
        steps = 28
        points: list[str] = []
        for i in range(steps + 1):
            t = i / steps
            bend = 0.7 * math.sin(phase + t * waves * 6.28) + 0.3 * math.sin(second + t * waves * 14.7)
            points.append(f"{t * self.width:.1f} {y + swing * bend:.1f}")
        return f"M{' L'.join(points)} L{self.width:.1f} {self.height:.1f} L0 {self.height:.1f} Z"

    def blob(
        self, x: float, y: float, rx: float, ry: float, fill: str, *, bumps: int = 7, o: float = 1
    ) -> None:
        """A round bush or tree crown with an uneven edge."""
        for i in range(bumps):
            angle = 6.283 * i / bumps + self.between(-0.2, 0.2)
            self.ellipse(
                x + 0.55 * rx * math.cos(angle),
                y + 0.5 * ry * math.sin(angle),
                0.55 * rx,
                0.55 * ry,
                fill,
                o=o,
            )
        self.ellipse(x, y, 0.8 * rx, 0.8 * ry, fill, o=o)

    def twinkle(self, x: float, y: float, r: float, fill: str) -> None:
        """A star with four points."""
        points = ((x, y - r), (x + r, y), (x, y + r), (x - r, y))
        curves = "".join(f"Q{x:.1f} {y:.1f} {px:.1f} {py:.1f}" for px, py in points)
        self.add(f'<path d="M{x - r:.1f} {y:.1f}{curves}Z" fill="{fill}"/>')

    def document(self) -> str:
        """The whole painting as an SVG document."""
        width, height = round(self.width), round(self.height)
        size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size}><defs>{"".join(self.defs)}</defs>'
            f"{''.join(self.elements)}</svg>"
        )


# For each hour: what red, green and blue are multiplied by, and what is added.
_LIGHT: dict[TimeOfDay, tuple[float, float, float, float, float, float]] = {
    "day": (1, 1, 1, 0, 0, 0),
    "night": (0.34, 0.42, 0.62, 0.02, 0.03, 0.09),
    "sunset": (0.96, 0.76, 0.68, 0.05, 0.01, 0.04),
    "sunrise": (1.0, 0.88, 0.84, 0.03, 0.02, 0.03),
}
