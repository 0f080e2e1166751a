"""A server for each test, and engines that talk to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from studiolo.engines.automatic1111 import Automatic1111ImageEngine
from studiolo.engines.base import EngineConfig
from studiolo.engines.checking import check
from studiolo.engines.resolving import resolve
from studiolo.requests import GeneratedImage, ImageRequest, ProgressCallback, ignore_progress
from tests.engines.automatic1111.server import WebUI

Engines = Callable[..., Automatic1111ImageEngine]


@pytest.fixture
def server() -> Iterator[WebUI]:
    with WebUI(lasts_s=0) as serving:
        yield serving


@pytest.fixture
def engine_at() -> Iterator[Engines]:
    """Build an engine for a server, perhaps for a model, with these options."""
    built: list[Automatic1111ImageEngine] = []

    def build(server: WebUI, model: str | None = None, **options: Any) -> Automatic1111ImageEngine:
        given = {"base_url": server.address, "max_wait_s": 0.01, "width": 64, "height": 64, **options}
        engine = Automatic1111ImageEngine(EngineConfig(name="automatic1111", model=model, options=given))
        built.append(engine)
        return engine

    yield build
    for engine in built:
        engine.close()


def ask(engine: Automatic1111ImageEngine, **fields: Any) -> ImageRequest:
    """A complete request, as a studio would hand it over."""
    given = {"prompt": "a red apple", "seed": 7, "steps": 4, **fields}
    if "upscale" in fields:
        given = {"seed": 7, **fields}
    request = ImageRequest.parse(given)
    check(engine.capabilities, request, engine="automatic1111")
    complete = resolve(engine.capabilities, request)
    engine.check(complete)
    return complete


def paint(
    engine: Automatic1111ImageEngine, progress: ProgressCallback = ignore_progress, **fields: Any
) -> GeneratedImage:
    [picture] = engine.generate(ask(engine, **fields), progress)
    return picture
