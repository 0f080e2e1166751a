"""A studio with the fake engines, and its server on a free port."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from studiolo.embedding import TextEmbedder
from studiolo.studio import Studio

from .program import Running
from .serving import Serving, open_studio, serve


@pytest.fixture(scope="session")
def embedder() -> TextEmbedder:
    """The real one, loaded once."""
    return TextEmbedder()


@pytest.fixture
def studio(embedder: TextEmbedder) -> Iterator[Studio]:
    """The fake engines, an empty gallery."""
    with open_studio(embedder) as studio:
        yield studio


@pytest.fixture
def server(studio: Studio) -> Iterator[Serving]:
    """``studio``, served to this machine: ``server.get("/api/…")``."""
    with serve(studio) as serving:
        yield serving


@pytest.fixture
def start(embedder: TextEmbedder) -> Iterator[Callable[..., Serving]]:
    """Start a server with other settings: ``start(server_tokens=True)``."""
    with ExitStack() as stack:

        def begin(**settings: Any) -> Serving:
            studio = stack.enter_context(open_studio(embedder, **settings))
            return stack.enter_context(serve(studio))

        yield begin


@pytest.fixture
def run(home: object) -> Iterator[Callable[..., Running]]:
    """Start ``studiolo serve`` as a process: ``run("--log", "quiet", STUDIOLO_ENGINE="fake")``."""
    started: list[Running] = []

    def begin(*arguments: str, **environment: str) -> Running:
        started.append(Running(*arguments, **{"STUDIOLO_ENGINE": "fake", **environment}))
        return started[-1]

    yield begin
    for running in started:
        running.kill()
