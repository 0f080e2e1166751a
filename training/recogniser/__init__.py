"""How the recogniser of drawings is made: sprites, scenes with known boxes, two networks, calibration."""

from pathlib import Path

WORK = Path(__file__).parents[1] / "work" / "recogniser"
ASSETS = Path(__file__).parents[2] / "src" / "studiolo" / "assistant" / "pocket" / "recogniser" / "assets"
