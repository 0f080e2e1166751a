"""Deterministic engines for tests and for building against: public, instant, without models."""

from studiolo.engines.fake.chat import FakeChatEngine
from studiolo.engines.fake.image import FakeImageEngine
from studiolo.engines.fake.speech import FakeSpeechEngine

__all__ = ["FakeChatEngine", "FakeImageEngine", "FakeSpeechEngine"]
