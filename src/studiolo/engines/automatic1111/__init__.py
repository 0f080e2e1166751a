"""Pictures from a Stable Diffusion web UI of one's own: AUTOMATIC1111's, Forge, reForge, SD.Next."""

from studiolo.engines.automatic1111.engine import Automatic1111ImageEngine

__all__ = ["Automatic1111ImageEngine"]
