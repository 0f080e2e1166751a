"""What becomes of a request before an engine sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from studiolo.engines.base import ImageEngine
from studiolo.requests import ImageRequest


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A request as its engine gets it: every default filled in, its pictures ready.

    ``engine`` is the name of ``painter``; ``notes`` say what was decided on the way.
    """

    engine: str
    painter: ImageEngine
    request: ImageRequest
    notes: tuple[str, ...] = ()


def changed(fields: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a request with ``changes``, without what followed from what they change.

    A mask that was found by words belongs to those words and that picture, a control map to its picture,
    the size to the margins or the factor that made it.
    """
    stale = {name for name, causes in _FOLLOWS.items() if causes & changes.keys()}
    if not fields.get("mask_prompt") and "mask_prompt" not in changes:
        stale.discard("mask")  # it was drawn
    return {name: value for name, value in fields.items() if name not in stale} | dict(changes)


_FOLLOWS: Final[dict[str, set[str]]] = {
    "mask": {"mask_prompt", "init_image"},
    "control_prepared": {"control_image"},
    "width": {"outpaint", "upscale", "remove_background"},
    "height": {"outpaint", "upscale", "remove_background"},
}
"""What follows from which fields, where it was not said itself."""
