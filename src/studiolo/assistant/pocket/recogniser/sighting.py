"""What the recogniser tells of one thing in a picture."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """One thing that is drawn in a picture.

    ``name`` is one of the drawings library's, in the singular: "apple". ``confidence`` is the calibrated
    probability that the name is right, ``box`` left, top, right and bottom in shares of the picture, and
    ``alternatives`` the next best names with theirs.
    """

    name: str
    confidence: float
    box: tuple[float, float, float, float]
    alternatives: tuple[tuple[str, float], ...] = ()
