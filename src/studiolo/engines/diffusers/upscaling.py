"""Enlarging by diffusion: Stable Diffusion's upscalers, four times from pixels or twice from latents.

They make details up, in the prompt's sense if there is one. A large picture is enlarged in tiles, which
overlap and fade into each other.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studiolo.engines.diffusers import schedulers
from studiolo.engines.diffusers.estimates import Watch
from studiolo.engines.diffusers.families import Family
from studiolo.engines.diffusers.fitting import Fitted
from studiolo.engines.diffusers.painting import Painted
from studiolo.engines.diffusers.running import Tell, failures_said
from studiolo.engines.local import libraries
from studiolo.errors import UnsupportedRequestError
from studiolo.requests import ImageRequest


@dataclass(frozen=True, kw_only=True)
class Tiling:
    """How a family's upscaler takes a picture: in squares of ``side_px`` that overlap by ``overlap_px``."""

    factor: int
    side_px: int
    overlap_px: int


# Sides are multiples of 64, to which the latent upscaler would scale other pictures.
TILINGS: Final = {
    "upscaler-x4": Tiling(factor=4, side_px=256, overlap_px=32),
    "upscaler-x2-latent": Tiling(factor=2, side_px=512, overlap_px=64),
}
_MULTIPLE: Final = 64


def factor_of(family: Family) -> int:
    """How many times a model of the family enlarges each side; 0: it does not."""
    return TILINGS[family.name].factor if family.name in TILINGS else 0


def upscale(fitted: Fitted, request: ImageRequest, seeds: tuple[int, ...], tell: Tell) -> Painted:
    """Enlarge ``init_image``, once for each of ``seeds``.

    Raises:
        UnsupportedRequestError: the model enlarges by another factor, or not at all.
        EngineError: it could not do it.
        RuntimeError: the device's memory did not suffice.
    """
    loaded = fitted.loaded
    tiling = TILINGS.get(loaded.weights.family.name)
    if tiling is None or tiling.factor != request.upscale or request.init_image is None:
        raise UnsupportedRequestError(
            f"'{loaded.weights.name}' does not enlarge so.", hint="See: studiolo engines"
        )
    began = time.perf_counter()
    colours = _padded(request.init_image.image)
    boxes = tuple(_boxes(colours.shape[1], colours.shape[0], tiling))
    images: list[Image.Image] = []
    with fitted.force.at_work(loaded.base), failures_said(tell, loaded.weights.name) as said:
        for nth, seed in enumerate(seeds):
            work = _Work(loaded.base, request, loaded.weights.family, seed)
            canvas = np.zeros((*(side * tiling.factor for side in colours.shape[:2]), 4), np.float32)
            for done, box in enumerate(boxes, start=nth * len(boxes)):
                left, top, right, bottom = box
                told = _Told(said, before=done, tiles=len(boxes) * len(seeds))
                tile = work.enlarged(Image.fromarray(colours[top:bottom, left:right]), told)
                _add(canvas, tile, box, tiling)
            images.append(_finished(canvas, request, tiling.factor))
    return Painted(images=tuple(images), notes=(), timings={"enlarging": time.perf_counter() - began})


class _Told:
    """A tile's steps as steps of the whole."""

    def __init__(self, tell: Tell, *, before: int, tiles: int) -> None:
        self._tell, self._before, self._tiles = tell, before, tiles

    def __call__(self, step: int, steps: int) -> None:
        self._tell(self._before * steps + step, self._tiles * steps, "enlarging", Watch())


class _Work:
    """The upscaler's pipeline with all that is the same for each tile."""

    def __init__(self, pipe: Any, request: ImageRequest, family: Family, seed: int) -> None:
        self._pipe, self._seed = pipe, seed
        self._steps = request.steps or family.steps
        guidance = request.guidance_scale
        self._arguments: dict[str, Any] = {
            "prompt": request.prompt,
            "negative_prompt": request.negative_prompt or None,
            "num_inference_steps": self._steps,
            "guidance_scale": family.guidance_scale if guidance is None else guidance,
        }

    def enlarged(self, tile: Image.Image, told: _Told) -> NDArray[np.float32]:
        """The tile's colours (h, w, 3), 0 to 255. All tiles begin with the same noise."""
        generator = libraries.load_torch().Generator("cpu").manual_seed(self._seed)

        def callback(step: int, _time: Any, _latents: Any) -> None:
            told(step + 1, self._steps)

        self._pipe.scheduler = schedulers.renewed(self._pipe.scheduler)
        pictures = self._pipe(image=tile, generator=generator, callback=callback, **self._arguments).images
        return np.asarray(pictures[0].convert("RGB"), np.float32)


def _padded(image: Image.Image) -> NDArray[np.uint8]:
    """The picture's colours, mirrored at the right and below up to sides that the pipelines take."""
    colours = np.asarray(image.convert("RGB"))
    missing = [-side % _MULTIPLE for side in colours.shape[:2]]
    return np.pad(colours, [(0, missing[0]), (0, missing[1]), (0, 0)], "symmetric")


def _boxes(width: int, height: int, tiling: Tiling) -> Iterator[tuple[int, int, int, int]]:
    """Left, top, right and bottom of each tile."""
    for top, bottom in _spans(height, tiling):
        for left, right in _spans(width, tiling):
            yield left, top, right, bottom


def _spans(length: int, tiling: Tiling) -> list[tuple[int, int]]:
    """Spans of a tile's side that cover ``length``, the last pushed back to end with it."""
    if length <= tiling.side_px:
        return [(0, length)]
    starts = [*range(0, length - tiling.side_px, tiling.side_px - tiling.overlap_px), length - tiling.side_px]
    return [(start, start + tiling.side_px) for start in starts]


def _add(
    canvas: NDArray[np.float32], tile: NDArray[np.float32], box: tuple[int, int, int, int], tiling: Tiling
) -> None:
    """Add the tile to ``canvas`` (h, w, 4), of whose planes the last sums up weights."""
    height, width = tile.shape[:2]
    ramp = tiling.overlap_px * tiling.factor
    weights = np.outer(_rise(height, ramp), _rise(width, ramp))[..., None]
    top, left = box[1] * tiling.factor, box[0] * tiling.factor
    part = canvas[top : top + height, left : left + width]
    part += np.concatenate([tile * weights, weights], axis=2)


def _rise(length: int, ramp: int) -> NDArray[np.float32]:
    """Up over ``ramp`` pixels, down over the last ones, 1 between; nowhere 0."""
    from_edge = np.minimum(np.arange(length), np.arange(length)[::-1]) + 0.5
    return (from_edge / ramp).clip(0, 1).astype(np.float32)


def _finished(canvas: NDArray[np.float32], request: ImageRequest, factor: int) -> Image.Image:
    """The picture, cut to its size; as transparent as the one it was made from."""
    colours = (canvas[..., :3] / canvas[..., 3:] + 0.5).clip(0, 255).astype(np.uint8)
    if request.init_image is None:
        raise ValueError("there is no picture to enlarge")
    source = request.init_image.image
    size = source.width * factor, source.height * factor
    picture = Image.fromarray(colours).crop((0, 0, *size))
    if source.mode == "RGBA":
        picture.putalpha(source.getchannel("A").resize(size, Image.Resampling.LANCZOS))
    return picture
