"""The only reader of environment, ``.env``, ``config.toml`` and secret; the only writer of that file."""

from __future__ import annotations

from studiolo.settings.model import Settings
from studiolo.settings.sources import CONVENTIONAL, PREFIX, is_secret

__all__ = ["CONVENTIONAL", "PREFIX", "Settings", "is_secret"]
