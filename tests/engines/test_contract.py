"""The promises of every engine that ships with studiolo."""

from __future__ import annotations

from studiolo.engines.base import ImageEngine
from studiolo.engines.fake import FakeImageEngine
from studiolo.testing import ImageEngineContract


class TestFake(ImageEngineContract):
    kept_within = 0.0
    strength_zero_within = 0.0

    def make_engine(self) -> ImageEngine:
        return FakeImageEngine()
