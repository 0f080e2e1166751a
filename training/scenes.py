"""Random simple pictures for the autoencoder: drawings pasted on painted backgrounds.

They need not make sense; they need every edge, colour and size that the painter's drafts may show.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch.utils.data import IterableDataset

from training.render import Renders

Canvas = NDArray[np.float32]  # (size, size, 3) in 0..1
# Turning the hue in YIQ is one 3x3 matrix; its rows and their inverse are the NTSC ones.
_TO_YIQ = np.array([[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]], np.float32)
_FROM_YIQ = np.linalg.inv(_TO_YIQ).astype(np.float32)


def random_scene(
    rng: np.random.Generator, renders: Renders, members: NDArray[np.int64], *, size: int
) -> NDArray[np.uint8]:
    """One picture, (size, size, 3), or a window of that size onto a 512 px one."""
    canvas = _background(rng, size)
    count = rng.integers(1, 5) if size < 512 else rng.integers(2, 7)
    for index in rng.choice(members, count):
        extent = int(math.exp(rng.uniform(math.log(60), math.log(490))))
        centre = rng.uniform(0, 1, 2) * size
        if rng.random() < 0.3:
            _shadow(canvas, centre + np.array([0, extent * 0.45]), extent)
        _paste(rng, canvas, Image.fromarray(renders.pixels[index]), centre, extent)
    return (canvas.clip(0, 1) * 255 + 0.5).astype(np.uint8)


def _background(rng: np.random.Generator, size: int) -> Canvas:
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / size
    kind = rng.random()
    if kind < 0.25:
        canvas = np.ones((size, size, 3), np.float32)
    elif kind < 0.55:
        canvas = np.broadcast_to(_colour(rng), (size, size, 3)).copy()
    else:
        angle = math.pi / 2 if rng.random() < 0.6 else rng.uniform(0, 2 * math.pi)
        along = (np.cos(angle) * x + np.sin(angle) * y)[..., None]
        along = (along - along.min()) / np.ptp(along)
        canvas = _colour(rng) * (1 - along) + _colour(rng) * along
    for _ in range(rng.integers(0, 4)):
        _ellipse(canvas, rng.uniform(-0.2, 1.2, 2) * size, rng.uniform(0.05, 0.9, 2) * size, _colour(rng),
                 rng.uniform(0.3, 1), 1.0 if rng.random() < 0.7 else rng.uniform(1, 40))  # fmt: skip
    if rng.random() < 0.2:  # stars, snow, sand
        for _ in range(rng.integers(5, 30)):
            _ellipse(canvas, rng.uniform(0, size, 2), np.full(2, rng.uniform(1, 7)), _colour(rng), 1, 1)
    return canvas.astype(np.float32)


def _colour(rng: np.random.Generator) -> NDArray[np.float32]:
    light = rng.uniform(0, 1) ** 0.6
    return (light + rng.normal(0, 0.25, 3)).clip(0, 1).astype(np.float32)


def _ellipse(
    canvas: Canvas,
    centre: NDArray[np.float64],
    radii: NDArray[np.float64],
    colour: NDArray[np.float32],
    opacity: float,
    softness: float,
) -> None:
    """Paint an ellipse whose edge is `softness` pixels wide."""
    reach = radii + softness
    (x0, y0), (x1, y1) = (np.floor(centre - reach).astype(int), np.ceil(centre + reach).astype(int) + 1)
    x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, canvas.shape[1]), min(y1, canvas.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    y, x = np.mgrid[y0:y1, x0:x1].astype(np.float32)
    distance = (1 - np.hypot((x - centre[0]) / radii[0], (y - centre[1]) / radii[1])) * radii.min()
    alpha = ((distance / softness + 0.5).clip(0, 1) * opacity)[..., None]
    canvas[y0:y1, x0:x1] += alpha * (colour - canvas[y0:y1, x0:x1])


def _shadow(canvas: Canvas, centre: NDArray[np.float64], extent: int) -> None:
    radii = np.array([extent * 0.4, extent * 0.08])
    _ellipse(canvas, centre, radii, np.zeros(3, np.float32), 0.25, max(2.0, extent * 0.06))


def _paste(
    rng: np.random.Generator, canvas: Canvas, drawing: Image.Image, centre: NDArray[np.float64], extent: int
) -> None:
    """Resize only what will be seen of the drawing, recolour it at times, and lay it over the canvas."""
    size = canvas.shape[0]
    left, top = (np.round(centre - extent / 2)).astype(int)
    x0, y0, x1, y1 = max(left, 0), max(top, 0), min(left + extent, size), min(top + extent, size)
    if x1 - x0 < 2 or y1 - y0 < 2:
        return
    mirrored = rng.random() < 0.5
    ratio = drawing.width / extent
    across = (left + extent - x1, left + extent - x0) if mirrored else (x0 - left, x1 - left)
    box = (across[0] * ratio, (y0 - top) * ratio, across[1] * ratio, (y1 - top) * ratio)
    piece = (
        np.asarray(drawing.resize((x1 - x0, y1 - y0), Image.Resampling.HAMMING, box=box), np.float32) / 255
    )
    if mirrored:
        piece = piece[:, ::-1]
    colour, alpha = piece[..., :3], piece[..., 3:]
    if rng.random() < 0.4:
        colour = _turn_hue(colour, rng.uniform(-math.pi, math.pi), rng.uniform(0.6, 1.2))
    canvas[y0:y1, x0:x1] += alpha * (colour - canvas[y0:y1, x0:x1])


def _turn_hue(colour: NDArray[np.float32], angle: float, saturation: float) -> NDArray[np.float32]:
    c, s = math.cos(angle) * saturation, math.sin(angle) * saturation
    turn = np.array([[1, 0, 0], [0, c, -s], [0, s, c]], np.float32)
    return (colour @ (_FROM_YIQ @ turn @ _TO_YIQ).T).clip(0, 1)


SCENE = 256  # px
SHUFFLED = 128  # windows


class Composed:
    """Windows onto pictures of the painter's composer, stored by `training.banks render-scenes`."""

    def __init__(self, folder: Path, share: float) -> None:
        self.folder, self.share = folder, share
        self.stored: list[NDArray[np.uint8]] = []
        self.draws = 0

    def window(self, rng: np.random.Generator, size: int) -> NDArray[np.uint8] | None:
        """A window, or None if something else is to be shown this time."""
        if self.draws % 500 == 0:  # chunks may be finished while the training runs
            done = sorted(self.folder.glob("*.json"))
            self.stored = [np.load(path.with_suffix(".npy"), mmap_mode="r") for path in done]
        self.draws += 1
        if not self.stored or rng.random() > self.share:
            return None
        pictures = self.stored[rng.integers(len(self.stored))]
        picture = pictures[rng.integers(len(pictures))]
        top, left = rng.integers(0, picture.shape[0] - size + 1, 2)
        return np.array(picture[top : top + size, left : left + size])


