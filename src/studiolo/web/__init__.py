"""The page: static ES modules that need no build step."""

from __future__ import annotations

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "static"
"""Everything in it is served as it is."""
