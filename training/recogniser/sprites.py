"""Every shipped drawing as pixels, as it is and recoloured, and which drawings are never learned from.

`python -m training.recogniser.sprites` renders them once, in about four minutes.
"""

from __future__ import annotations

import json
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from studiolo.engines.pocket.drawings import Drawing, DrawingLibrary
from studiolo.engines.pocket.sprites import sprite
from training.prompted_scenes import COLOUR_WEIGHTS
from training.recogniser import WORK

SIDE = 128  # px, of the longer side
VARIANTS = 2  # as drawn, and in another colour
_EVERY = 12  # one drawing in so many is held out, if its name keeps two others
_ENOUGH = 3


@dataclass(frozen=True)
class Sprites:
    """`pixels[i]` shows drawing `i // VARIANTS`, in the upper left corner, `sizes[i]` = (height, width).

    Premultiplied RGBA, (n, SIDE, SIDE, 4); `small` the same at half the size, for what is pasted small.
    """

    pixels: NDArray[np.uint8]
    small: NDArray[np.uint8]
    sizes: NDArray[np.int64]
    ids: list[str]
    classes: NDArray[np.int64]  # (drawings,) index into the library's names
    held_out: NDArray[np.bool_]  # (drawings,)


def every_drawing(library: DrawingLibrary) -> list[Drawing]:
    """All drawings in the order of their names."""
    return [drawing for name in library.names for drawing in library.drawings(name)]


def held_out_ids(library: DrawingLibrary) -> frozenset[str]:
    """Whole drawings that are kept for tests: another artist's apple."""
    among = [d for n in library.names if len(library.drawings(n)) >= _ENOUGH for d in library.drawings(n)]
    return frozenset(drawing.id for drawing in among[::_EVERY])


@lru_cache(maxsize=1)
def _library() -> DrawingLibrary:
    return DrawingLibrary()


def _render(number: int) -> list[NDArray[np.uint8]]:
    library = _library()
    drawing = every_drawing(library)[number]
    rng = np.random.default_rng([7, number])
    odds = np.array(list(COLOUR_WEIGHTS.values()), float)
    colour = str(rng.choice(list(COLOUR_WEIGHTS), p=odds / odds.sum()))
    return [sprite(library, drawing, c, None, SIDE, SIDE) for c in (None, colour)]


def _premultiplied(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    colour = picture[..., :3].astype(np.uint16) * picture[..., 3:] // 255
    return np.concatenate([colour.astype(np.uint8), picture[..., 3:]], axis=-1)


def _halved(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    n, side = pixels.shape[:2]
    return pixels.reshape(n, side // 2, 2, side // 2, 2, 4).mean((2, 4)).astype(np.uint8)


def render(processes: int = 2) -> None:
    """Render all sprites, if they are not there yet."""
    WORK.mkdir(parents=True, exist_ok=True)
    index = WORK / "sprites.json"
    library = DrawingLibrary()  # not `_library`: processes must not share one open archive
    drawings = every_drawing(library)
    ids = [d.id for d in drawings]
    if index.exists() and json.loads(index.read_text())["ids"] == ids:
        return
    shape = (len(drawings) * VARIANTS, SIDE, SIDE, 4)
    pixels = np.lib.format.open_memmap(WORK / "sprites.npy", mode="w+", dtype=np.uint8, shape=shape)
    sizes: list[tuple[int, int]] = []
    with ProcessPoolExecutor(processes) as pool:
        for i, variants in enumerate(pool.map(_render, range(len(drawings)), chunksize=32)):
            for j, picture in enumerate(variants):
                pixels[i * VARIANTS + j, : picture.shape[0], : picture.shape[1]] = _premultiplied(picture)
                sizes.append(picture.shape[:2])
    pixels.flush()
    np.save(
        WORK / "sprites-small.npy", np.concatenate([_halved(part) for part in np.array_split(pixels, 64)])
    )
    held = held_out_ids(library)
    place = {name: i for i, name in enumerate(library.names)}
    index.write_text(json.dumps({
        "ids": ids, "sizes": sizes, "classes": [place[d.name] for d in drawings],
        "held_out": [d.id in held for d in drawings],
    }))  # fmt: skip


def load() -> Sprites:
    """The rendered sprites."""
    stored = json.loads((WORK / "sprites.json").read_text())
    return Sprites(
        np.load(WORK / "sprites.npy", mmap_mode="r"), np.load(WORK / "sprites-small.npy", mmap_mode="r"),
        np.array(stored["sizes"]), stored["ids"],
        np.array(stored["classes"]), np.array(stored["held_out"]),
    )  # fmt: skip


if __name__ == "__main__":
    started = time.perf_counter()
    render()
    sprites = load()
    print(f"{len(sprites.ids)} drawings, {int(sprites.held_out.sum())} of them held out, "
          f"{time.perf_counter() - started:.0f} s")  # fmt: skip
