"""What things are: a window around each box, and what the copies of one thing say together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

SIDE = 48  # px of a window
_MARGIN = 1.2  # its side, in longer sides of the box
_ALIKE = 0.8  # correlation of logits above which two things are taken for copies


def windows(picture: Image.Image, boxes: Floats) -> NDArray[np.uint8]:
    """A square window around each box, (n, 48, 48, 3); beyond the picture its edge goes on."""
    scale = np.array([*picture.size, *picture.size], np.float32)
    cut = [_window(picture, box * scale) for box in boxes]
    return np.stack(cut) if cut else np.zeros((0, SIDE, SIDE, 3), np.uint8)


def _window(picture: Image.Image, box: Floats) -> NDArray[np.uint8]:
    side = max(float(box[2] - box[0]), float(box[3] - box[1]), 2.0) * _MARGIN
    left, top = float(box[0] + box[2] - side) / 2, float(box[1] + box[3] - side) / 2
    inside = (
        max(left, 0.0), max(top, 0.0),
        min(left + side, picture.width), min(top + side, picture.height),
    )  # fmt: skip
    scale = SIDE / side
    width, height = (max(1, round((inside[i + 2] - inside[i]) * scale)) for i in (0, 1))
    part = picture.resize((width, height), Image.Resampling.BILINEAR, box=inside, reducing_gap=2.0)
    before = [min(max(round((inside[i] - at) * scale), 0), SIDE - n) for i, (at, n) in
              enumerate(((left, width), (top, height)))]  # fmt: skip
    pads = ((before[1], SIDE - height - before[1]), (before[0], SIDE - width - before[0]), (0, 0))
    return np.pad(np.asarray(part), pads, "edge")


def together(logits: Floats) -> Floats:
    """Logits of which copies of one thing have the same: the mean of theirs."""
    if len(logits) < 2:
        return logits
    centred = logits - logits.mean(axis=1, keepdims=True)
    centred = centred / np.linalg.norm(centred, axis=1, keepdims=True)
    alike = (centred @ centred.T > _ALIKE).astype(np.float32)
    return alike @ logits / alike.sum(axis=1, keepdims=True)


def probabilities(logits: Floats, temperature: float) -> Floats:
    """Softmax at a temperature, (n, names)."""
    shifted = (logits - logits.max(axis=1, keepdims=True)) / temperature
    powers = np.exp(shifted)
    return powers / powers.sum(axis=1, keepdims=True)
