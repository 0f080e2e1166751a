"""How the tests ask an engine: checked and completed as the Studio does."""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image

from studiolo.engines.base import ImageEngine
from studiolo.engines.checking import check
from studiolo.engines.resolving import resolve
from studiolo.requests import GeneratedImage, ImageRequest, ProgressCallback, ignore_progress


def complete(engine: ImageEngine, **fields: Any) -> ImageRequest:
    request = ImageRequest.parse({"prompt": "a red apple", "seed": 7, **fields})
    check(engine.capabilities, request, engine="openai")
    finished = resolve(engine.capabilities, request)
    engine.check(finished)
    return finished


def painted(
    engine: ImageEngine, progress: ProgressCallback = ignore_progress, **fields: Any
) -> list[GeneratedImage]:
    return list(engine.generate(complete(engine, **fields), progress))


def shaded(width: int, height: int) -> Image.Image:
    """No two columns alike."""
    across = np.linspace(0, 255, width, dtype=np.uint8)[None, :].repeat(height, axis=0)
    return Image.fromarray(np.stack([across, across[:, ::-1], np.full_like(across, 60)], axis=-1))


def right_half(width: int, height: int) -> Image.Image:
    mask = Image.new("L", (width, height))
    mask.paste(255, (width // 2, 0, width, height))
    return mask
