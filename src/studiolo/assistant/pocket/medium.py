"""What kind of picture it is, as far as pixels tell: photograph, drawing, line art, page, gradient, noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from studiolo.assistant.pocket.pixels import Pixels

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MediumName = Literal["photograph", "drawing", "line art", "text page", "gradient", "plain colour", "noise"]


@dataclass(frozen=True, kw_only=True)
class Medium:
    """A guess, how sure (0 to 1), and the measures it rests on."""

    name: MediumName
    confidence: float
    texture: float
    flat: float
    colours: int


def guess_medium(pixels: Pixels, detail: NDArray[np.float64]) -> Medium:
    """Guess from a small copy and from ``detail``: L* of the picture at (nearly) full size.

    A photograph is nowhere quite flat: sensor, lens and the world itself leave grain. A drawing has large
    areas of one colour with hard edges between them.
    """
    texture, flat = _texture(detail), _flat(detail)
    colours = _count_colours(pixels)
    name, confidence = _judge(pixels, detail, texture, flat, colours)
    return Medium(
        name=name,
        confidence=round(confidence, 2),
        texture=round(texture, 3),
        flat=round(flat, 3),
        colours=colours,
    )


def _judge(
    pixels: Pixels, detail: NDArray[np.float64], texture: float, flat: float, colours: int
) -> tuple[MediumName, float]:
    import numpy as np

    spread = float(np.subtract(*np.percentile(detail, [99.5, 0.5])))
    if colours == 1 and spread < 3:
        return "plain colour", 0.99
    if texture > 6 and _likeness(detail) < 0.3:
        return "noise", 0.9
    edges = _edges(detail)
    if _steepest(detail) < 2.5 and texture < 0.5:
        return "gradient", 0.9
    ink = _ink(pixels)
    if ink is not None:
        return ("text page", 0.7) if ink < 0.3 and edges > 0.06 else ("line art", 0.7)
    photograph = 1 / (1 + np.exp(-_photograph(texture, flat)))
    return ("photograph", float(photograph)) if photograph > 0.5 else ("drawing", float(1 - photograph))


def _photograph(texture: float, flat: float) -> float:
    """Log odds of a photograph against a drawing."""
    return 3.0 * (texture - 0.6) - 8.0 * (flat - 0.35)


def _texture(detail: NDArray[np.float64]) -> float:
    """Median step between neighbours in L*: grain."""
    import numpy as np

    across, down = np.abs(np.diff(detail, axis=1)), np.abs(np.diff(detail, axis=0))
    return float(np.median(across)) + float(np.median(down)) if across.size and down.size else 0.0


def _likeness(detail: NDArray[np.float64]) -> float:
    """Correlation of neighbours, across: of noise there is none, of the finest gravel a good deal."""
    import numpy as np

    left, right = detail[:, :-1].ravel(), detail[:, 1:].ravel()
    if left.size < 2 or not left.std() or not right.std():
        return 1.0
    return float(np.corrcoef(left, right)[0, 1])


def _flat(detail: NDArray[np.float64]) -> float:
    """Share of 4x4 blocks within a third of one L*."""
    import numpy as np

    height, width = (n - n % 4 for n in detail.shape)
    if not height or not width:
        return 1.0
    blocks = detail[:height, :width].reshape(height // 4, 4, width // 4, 4)
    return float((np.ptp(blocks, axis=(1, 3)) < 0.35).mean())


def _edges(detail: NDArray[np.float64]) -> float:
    """Share of steps between neighbours of more than ten L*."""
    import numpy as np

    return float((np.abs(np.diff(detail, axis=1)) > 10).mean()) if detail.shape[1] > 1 else 0.0


def _steepest(detail: NDArray[np.float64]) -> float:
    """A step between neighbours that one in two thousand exceeds: of an edge, if there is one."""
    import numpy as np

    steps = [np.abs(np.diff(detail, axis=axis)).ravel() for axis in (0, 1)]
    joined = np.concatenate(steps)
    return float(np.percentile(joined, 99.95)) if joined.size else 0.0


def _count_colours(pixels: Pixels) -> int:
    """How many colours of a coarse grid have more than half a percent."""
    import numpy as np

    lab = pixels.lab[pixels.solid]
    if not len(lab):
        return 0
    cells = np.rint(lab / 0.06).astype(np.int32) + 64
    _, counts = np.unique((cells[:, 0] << 14) | (cells[:, 1] << 7) | cells[:, 2], return_counts=True)
    return int((counts > 0.005 * len(lab)).sum())


def _ink(pixels: Pixels) -> float | None:
    """Share of ink where there is only ink on paper: one light ground and thin dark strokes; else None."""
    import numpy as np

    lab, lightness = pixels.lab[pixels.solid], pixels.lightness[pixels.solid]
    if not len(lab) or float(np.percentile(np.hypot(lab[:, 1], lab[:, 2]), 95)) > 0.06:
        return None
    paper = float(np.percentile(lightness, 90))
    on_paper = float((lightness > paper - 6).mean())
    return 1 - on_paper if paper > 80 and on_paper > 0.55 else None
