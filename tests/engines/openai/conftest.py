"""A server for each test, and the engine that talks to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from studiolo.engines.base import EngineConfig
from studiolo.engines.openai.chat import OpenAIChatEngine
from tests.engines.openai.server import ChatServer


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with ChatServer() as serving:
        yield serving


@pytest.fixture
def talk_to(server: ChatServer) -> Iterator[Callable[..., Any]]:
    """Build an engine of any class for the server, with these options."""
    built: list[OpenAIChatEngine] = []

    def build(kind: type[OpenAIChatEngine] = OpenAIChatEngine, *, model: str | None = "m", **options: Any):
        given = {"base_url": server.base_url, "max_wait_s": 0.01, **options}
        engine = kind(EngineConfig(model=model, options=given))
        built.append(engine)
        return engine

    yield build
    for engine in built:
        engine.close()
