"""What ComfyUI does when something goes wrong, as for every hosted engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from studiolo.engines.base import EngineConfig
from studiolo.engines.comfyui import ComfyUIImageEngine
from tests.engines.comfyui.server import Behaviour, ComfyServer
from tests.engines.hosted.faults import HostedFaults
from tests.engines.hosted.rows import FaultName

KEY = "proxy-key-0123456789abcdef"
WRONG_KEY = "proxy-key-fedcba9876543210"

_AT_ONCE = {"Retry-After": "0"}
_HOW: dict[FaultName, tuple[dict[str, Any], dict[str, Any], str | None]] = {
    "no-key": ({"key": KEY}, {}, None),
    "wrong-key": ({"key": KEY}, {"api_key": WRONG_KEY}, None),
    "unknown-model": ({}, {}, "no-such-checkpoint"),
    "throttled-once": ({"refuse": (429, _AT_ONCE), "refusals": 1}, {}, None),
    "throttled": ({"refuse": (429, _AT_ONCE)}, {}, None),
    "overloaded": ({"refuse": (503, _AT_ONCE)}, {}, None),
    "slow": ({"hold": True}, {"total_timeout_s": 0.5}, None),
    "refused-connection": ({}, {"base_url": "http://127.0.0.1:9"}, None),
    "hangs-up-before": ({"hangs_up": True}, {}, None),
    "hangs-up-after": ({"loses_reply": True}, {}, None),
    "half-sent": ({"shows": "half"}, {}, None),
    "no-picture": ({"shows": "text"}, {}, None),
    "too-large": ({"shows": "flood"}, {}, None),
    "expired-link": ({"shows": "gone"}, {}, None),
    "not-the-service": ({"html": True}, {}, None),
    "fourth-fails": (
        {"fails": ("RuntimeError", "mat1 and mat2 shapes cannot be multiplied\n\nTIPS: …")},
        {},
        None,
    ),
    "cancelled": ({"hold": True}, {}, None),
}
"""How the server behaves, the engine's options, and its model."""

_NO_ACCOUNTS = "a server of one's own has no accounts"


class ComfyHosting:
    secrets = (KEY, WRONG_KEY)

    def __init__(self, server: ComfyServer) -> None:
        self.server = server
        self.options: dict[str, Any] = {}
        self.model: str | None = None

    @property
    def paid(self) -> int:
        return self.server.started

    @property
    def under_way(self) -> int:
        return self.server.under_way

    @property
    def called_off(self) -> int:
        return self.server.called_off

    def engine(self, **options: Any) -> ComfyUIImageEngine:
        given = {"base_url": self.server.address, "max_wait_s": 0.05, **self.options, **options}
        return ComfyUIImageEngine(EngineConfig(name="comfyui", model=self.model, options=given))

    def break_with(self, fault: FaultName, *, after: int = 0) -> None:
        behaviour, self.options, self.model = _HOW[fault]
        self.server.does = replace(Behaviour(), well=after, **behaviour)

    def mend(self) -> None:
        self.server.release()
        self.server.does = Behaviour()
        self.model, self.options = None, {}


class TestFaults(HostedFaults):
    name = "comfyui"
    fields = {"width": 64, "height": 64, "steps": 3}  # noqa: RUF012 - a class variable of the suite
    charges = False
    does_not_apply = {  # noqa: RUF012 - a class variable of the suite
        "no-access": _NO_ACCOUNTS,
        "spent": _NO_ACCOUNTS,
        "declined": "it has no content filter",
        "private-link": "it gives no links: pictures are asked for at its own address",
        "clock": "nothing is signed",
    }

    @contextmanager
    def hosting(self) -> Iterator[ComfyHosting]:
        with ComfyServer() as server:
            yield ComfyHosting(server)
