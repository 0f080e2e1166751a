"""Every fault of the shared suite, with our server as OpenAI."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from studiolo.engines.base import EngineConfig
from studiolo.engines.openai.images import OpenAIImageEngine
from tests.engines.hosted import breaking
from tests.engines.hosted.faults import HostedFaults
from tests.engines.hosted.rows import FaultName
from tests.engines.openai_images.conftest import at
from tests.engines.openai_images.server import KEY, ImageServer

WRONG_KEY = "sk-proj-zyxwvutsrqponmlkjihgfedcba9876543210"


class OpenAIHosting:
    """OpenAI as the suite wants it."""

    secrets = (KEY, WRONG_KEY)

    def __init__(self, server: ImageServer) -> None:
        self._server = server

    @property
    def paid(self) -> int:
        return len(self._server.orders)

    @property
    def under_way(self) -> int:
        return sum(painted.state == "under way" for painted in self._server.orders)

    @property
    def called_off(self) -> int:
        return self._server.called_off

    def engine(self, **options: Any) -> OpenAIImageEngine:
        fault = self._server.fault
        given: dict[str, Any] = {"api_key": KEY, "max_wait_s": 1, **options}
        if fault == "no-key":
            del given["api_key"]
        if fault == "wrong-key":
            given["api_key"] = WRONG_KEY
        if fault == "slow":
            given["timeout_s"] = 0.5
        if fault == "refused-connection":
            given["base_url"] = f"http://127.0.0.1:{breaking.refused_port()}/v1"
        model = "gpt-image-9" if fault in {"unknown-model", "refused-connection"} else None
        return at(self._server)(EngineConfig(model=model, options=given))

    def break_with(self, fault: FaultName, *, after: int = 0) -> None:
        self._server.fault, self._server.good = fault, after

    def mend(self) -> None:
        self._server.fault = ""
        self._server.go_on.set()


class TestFaults(HostedFaults):
    name = "openai"
    does_not_apply: ClassVar = {"clock": "its keys are not signatures: no clock is looked at"}

    @contextmanager
    def hosting(self) -> Iterator[OpenAIHosting]:
        with ImageServer() as server:
            yield OpenAIHosting(server)
