"""Bedrock when it fails: the faults of :mod:`tests.engines.hosted`, as AWS says them."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from studiolo.engines.base import EngineConfig, ImageEngine
from studiolo.engines.bedrock import BedrockImageEngine
from tests.engines.bedrock import painter
from tests.engines.bedrock.painting import engine_at
from tests.engines.bedrock.service import (
    HANG_UP,
    REGION,
    SECRET,
    Asked,
    Raw,
    Refusal,
    Service,
    serving,
)
from tests.engines.hosted.faults import HostedFaults
from tests.engines.hosted.rows import FaultName

_HUGE = 200 * 2**20
_WRONG_SECRET = "a/secret/that/AWS/does/not/know/EXAMPLEKEY"
_AT_MOST_S = 5.0
_NO_WAIT = {"Retry-After": "0"}

# In AWS' own words, as they are quoted in public reports of them.
_REFUSALS = {
    "no-access": Refusal(
        "AccessDeniedException", "You don't have access to the model with the specified model ID."
    ),
    "spent": Refusal(
        "ServiceQuotaExceededException", "Your request exceeds the service quota for your account."
    ),
    "throttled": Refusal(
        "ThrottlingException", "Too many requests, please wait before trying again.", _NO_WAIT
    ),
    "overloaded": Refusal(
        "ServiceUnavailableException", "Too many connections, please wait before trying again.", _NO_WAIT
    ),
    "declined": Refusal(
        "ValidationException",
        "This request has been blocked by our content filters. Please adjust your text prompt.",
    ),
    "clock": Refusal(
        "InvalidSignatureException",
        "Signature expired: 20261122T090000Z is now earlier than 20261122T101500Z (20261122T102000Z - 5 "
        "min.)",
    ),
    "fourth-fails": Refusal(
        "InternalServerException", "The system encountered an unexpected error during processing."
    ),
}


class Bedrock:
    """Paints, and counts what it would charge for, until it is told to fail."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._lock = threading.Lock()
        self._mended = threading.Event()
        self._fault: FaultName | None = None
        self._good = 0
        self._begun = 0
        self.paid = 0
        self.under_way = 0
        self.called_off = 0

    @property
    def secrets(self) -> list[str]:
        return [SECRET, _WRONG_SECRET]

    def engine(self, **options: Any) -> ImageEngine:
        if self._fault == "no-key":
            place = {"region": REGION, "endpoint_url": self._service.url}
            return BedrockImageEngine(EngineConfig(options={**place, **options}))
        given: dict[str, Any] = {"connect_timeout_s": 2, **options}
        if self._fault == "wrong-key":
            given["secret_access_key"] = _WRONG_SECRET
        if self._fault == "slow":
            given["timeout_s"] = 0.5
        if self._fault == "refused-connection":
            given["endpoint_url"] = f"http://127.0.0.1:{_nobodys_port()}"
        model = "stability.stable-image-core-v9:9" if self._fault == "unknown-model" else None
        return engine_at(self._service, model, **given)

    def break_with(self, fault: FaultName, *, after: int = 0) -> None:
        self._fault, self._good, self._begun = fault, after, 0
        self._mended.clear()

    def mend(self) -> None:
        self._fault = None
        self._mended.set()

    def reply(self, asked: Asked) -> Any:
        if asked.operation != "InvokeModel":
            return Refusal("AccessDeniedException", "not authorized to perform: bedrock:GetFoundationModel")
        with self._lock:
            self._begun += 1
            fault = self._fault if self._begun > self._good else None
        if fault is None:
            return self._painted(asked)
        return self._failed(fault, asked)

    def _painted(self, asked: Asked) -> Any:
        answer = painter.paint(asked)
        if isinstance(answer, dict):
            with self._lock:
                self.paid += 1
        return answer

    def _failed(self, fault: FaultName, asked: Asked) -> Any:
        if fault == "throttled-once":
            self._fault = None
            return _REFUSALS["throttled"]
        if fault in _REFUSALS:
            return _REFUSALS[fault]
        if fault == "hangs-up-before":
            return HANG_UP
        if fault == "not-the-service":
            page = b"<!DOCTYPE html><title>Welcome</title>"
            return Raw([page], len(page), "text/html")
        if fault in {"slow", "cancelled"}:
            return self._worked_on(asked)
        if fault in {"no-key", "wrong-key", "unknown-model", "refused-connection"}:
            return self._painted(asked)  # they are refused before, or come to nobody
        return self._badly_sent(fault, self._painted(asked))

    def _badly_sent(self, fault: FaultName, answer: dict[str, Any]) -> Any:
        if fault == "hangs-up-after":
            return HANG_UP
        if fault == "half-sent":
            content = json.dumps(answer).encode()
            return Raw([content[: len(content) // 2], HANG_UP], len(content))
        if fault == "no-picture":
            return {**answer, "images": ["bm90IGEgcGljdHVyZSBhdCBhbGw="]}
        if fault == "too-large":
            return Raw((b"A" * 2**16 for _ in range(_HUGE // 2**16)), _HUGE)
        raise AssertionError(f"no such fault here: {fault}")

    def _worked_on(self, asked: Asked) -> Any:
        """Painted for five seconds, unless its client hangs up; what is begun is paid."""
        with self._lock:
            self.paid += 1
            self.under_way += 1
        until = time.monotonic() + _AT_MOST_S
        while time.monotonic() < until and not self._mended.is_set():
            if asked.gone():
                with self._lock:
                    self.called_off += 1
                break
            time.sleep(0.01)
        with self._lock:
            self.under_way -= 1
        return painter.paint(asked)


@contextlib.contextmanager
def bedrock() -> Iterator[Bedrock]:
    hosted: list[Bedrock] = []
    with serving(lambda asked: hosted[0].reply(asked)) as service:
        hosted.append(Bedrock(service))
        try:
            yield hosted[0]
        finally:
            hosted[0].mend()


def _nobodys_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class TestFaults(HostedFaults):
    name = "bedrock"
    does_not_apply: ClassVar = {
        "private-link": "InvokeModel gives pictures, not links",
        "expired-link": "InvokeModel gives pictures, not links",
    }

    def hosting(self) -> contextlib.AbstractContextManager[Bedrock]:
        return bedrock()


@pytest.mark.parametrize("fault", ["throttled", "overloaded"])
def test_it_is_asked_as_often_as_allowed(fault: FaultName):
    with bedrock() as hosting:
        hosting.break_with(fault)
        suite = TestFaults()
        with hosting.engine(max_attempts=2) as engine, contextlib.suppress(Exception):
            list(engine.generate(suite._request(engine, count=1)))
        assert hosting._begun == 2
