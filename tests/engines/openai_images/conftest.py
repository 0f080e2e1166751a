"""A server for each test, and engines that talk to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from studiolo.engines.base import EngineConfig
from studiolo.engines.openai import profiles
from studiolo.engines.openai.images import OpenAIImageEngine
from tests.engines.openai_images.server import KEY, ImageServer


def at(server: ImageServer, kind: type[OpenAIImageEngine] = OpenAIImageEngine) -> type[OpenAIImageEngine]:
    """``kind`` for which ``server`` is where its service lives, so that keys and models are as there."""
    home = replace(kind.profile, base_url=server.base_url)
    return type(kind.__name__, (kind,), {"profile": home})


def openai_at(server: ImageServer, *, model: str | None = None, **options: Any) -> OpenAIImageEngine:
    """OpenAI's engine, with ``server`` as OpenAI."""
    given = {"api_key": KEY, "max_wait_s": 1, **options}
    return at(server)(EngineConfig(model=model, options=given))


@pytest.fixture
def server() -> Iterator[ImageServer]:
    with ImageServer() as serving:
        yield serving


@pytest.fixture
def painter(server: ImageServer) -> Iterator[Callable[..., OpenAIImageEngine]]:
    """Build an engine for the server."""
    built: list[OpenAIImageEngine] = []

    def build(**options: Any) -> OpenAIImageEngine:
        built.append(openai_at(server, **options))
        return built[-1]

    yield build
    for engine in built:
        engine.close()


__all__ = ["at", "openai_at", "painter", "profiles", "server"]
