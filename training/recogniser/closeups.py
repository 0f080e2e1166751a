"""What the namer sees: a window around one thing, with whatever stands near it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from training.recogniser.grounds import ground, no_drawing
from training.recogniser.paintings import Paintings
from training.recogniser.pasting import Dress, dressed, shadow, worn
from training.recogniser.sprites import Sprites

MARGIN = 1.2  # the window's side, in longer sides of the box
NOTHING = -1
_WORN = 0.7  # of the windows; clean ones make the start quicker
_COVERED = 0.7  # of a box by those before it: what it shows is no longer sure


class CloseUps(torch.utils.data.IterableDataset[tuple[Tensor, Tensor]]):
    """Endless windows (3, side, side) uint8 and the number of the name, or NOTHING."""

    def __init__(
        self, sprites: Sprites, grounds: NDArray[np.uint8], paintings: Paintings, *,
        side: int, share: float, seed: int,
    ) -> None:  # fmt: skip
        self.sprites, self.grounds, self.paintings = sprites, grounds, paintings
        self.side, self.share, self.seed = side, share, seed
        self.members = np.nonzero(~sprites.held_out)[0]

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        worker = torch.utils.data.get_worker_info()
        rng = np.random.default_rng([self.seed, worker.id if worker else 0])
        while True:
            picture, name = self.sample(rng)
            pixels = np.array(worn(rng, picture) if rng.random() < _WORN else picture)
            yield torch.from_numpy(pixels).permute(2, 0, 1), torch.tensor(name)

    def sample(self, rng: np.random.Generator) -> tuple[Image.Image, int]:
        """One window before it is worn."""
        dice = rng.random()
        if dice < self.share and len(self.paintings.pixels):
            return self._painted(rng)
        if dice > 0.91:
            return self._nothing(rng), NOTHING
        drawing = int(rng.choice(self.members))
        return self._pasted(rng, drawing), int(self.sprites.classes[drawing])

    def _pasted(self, rng: np.random.Generator, drawing: int) -> Image.Image:
        side = self.side
        canvas = ground(rng, self.grounds, side)
        dress = Dress.random(rng, drawing)
        extent = side / MARGIN * rng.uniform(0.85, 1.13)
        coarse = min(1.0, rng.uniform(0.35, 1.6))  # small things have few pixels
        thing = dressed(self.sprites, dress, max(extent * coarse, 12))
        if coarse < 1:
            scale = extent / max(thing.size)
            size = max(2, round(thing.width * scale)), max(2, round(thing.height * scale))
            thing = thing.convert("RGBa").resize(size, Image.Resampling.BILINEAR).convert("RGBA")
        x = (side - thing.width) / 2 + rng.normal(0, 0.04) * side
        y = (side - thing.height) / 2 + rng.normal(0, 0.04) * side
        twin = dress if rng.random() < 0.5 else None
        if rng.random() < 0.35:
            self._neighbour(rng, canvas, extent, twin)
        if rng.random() < 0.2:
            shadow(rng, canvas, x, y, thing)
        canvas.paste(thing, (round(x), round(y)), thing)
        if rng.random() < 0.25:
            self._neighbour(rng, canvas, extent, twin)
        return canvas

    def _neighbour(
        self, rng: np.random.Generator, canvas: Image.Image, extent: float, twin: Dress | None
    ) -> None:
        """Something else, or another copy, at the window's edge."""
        dress = twin or Dress.random(rng, int(rng.choice(self.members)))
        thing = dressed(self.sprites, dress, max(extent * (1.0 if twin else rng.uniform(0.3, 1.2)), 8))
        angle, side = rng.uniform(0, 2 * np.pi), self.side
        away = extent * 0.45 + max(thing.size) * rng.uniform(0.25, 0.6)
        x = side / 2 + np.cos(angle) * away - thing.width / 2
        y = side / 2 + np.sin(angle) * away - thing.height / 2
        canvas.paste(thing, (round(x), round(y)), thing)

    def _nothing(self, rng: np.random.Generator) -> Image.Image:
        """Ground, texture, or only an edge of something."""
        if rng.random() < 0.4:
            return no_drawing(rng, self.side)
        canvas = ground(rng, self.grounds, self.side)
        if rng.random() < 0.5:
            thing = dressed(
                self.sprites,
                Dress.random(rng, int(rng.choice(self.members))),
                self.side * rng.uniform(0.4, 2),
            )
            angle = rng.uniform(0, 2 * np.pi)
            away = self.side * 0.25 + np.array(thing.size) * rng.uniform(0.4, 0.5)
            x, y = self.side / 2 + np.array([np.cos(angle), np.sin(angle)]) * away - np.array(thing.size) / 2
            canvas.paste(thing, (round(x), round(y)), thing)
        return canvas

    def _painted(self, rng: np.random.Generator) -> tuple[Image.Image, int]:
        """A window onto a picture of the painter: one of its things, or a place where there is none."""
        while True:
            number = int(rng.integers(len(self.paintings.pixels)))
            boxes, picture = self.paintings.boxes[number], self.paintings.pixels[number]
            pixels = boxes * picture.shape[0]
            if rng.random() < 0.1:
                return self._empty(rng, picture, pixels), NOTHING
            free = [i for i in range(len(boxes)) if covered(boxes, i) < _COVERED]
            if not free:
                continue
            i = int(rng.choice(free))
            window = around(pixels[i], MARGIN * rng.uniform(0.9, 1.17), rng.normal(0, 0.04, 2))
            return self._cut(rng, picture, window), int(self.paintings.classes[number][i])

    def _empty(
        self, rng: np.random.Generator, picture: NDArray[np.uint8], boxes: NDArray[np.float32]
    ) -> Image.Image:
        for _ in range(20):
            extent = rng.uniform(0.1, 0.5) * picture.shape[0]
            left, top = rng.uniform(0, picture.shape[0] - extent, 2)
            window = np.array([left, top, left + extent, top + extent])
            if len(boxes) == 0 or max(_inside(window, box) for box in boxes) < 0.12:
                return self._cut(rng, picture, window)
        return no_drawing(rng, self.side)

    def _cut(
        self, rng: np.random.Generator, picture: NDArray[np.uint8], window: NDArray[np.floating]
    ) -> Image.Image:
        if window.min() < 0 or window.max() > picture.shape[0]:
            room = int(window[2] - window[0])
            picture, window = np.pad(picture, ((room, room), (room, room), (0, 0)), "edge"), window + room
        cut = Image.fromarray(picture).resize(
            (self.side, self.side), Image.Resampling.BILINEAR, box=tuple(window)
        )
        return cut.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if rng.random() < 0.4 else cut


def around(box: NDArray[np.floating], margin: float, shift: NDArray[np.floating]) -> NDArray[np.floating]:
    """The square window around a box; `shift` in shares of its side."""
    side = max(box[2] - box[0], box[3] - box[1]) * margin
    centre = np.array([box[0] + box[2], box[1] + box[3]]) / 2 + shift * side
    return np.concatenate([centre - side / 2, centre + side / 2])


def covered(boxes: NDArray[np.floating], i: int) -> float:
    """The share of box `i` under one of those painted after it."""
    return max((_inside(boxes[i], after) for after in boxes[i + 1 :]), default=0.0)


def _inside(box: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    across = min(box[2], other[2]) - max(box[0], other[0])
    down = min(box[3], other[3]) - max(box[1], other[1])
    return float(max(across, 0) * max(down, 0) / max((box[2] - box[0]) * (box[3] - box[1]), 1e-9))
