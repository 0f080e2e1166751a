"""A server for each test, and the engine that talks to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from studiolo.engines.base import EngineConfig
from studiolo.engines.replicate.chat import ReplicateChatEngine
from studiolo.engines.replicate.image import ReplicateImageEngine
from tests.engines.replicate.hosting import ReplicateHosting
from tests.engines.replicate.server import TOKEN, ReplicateServer


@pytest.fixture
def server() -> Iterator[ReplicateServer]:
    with ReplicateServer() as serving:
        yield serving


@pytest.fixture
def talk_to(server: ReplicateServer) -> Iterator[Callable[..., Any]]:
    """Build an engine for a model of the server, with these options."""
    built: list[ReplicateChatEngine] = []

    def build(model: str | None = None, **options: Any) -> ReplicateChatEngine:
        given = {"base_url": f"{server.address}/v1", "api_key": TOKEN, "max_wait_s": 0.01, **options}
        engine = ReplicateChatEngine(EngineConfig(model=model, options=given))
        built.append(engine)
        return engine

    yield build
    for engine in built:
        engine.close()


@pytest.fixture
def paint_with(server: ReplicateServer) -> Iterator[Callable[..., ReplicateImageEngine]]:
    """Build an engine that paints with a model of the server, with these options."""
    built: list[ReplicateImageEngine] = []

    def build(model: str | None = None, **options: Any) -> ReplicateImageEngine:
        engine = ReplicateHosting(server).engine(model, **{"max_wait_s": 0.01, **options})
        built.append(engine)
        return engine

    yield build
    for engine in built:
        engine.close()
