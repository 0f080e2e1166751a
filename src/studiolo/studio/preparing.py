"""What becomes of a request before an engine sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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


def changed(request: ImageRequest, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of ``request`` with ``changes``, without what was made from pictures or words that change.

    A mask that was found by words belongs to those words and that picture, a control map to its picture.
    """
    fields = {**dict(request), **changes}
    if request.mask_prompt and "mask" not in changes and {"mask_prompt", "init_image"} & changes.keys():
        fields["mask"] = None
    if "control_image" in changes and "control_prepared" not in changes:
        fields["control_prepared"] = False
    return fields
