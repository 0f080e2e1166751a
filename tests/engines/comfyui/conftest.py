"""A server for each test, and engines that paint at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from studiolo.engines.base import EngineConfig
from studiolo.engines.checking import check
from studiolo.engines.comfyui import ComfyUIImageEngine
from studiolo.engines.resolving import resolve
from studiolo.requests import GeneratedImage, ImageRequest, ignore_progress
from tests.engines.comfyui.server import ComfyServer

Build = Callable[..., ComfyUIImageEngine]


@pytest.fixture
def server() -> Iterator[ComfyServer]:
    with ComfyServer() as serving:
        yield serving


@pytest.fixture
def build(server: ComfyServer) -> Iterator[Build]:
    """Build an engine for the server, with these options."""
    built: list[ComfyUIImageEngine] = []

    def make(model: str | None = None, *, name: str = "comfyui", **options: Any) -> ComfyUIImageEngine:
        given = {"base_url": server.address, "max_wait_s": 0.01, **options}
        engine = ComfyUIImageEngine(EngineConfig(name=name, model=model, options=given))
        built.append(engine)
        return engine

    yield make
    for engine in built:
        engine.close()


def complete(engine: ComfyUIImageEngine, **fields: Any) -> ImageRequest:
    """A request as the studio hands it to the engine; small unless it says otherwise."""
    small = {"width": 64, "height": 64} if not {"outpaint", "upscale", "init_image"} & fields.keys() else {}
    words = {} if "upscale" in fields else {"prompt": "a red apple", "steps": 4}
    if "steps" in words and engine.capabilities.steps is None:
        del words["steps"]
    asked = ImageRequest.parse({**words, "seed": 7, **small, **fields})
    check(engine.capabilities, asked, engine="comfyui")
    resolved = resolve(engine.capabilities, asked)
    engine.check(resolved)
    return resolved


def paint(engine: ComfyUIImageEngine, progress: Any = ignore_progress, **fields: Any) -> list[GeneratedImage]:
    """What it paints of such a request."""
    return list(engine.generate(complete(engine, **fields), progress))
