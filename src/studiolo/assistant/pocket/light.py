"""Light and colour as numbers, with a word for each: brightness, contrast, saturation, temperature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar

from studiolo.assistant.pocket.pixels import Pixels

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

W = TypeVar("W")
Brightness = Literal["very dark", "dark", "balanced", "bright", "very bright"]
Contrast = Literal["flat", "low", "medium", "high"]
Saturation = Literal["colourless", "muted", "moderate", "vivid"]
Temperature = Literal["warm", "neutral", "cool"]
Sharpness = Literal["blurred", "soft", "sharp", "featureless"]

# Lightness L* of the whole picture, and its spread, at which the next word begins.
_BRIGHTNESS: tuple[tuple[float, Brightness], ...] = (
    (18, "very dark"), (40, "dark"), (68, "balanced"), (88, "bright"), (101, "very bright")
)  # fmt: skip
_CONTRAST: tuple[tuple[float, Contrast], ...] = (
    (5, "flat"), (30, "low"), (65, "medium"), (101, "high")
)  # fmt: skip
# Mean chroma in OKLab: 0.03 is a tint one has to look for, 0.1 a picture of strong colours.
_SATURATION: tuple[tuple[float, Saturation], ...] = (
    (0.012, "colourless"), (0.05, "muted"), (0.1, "moderate"), (1, "vivid")
)  # fmt: skip
_TEMPERATURE = 0.02  # mean of OKLab's yellow-blue axis, red leaning in, from which a picture is warm or cool
_CLIPPED = 3  # 8-bit steps from black or white


@dataclass(frozen=True, kw_only=True)
class Light:
    """What was measured. Lightness is L* (0 to 100), shares are of the picture, chroma is OKLab's."""

    brightness: Brightness
    lightness: float
    shadows: float
    highlights: float
    contrast: Contrast
    spread: float
    saturation: Saturation
    chroma: float
    temperature: Temperature
    warmth: float
    clipped_black: float
    clipped_white: float


def measure_light(pixels: Pixels) -> Light:
    """Light and colour of what is not transparent; a picture that is all transparent counts as white."""
    import numpy as np

    solid = pixels.solid
    lightness = pixels.lightness[solid] if solid.any() else np.array([100.0])
    lab = pixels.lab[solid] if solid.any() else np.array([[1.0, 0.0, 0.0]])
    rgb = pixels.rgb[solid] if solid.any() else np.array([[255, 255, 255]], np.uint8)
    mean, spread = float(lightness.mean()), float(np.subtract(*np.percentile(lightness, [97, 3])))
    chroma = float(np.hypot(lab[:, 1], lab[:, 2]).mean())
    warmth = float((lab[:, 2] + 0.5 * lab[:, 1]).mean())
    return Light(
        brightness=_word(mean, _BRIGHTNESS),
        lightness=round(mean, 1),
        shadows=round(float((lightness < 25).mean()), 3),
        highlights=round(float((lightness > 90).mean()), 3),
        contrast=_word(spread, _CONTRAST),
        spread=round(spread, 1),
        saturation=_word(chroma, _SATURATION),
        chroma=round(chroma, 3),
        temperature="warm" if warmth > _TEMPERATURE else "cool" if warmth < -_TEMPERATURE else "neutral",
        warmth=round(warmth, 3),
        clipped_black=round(float((rgb.max(axis=1) <= _CLIPPED).mean()), 3),
        clipped_white=round(float((rgb.min(axis=1) >= 255 - _CLIPPED).mean()), 3),
    )


def measure_sharpness(grey: NDArray[np.float64]) -> tuple[Sharpness, float]:
    """How steep the steepest edges are, as a share of the whole range per pixel; ``grey`` is L* at full size.

    A hard edge between two areas climbs its whole height within a pixel or two, a blurred one takes many.
    """
    import numpy as np

    if min(grey.shape) < 8:
        return "featureless", 0.0
    height = float(np.subtract(*np.percentile(grey, [99.5, 0.5])))
    if height < 3:
        return "featureless", 0.0
    steps = np.concatenate([np.abs(np.diff(grey, axis=0)).ravel(), np.abs(np.diff(grey, axis=1)).ravel()])
    steepest = np.sort(steps)[-max(20, steps.size // 1000) :]
    steepness = float(np.median(steepest)) / height
    return ("sharp" if steepness > 0.22 else "soft" if steepness > 0.1 else "blurred"), round(steepness, 3)


def _word(value: float, scale: tuple[tuple[float, W], ...]) -> W:
    return next((word for limit, word in scale if value < limit), scale[-1][1])
