"""The official Python client, unchanged, at a server of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx2
import openai
import pytest

from tests.server.dialects.openai.slow import Slow
from tests.server.serving import TIMEOUT_S, Serving


@pytest.fixture
def connect() -> Iterator[Callable[..., openai.OpenAI]]:
    """A client of a server: ``connect(serving, api_key=…)``. It does not ask twice unless told to."""
    with ExitStack() as stack:

        def begin(serving: Serving, **options: Any) -> openai.OpenAI:
            plain = httpx2.Client(trust_env=False, timeout=TIMEOUT_S)  # no proxy of the machine
            given = {"api_key": "any", "max_retries": 0, "timeout": TIMEOUT_S, **options}
            client = openai.OpenAI(base_url=f"{serving.address}/v1", http_client=plain, **given)
            return stack.enter_context(client)

        yield begin


@pytest.fixture
def client(server: Serving, connect: Callable[..., openai.OpenAI]) -> openai.OpenAI:
    """A client of ``server``."""
    return connect(server)


@pytest.fixture
def slow(server: Serving) -> Iterator[Slow]:
    """An engine of that name that waits for ``slow.allowed``."""
    engine = Slow()
    server.studio.registry.register("slow", lambda config: engine)
    yield engine
    engine.allowed.release(10_000)
