"""Random scenes whose boxes are known, for the finder: one thing, many, rows and groups of one, none."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from training.recogniser.grounds import ground, no_drawing
from training.recogniser.paintings import Paintings
from training.recogniser.pasting import Dress, dressed, shadow, solid, worn
from training.recogniser.sprites import Sprites

SIDE = 256  # px, what the finder sees
CELLS = 64  # its map
_SEEN = 0.35  # of a thing must show
_TRIES = 12


@dataclass(frozen=True)
class Scene:
    """A picture, (side, side, 3), and its things: (n, 4) boxes in pixels and their drawings."""

    pixels: NDArray[np.uint8]
    boxes: NDArray[np.float32]
    drawings: list[int]


@dataclass
class Canvas:
    """A picture in the making, with the number of the thing that every pixel shows."""

    rng: np.random.Generator
    picture: Image.Image
    boxes: list[tuple[int, int, int, int]] = field(default_factory=list)
    areas: list[int] = field(default_factory=list)
    drawings: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.owner = np.full(self.picture.size[::-1], -1, np.int16)

    def paste(self, thing: Image.Image, x: int, y: int, drawing: int) -> None:
        """Lay a thing over what is there."""
        if self.rng.random() < 0.25:
            shadow(self.rng, self.picture, x, y, thing)
        self.picture.paste(thing, (x, y), thing)
        mask = solid(thing)
        width, height = self.picture.size
        x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + thing.width, width), min(y + thing.height, height)
        if x0 >= x1 or y0 >= y1:
            return
        part = mask[y0 - y : y1 - y, x0 - x : x1 - x]
        self.owner[y0:y1, x0:x1][part] = len(self.boxes)
        self.boxes.append((x0, y0, x1, y1))
        self.areas.append(int(mask.sum()))
        self.drawings.append(drawing)

    def scene(self) -> Scene:
        """The picture and what can be seen in it."""
        seen = np.bincount(self.owner.ravel() + 1, minlength=len(self.boxes) + 1)[1:]
        kept = [i for i, area in enumerate(self.areas) if area and seen[i] >= _SEEN * area]
        boxes = np.array([self.boxes[i] for i in kept], np.float32).reshape(-1, 4)
        return Scene(np.asarray(worn(self.rng, self.picture)), boxes, [self.drawings[i] for i in kept])


def random_scene(
    rng: np.random.Generator, sprites: Sprites, members: NDArray[np.int64], grounds: NDArray[np.uint8]
) -> Scene:
    """One scene of the drawings `members`."""
    if rng.random() < 0.07:
        return Canvas(rng, no_drawing(rng, SIDE)).scene()
    canvas = Canvas(rng, ground(rng, grounds, SIDE))
    dice = rng.random()
    if dice < 0.25:
        _scatter(canvas, sprites, members, 1, math.exp(rng.uniform(math.log(50), math.log(245))))
    elif dice < 0.6:
        count = int(rng.integers(2, 9))
        _scatter(canvas, sprites, members, count, 256 / math.sqrt(count) * rng.uniform(0.4, 0.95))
    else:
        for _ in range(int(rng.choice([1, 2, 3], p=[0.45, 0.4, 0.15]))):
            _row(canvas, sprites, int(rng.choice(members)))
    if rng.random() < 0.15 and canvas.boxes:
        _on_top(canvas, sprites, int(rng.choice(members)))
    return canvas.scene()


def _scatter(canvas: Canvas, sprites: Sprites, members: NDArray[np.int64], count: int, extent: float) -> None:
    """Things here and there, seldom over one another."""
    rng = canvas.rng
    most = rng.choice([0.05, 0.3, 0.6])
    for drawing in rng.choice(members, count).tolist():
        thing = dressed(sprites, Dress.random(rng, drawing), min(extent * rng.uniform(0.6, 1.4), 250))
        for _ in range(_TRIES):
            out = 0.12 if rng.random() < 0.2 else 0.0  # of it may lie beyond the edge
            x, y = (int(_within(rng, side, out)) for side in thing.size)
            if _overlap(canvas, x, y, thing) <= most:
                canvas.paste(thing, x, y, drawing)
                break


def _row(canvas: Canvas, sprites: Sprites, drawing: int) -> None:
    """Copies of one thing beside each other, also in two rows."""
    rng = canvas.rng
    dress = Dress.random(rng, drawing)
    count = int(rng.integers(1, 7))
    extent = min(rng.uniform(0.5, 1.2) * SIDE / (count + 0.6), 170) * rng.uniform(0.6, 1)
    thing = dressed(sprites, dress, max(extent, 22))
    step = thing.width * rng.uniform(0.75, 1.35)
    long = step * (count - 1) + thing.width
    x, y = _within(rng, long, 0), _within(rng, thing.height, 0)
    if _overlap(canvas, int(x), int(y), thing) > 0.3:
        y = _within(rng, thing.height, 0)
    wave = rng.uniform(0, 0.35) * thing.height
    for i in range(count):
        canvas.paste(thing, int(x + i * step), int(y + rng.uniform(-wave, wave)), drawing)


def _on_top(canvas: Canvas, sprites: Sprites, drawing: int) -> None:
    """A smaller thing on the head of one that is there: a hat, a rider."""
    rng = canvas.rng
    left, top, right, _ = canvas.boxes[int(rng.integers(len(canvas.boxes)))]
    extent = max((right - left) * rng.uniform(0.4, 0.8), 18)
    thing = dressed(sprites, Dress.random(rng, drawing), extent)
    x = (left + right - thing.width) / 2 + rng.normal(0, 0.1) * extent
    y = top - thing.height * rng.uniform(0.3, 0.95)
    canvas.paste(thing, int(x), int(y), drawing)


def _within(rng: np.random.Generator, length: float, out: float) -> float:
    """A place for something so long, of which the share `out` may lie beyond either end."""
    ends = sorted((-out * length, SIDE - (1 - out) * length))
    return float(rng.uniform(*ends))


def _overlap(canvas: Canvas, x: int, y: int, thing: Image.Image) -> float:
    """The largest share of the smaller of two boxes that lies in the other."""
    worst = 0.0
    for left, top, right, bottom in canvas.boxes:
        across = min(right, x + thing.width) - max(left, x)
        down = min(bottom, y + thing.height) - max(top, y)
        if across > 0 and down > 0:
            smaller = min((right - left) * (bottom - top), thing.width * thing.height)
            worst = max(worst, across * down / max(smaller, 1))
    return worst


def from_painting(rng: np.random.Generator, paintings: Paintings) -> Scene:
    """A window onto a picture of the painter."""
    number = int(rng.integers(len(paintings.pixels)))
    picture = Image.fromarray(paintings.pixels[number])
    side = picture.width
    extent = side if rng.random() < 0.5 else side * rng.uniform(0.6, 1)
    left, top = rng.uniform(0, side - extent, 2)
    window = (left, top, left + extent, top + extent)
    boxes = (paintings.boxes[number] * side - [left, top, left, top]) / extent * SIDE
    shown = boxes.clip(0, SIDE)
    areas = _areas(boxes)
    kept = _areas(shown) > 0.5 * areas.clip(1)
    picture = picture.resize((SIDE, SIDE), Image.Resampling.BILINEAR, box=window)
    if rng.random() < 0.5:
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        shown = np.stack([SIDE - shown[:, 2], shown[:, 1], SIDE - shown[:, 0], shown[:, 3]], 1)
    return Scene(np.asarray(worn(rng, picture)), shown[kept].astype(np.float32), [])


def _areas(boxes: NDArray[np.floating]) -> NDArray[np.floating]:
    return (boxes[:, 2] - boxes[:, 0]).clip(0) * (boxes[:, 3] - boxes[:, 1]).clip(0)


def targets(boxes: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The map of centres, (CELLS, CELLS), and for each cell the box it should tell, (5, CELLS, CELLS).

    The first four are left, top, right and bottom in pixels, the last how much the cell is asked.
    Zhou et al. 2019 (arXiv 1904.07850), with elliptic peaks.
    """
    heat = np.zeros((CELLS, CELLS), np.float32)
    told = np.zeros((5, CELLS, CELLS), np.float32)
    stride = SIDE / CELLS
    y, x = np.mgrid[0:CELLS, 0:CELLS].astype(np.float32) + 0.5
    for box in boxes[np.argsort(-_areas(boxes))]:  # the small over the large
        width, height = (box[2] - box[0]) / stride, (box[3] - box[1]) / stride
        cx, cy = (box[0] + box[2]) / 2 / stride, (box[1] + box[3]) / 2 / stride
        at_x, at_y = min(int(cx), CELLS - 1), min(int(cy), CELLS - 1)
        away = ((x - at_x - 0.5) / max(width * 0.12, 0.6)) ** 2 + (
            (y - at_y - 0.5) / max(height * 0.12, 0.6)
        ) ** 2
        peak = np.exp(-away / 2)
        mine = (peak > heat) & (peak > 0.3)
        told[:4, mine] = box[:, None]
        told[4, mine] = peak[mine]
        heat = np.maximum(heat, peak)
        heat[at_y, at_x] = 1.0
    return heat, told


class Scenes(torch.utils.data.IterableDataset[tuple[Tensor, Tensor, Tensor]]):
    """Endless pictures (3, SIDE, SIDE) uint8 with their targets."""

    def __init__(
        self, sprites: Sprites, grounds: NDArray[np.uint8], paintings: Paintings, *, share: float, seed: int
    ) -> None:
        self.sprites, self.grounds, self.paintings = sprites, grounds, paintings
        self.share, self.seed = share, seed
        self.members = np.nonzero(~sprites.held_out)[0]

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        worker = torch.utils.data.get_worker_info()
        rng = np.random.default_rng([self.seed, worker.id if worker else 0])
        while True:
            if rng.random() < self.share and len(self.paintings.pixels):
                scene = from_painting(rng, self.paintings)
            else:
                scene = random_scene(rng, self.sprites, self.members, self.grounds)
            heat, told = targets(scene.boxes)
            pixels = torch.from_numpy(scene.pixels.copy()).permute(2, 0, 1)
            yield pixels, torch.from_numpy(heat), torch.from_numpy(told)
