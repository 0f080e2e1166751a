"""What a model can do, from its files: nothing is loaded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from studiolo.engines.capabilities import Capabilities, Range, Sizes
from studiolo.engines.diffusers import schedulers
from studiolo.engines.diffusers.finding import Weights
from studiolo.engines.diffusers.options import DiffusersOptions

_STRENGTH: Final = Range(minimum=0.01, maximum=1, default=0.6)
_HANDOVER: Final = Range(minimum=0.05, maximum=0.95, default=0.8)
_REFINER_STRENGTH: Final = Range(minimum=0.01, maximum=1, default=0.3)


def of(weights: Weights, options: DiffusersOptions) -> Capabilities:
    """The capabilities of the model whose files ``weights`` are."""
    family = weights.family
    samplers = schedulers.table(family)
    refines = weights.refiner is not None
    return Capabilities(
        description=f"{family.title} on this machine: {weights.name}.",
        tasks=frozenset(family.pipelines),  # pyright: ignore[reportArgumentType]
        sizes=Sizes(
            minimum=family.min_side_px,
            maximum=family.max_side_px,
            multiple=family.multiple,
            default=(family.side_px, family.side_px),
        ),
        steps=Range(minimum=1, maximum=150, default=family.steps),
        guidance_scale=Range(minimum=0, maximum=30, default=family.guidance_scale),
        strength=_STRENGTH,
        negative_prompt=family.negative_prompt,
        schedulers=schedulers.names(samplers, _scheduler(weights)),
        scheduler_aliases=schedulers.aliases(samplers),
        refiners=("ensemble", "image", "none") if refines else (),
        handover=_HANDOVER if refines else None,
        refiner_strength=_REFINER_STRENGTH if refines else None,
        seams=("precise", "default") if "inpainting" in family.pipelines else (),
        offline=True,
        device=options.device or "cpu",
        licence=weights.licence,
    )


def _scheduler(weights: Weights) -> Mapping[str, Any]:
    """The configuration of the model's own scheduler; of a single file, which has none, nothing."""
    file = weights.base / "scheduler" / "scheduler_config.json"
    return json.loads(file.read_text("utf-8")) if file.is_file() else {}
