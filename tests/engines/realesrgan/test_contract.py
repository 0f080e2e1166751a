"""The promises of every engine, kept by Real-ESRGAN with its quickest network."""

from __future__ import annotations

from studiolo.engines.base import EngineConfig, ImageEngine
from studiolo.engines.realesrgan import RealesrganImageEngine
from studiolo.testing import ImageEngineContract


class TestRealesrgan(ImageEngineContract):
    def make_engine(self) -> ImageEngine:
        return RealesrganImageEngine(EngineConfig(model="animevideov3", threads=1))
