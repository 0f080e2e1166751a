"""Cuts pictures out of their backgrounds."""

from studiolo.engines.cutout.engine import CutoutImageEngine

__all__ = ["CutoutImageEngine"]
