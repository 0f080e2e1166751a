"""How far a run is, as the bars in its log tell."""

from __future__ import annotations

import re
from typing import Final

# The bar that tqdm draws while a pipeline of diffusers samples: " 40%|████ | 10/25 [00:01<00:02, 6it/s]".
# Unlike those of downloads it has no words before it.
_BAR: Final = re.compile(r"(?:^|[\r\n])\s*\d+%\|[^|\r\n]*\|\s*(\d+)/(\d+)\s*\[")


def steps_taken(logs: str | None) -> tuple[int, int] | None:
    """Steps taken and planned, over the stages that have begun; None where no bar is there yet.

    A stage that follows (a refiner) begins a bar of its own.
    """
    before = planned = 0
    last = total = -1
    for found in _BAR.finditer(logs or ""):
        step, of = int(found[1]), int(found[2])
        if total >= 0 and (step < last or of != total):
            before += last
            planned += total
        last, total = step, of
    return None if total < 0 else (before + last, planned + total)
