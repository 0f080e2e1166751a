"""Painted places: a kind, an hour, a weather and a seed → pixels, and where the ground is."""

from studiolo.engines.pocket.backgrounds.paint import Backdrop, paint

__all__ = ["Backdrop", "paint"]
