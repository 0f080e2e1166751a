"""The pocket painter: our own small text-to-image model, which ships with the package."""

from studiolo.engines.pocket.engine import PocketImageEngine

__all__ = ["PocketImageEngine"]