class Scenes(IterableDataset[torch.Tensor]):
    """Endless windows onto random scenes, (3, size, size) uint8; the same seed gives the same ones.

    A scene of SCENE px is cut into windows, and cut again after being turned and its colours swapped:
    composing it takes longer than learning from it. The windows are shuffled.
    """

    def __init__(
        self, renders: Renders, members: NDArray[np.int64], *, size: int, seed: int, composed: Composed
    ) -> None:
        self.renders, self.members, self.size, self.seed = renders, members, size, seed
        self.composed = composed

    def __iter__(self) -> Iterator[torch.Tensor]:
        worker = torch.utils.data.get_worker_info()
        rng = np.random.default_rng([self.seed, worker.id if worker else 0])
        waiting: list[NDArray[np.uint8]] = []
        while True:
            while len(waiting) < SHUFFLED:
                scene = self.composed.window(rng, SCENE)
                if scene is None:
                    scene = random_scene(rng, self.renders, self.members, size=SCENE)
                turned = np.rot90(scene, rng.integers(1, 4))[..., rng.permutation(3)]
                for top in range(0, SCENE, self.size):
                    for left in range(0, SCENE, self.size):
                        cut = np.s_[top : top + self.size, left : left + self.size]
                        waiting += [scene[cut], turned[cut].copy()]
            place = int(rng.integers(len(waiting)))
            waiting[place], waiting[-1] = waiting[-1], waiting[place]
            yield torch.from_numpy(waiting.pop()).permute(2, 0, 1)
