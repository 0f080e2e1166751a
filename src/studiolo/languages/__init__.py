"""Which language a text is in, and what languages are called."""

from __future__ import annotations

from studiolo.languages.detection import Language, detect
from studiolo.languages.names import name_of, normalise

__all__ = ["Language", "detect", "name_of", "normalise"]
