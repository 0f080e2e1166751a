"""Every fault of the shared suite, at a provider whose pictures lie behind links."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from studiolo.engines.base import EngineConfig
from studiolo.engines.huggingface import HuggingFaceImageEngine
from tests.engines.hosted import breaking
from tests.engines.hosted.faults import HostedFaults
from tests.engines.hosted.rows import FaultName
from tests.engines.huggingface.server import KEY, HubServer

WRONG_KEY = "hf_zyxwvutsrqponmlkjihgfedcba9876543210"


class HuggingFaceHosting:
    """Hugging Face as the suite wants it."""

    secrets = (KEY, WRONG_KEY)

    def __init__(self, server: HubServer) -> None:
        self._server = server

    @property
    def paid(self) -> int:
        return len(self._server.orders)

    @property
    def under_way(self) -> int:
        return sum(order.state == "under way" for order in self._server.orders)

    @property
    def called_off(self) -> int:
        return self._server.called_off

    def engine(self, **options: Any) -> HuggingFaceImageEngine:
        fault, address = self._server.fault, self._server.address
        given: dict[str, Any] = {"base_url": address, "hub_url": address, "api_key": KEY, "max_wait_s": 1}
        if fault == "no-key":
            del given["api_key"]
        if fault == "wrong-key":
            given["api_key"] = WRONG_KEY
        if fault == "slow":
            given["timeout_s"] = 0.5
        if fault == "refused-connection":
            given["base_url"] = f"http://127.0.0.1:{breaking.refused_port()}"
        model = "maker/missing" if fault == "unknown-model" else "maker/fal"
        return HuggingFaceImageEngine(EngineConfig(model=model, options={**given, **options}))

    def break_with(self, fault: FaultName, *, after: int = 0) -> None:
        self._server.fault, self._server.good = fault, after

    def mend(self) -> None:
        self._server.fault = ""
        self._server.go_on.set()


class TestFaults(HostedFaults):
    name = "huggingface"
    fields: ClassVar = {"width": 64, "height": 64}
    does_not_apply: ClassVar = {"clock": "its tokens are not signatures: no clock is looked at"}

    @contextmanager
    def hosting(self) -> Iterator[HuggingFaceHosting]:
        with HubServer() as server:
            yield HuggingFaceHosting(server)
