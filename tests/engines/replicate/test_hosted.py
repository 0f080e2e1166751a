"""Replicate when it fails: the failure matrix."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import ClassVar

from tests.engines.hosted.faults import HostedFaults
from tests.engines.replicate.hosting import ReplicateHosting, replicate_hosting


class TestFaults(HostedFaults):
    name = "replicate"
    fields: ClassVar = {"width": 256, "height": 256, "steps": 4}
    does_not_apply: ClassVar = {"clock": "a bearer token has no time in it"}

    def hosting(self) -> AbstractContextManager[ReplicateHosting]:
        return replicate_hosting()
