"""SDXL and its kin in this process, on torch and the library diffusers."""

from studiolo.engines.diffusers.engine import DiffusersImageEngine

__all__ = ["DiffusersImageEngine"]
