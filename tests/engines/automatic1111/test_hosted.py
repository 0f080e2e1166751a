"""Every fault of the shared suite that a web UI of one's own can have."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from studiolo.engines.automatic1111 import Automatic1111ImageEngine
from studiolo.engines.base import EngineConfig
from tests.engines.automatic1111.server import WebUI
from tests.engines.hosted import breaking
from tests.engines.hosted.faults import HostedFaults
from tests.engines.hosted.rows import FaultName

PASSWORD = "correct-horse-battery-staple-0123456789"
WRONG_PASSWORD = "wrong-donkey-battery-staple-9876543210"
_OWN = "it is a server of one's own: nobody counts or forbids"
_INSIDE = "pictures come in the answer itself, not behind links"


class WebUIHosting:
    """A web UI with ``--api-auth`` as the suite wants it."""

    secrets = (PASSWORD, WRONG_PASSWORD)

    def __init__(self, server: WebUI) -> None:
        self._server = server

    @property
    def paid(self) -> int:
        """Paintings it had work with."""
        return len(self._server.state.tasks)

    @property
    def under_way(self) -> int:
        return sum(task.state in {"waiting", "painting"} for task in self._server.state.tasks)

    @property
    def called_off(self) -> int:
        return sum(task.state == "interrupted" for task in self._server.state.tasks)

    def engine(self, **options: Any) -> Automatic1111ImageEngine:
        fault = self._server.fault
        port = breaking.refused_port() if fault == "refused-connection" else self._server.server_address[1]
        given: dict[str, Any] = {
            "base_url": f"http://127.0.0.1:{port}",
            "username": "ada",
            "password": WRONG_PASSWORD if fault == "wrong-key" else PASSWORD,
            "max_wait_s": 1,
        }
        if fault == "no-key":
            del given["username"], given["password"]
        if fault == "slow":
            given["timeout_s"] = 0.5
        model = "juggernaut" if fault == "unknown-model" else "v1-5"
        return Automatic1111ImageEngine(
            EngineConfig(name="automatic1111", model=model, options={**given, **options})
        )

    def break_with(self, fault: FaultName, *, after: int = 0) -> None:
        self._server.fault, self._server.good = fault, after

    def mend(self) -> None:
        self._server.fault = None
        self._server.state.interrupted.set()


class TestFaults(HostedFaults):
    name = "automatic1111"
    charges = False
    fields: ClassVar[dict[str, Any]] = {"width": 64, "height": 64, "steps": 4}
    does_not_apply: ClassVar[dict[FaultName, str]] = {
        "no-access": _OWN,
        "spent": _OWN,
        "declined": "it has no content filter",
        "private-link": _INSIDE,
        "expired-link": _INSIDE,
        "clock": "it signs nothing",
    }

    @contextmanager
    def hosting(self) -> Iterator[WebUIHosting]:
        with WebUI(lasts_s=0.05, auth=f"ada:{PASSWORD}") as server:
            yield WebUIHosting(server)
