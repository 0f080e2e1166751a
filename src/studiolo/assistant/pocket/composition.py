"""How a picture is put together: empty space, symmetry, where the weight lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studiolo.assistant.pocket.pixels import Box, Pixels

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_CELLS = 32
_QUIET = 0.02  # OKLab: a cell whose colours stay this near to their mean is empty
_CENTRED = 0.12  # of a side, from the middle


@dataclass(frozen=True, kw_only=True)
class Composition:
    """What was measured.

    ``empty`` is a share, ``symmetry`` 1 for a picture that equals its mirror image, ``balance`` where the
    busy parts lie, -1 (left, top) to 1 (right, bottom).
    """

    empty: float
    symmetry: float
    balance: tuple[float, float]

    @property
    def symmetrical(self) -> bool:
        """Whether left and right look alike."""
        return self.symmetry > 0.9

    @property
    def spacious(self) -> bool:
        """Whether most of it is empty."""
        return self.empty > 0.6

    @property
    def busy(self) -> bool:
        """Whether hardly any of it is empty."""
        return self.empty < 0.12


def measure_composition(pixels: Pixels) -> Composition:
    """From a small copy; a cell without detail is empty."""
    import numpy as np

    busy = _busy(pixels)
    weight = busy / max(float(busy.sum()), 1e-9)
    rows, columns = (np.linspace(-1, 1, n) if n > 1 else np.zeros(1) for n in busy.shape)
    balance = (float((weight * columns[None]).sum()), float((weight * rows[:, None]).sum()))
    return Composition(
        empty=round(float((busy < _QUIET).mean()), 3),
        symmetry=round(_symmetry(pixels), 3),
        balance=(round(balance[0], 2), round(balance[1], 2)),
    )


def place(box: Box) -> str:
    """Where a box lies, in words: "in the centre", "at the top left", "on the right"."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    across = "left" if x < 0.4 else "right" if x > 0.6 else ""
    down = "top" if y < 0.36 else "bottom" if y > 0.64 else ""
    if down:
        return f"at the {down} {across}".rstrip()
    return f"on the {across}" if across else "in the centre"


def centred(boxes: Sequence[Box]) -> bool:
    """Whether there is one thing, and it stands in the middle."""
    if len(boxes) != 1:
        return False
    left, top, right, bottom = boxes[0]
    return abs((left + right) / 2 - 0.5) < _CENTRED and abs((top + bottom) / 2 - 0.5) < 2 * _CENTRED


def _busy(pixels: Pixels) -> NDArray[np.float64]:
    """Spread of colour in each cell of a grid."""
    import numpy as np

    height, width = pixels.solid.shape
    rows, columns = (max(1, min(_CELLS, n // 4)) for n in (height, width))
    ys = [height * i // rows for i in range(rows + 1)]
    xs = [width * j // columns for j in range(columns + 1)]
    spread = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            cell = pixels.lab[ys[i] : ys[i + 1], xs[j] : xs[j + 1]].reshape(-1, 3)
            spread[i, j] = float(cell.std(axis=0).sum())
    return spread


def _symmetry(pixels: Pixels) -> float:
    """Correlation of the picture with its mirror image, colour included; 1 where there is nothing to tell."""
    import numpy as np

    lab = pixels.lab - pixels.lab.mean(axis=(0, 1))
    power = float((lab**2).sum())
    return 1.0 if power < 1e-6 else max(0.0, float((lab * np.flip(lab, axis=1)).sum()) / power)
