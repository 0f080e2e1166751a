"""Enlarges pictures with Real-ESRGAN, on the processor."""

from studiolo.engines.realesrgan.engine import RealesrganImageEngine

__all__ = ["RealesrganImageEngine"]
