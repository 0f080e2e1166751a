"""The server as the suites of hosted engines want it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from studiolo.engines.base import EngineConfig
from studiolo.engines.replicate.image import ReplicateImageEngine
from tests.engines.hosted import breaking
from tests.engines.hosted.rows import FaultName
from tests.engines.replicate.server import TOKEN, WRONG_TOKEN, ReplicateServer


class ReplicateHosting:
    """One server, and engines for it."""

    secrets = (TOKEN, WRONG_TOKEN)

    def __init__(self, server: ReplicateServer) -> None:
        self.server = server

    @property
    def paid(self) -> int:
        return len(self.server.paintings)

    @property
    def under_way(self) -> int:
        return sum(not run.over for run in self.server.paintings)

    @property
    def called_off(self) -> int:
        return self.server.called_off

    def engine(self, model: str | None = None, **options: Any) -> ReplicateImageEngine:
        fault = self.server.fault
        address = self.server.address
        if fault == "refused-connection":
            address = f"http://127.0.0.1:{breaking.refused_port()}"
        given: dict[str, Any] = {"base_url": f"{address}/v1", "api_key": TOKEN, "max_wait_s": 1}
        if fault == "no-key":
            del given["api_key"]
        if fault == "wrong-key":
            given["api_key"] = WRONG_TOKEN
        if fault == "slow":
            given |= {"timeout_s": 0.5, "total_timeout_s": 0.5}
        model = "somebody/nothing" if fault == "unknown-model" else model
        config = EngineConfig(name="replicate", model=model, options={**given, **options})
        return ReplicateImageEngine(config)

    def break_with(self, fault: FaultName, *, after: int = 0) -> None:
        self.server.break_with(fault, after=after)

    def mend(self) -> None:
        self.server.mend()


@contextmanager
def replicate_hosting() -> Iterator[ReplicateHosting]:
    with ReplicateServer() as server:
        yield ReplicateHosting(server)
