"""The only reader of the environment, ``.env`` and ``config.toml``, and the only writer of that file."""

from __future__ import annotations

from studiolo.settings.model import Settings
from studiolo.settings.sources import CONVENTIONAL, PREFIX, is_secret

__all__ = ["CONVENTIONAL", "PREFIX", "Settings", "is_secret"]
