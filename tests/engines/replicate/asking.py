"""Short ways to ask for pictures."""

from __future__ import annotations

from typing import Any

from studiolo.engines.base import ImageEngine
from studiolo.engines.checking import check
from studiolo.engines.resolving import resolve
from studiolo.requests import GeneratedImage, ImageRequest, ProgressCallback, ignore_progress
from tests.engines.replicate.server import ReplicateServer

SMALL = {"width": 256, "height": 256}


def complete(engine: ImageEngine, **fields: Any) -> ImageRequest:
    """A request as an engine gets it: checked, with every default filled in."""
    asked = ImageRequest.parse({"prompt": "a red apple", "seed": 7, **fields})
    check(engine.capabilities, asked, engine="replicate")
    request = resolve(engine.capabilities, asked)
    engine.check(request)
    return request


def paint(
    engine: ImageEngine, progress: ProgressCallback = ignore_progress, **fields: Any
) -> list[GeneratedImage]:
    return list(engine.generate(complete(engine, **fields), progress))


def only(pictures: list[GeneratedImage]) -> GeneratedImage:
    assert len(pictures) == 1
    return pictures[0]


def paths(server: ReplicateServer) -> list[str]:
    return [one.path for one in server.received]
