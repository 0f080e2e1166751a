"""Families of models: what a folder or a file holds, and what its family can do."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from studiolo.errors import EngineError


@dataclass(frozen=True, kw_only=True)
class Family:
    """What all models of one architecture have in common. ``side_px`` is what they were trained at."""

    name: str
    pipeline: str
    side_px: int
    steps: int = 30
    guidance_scale: float = 5.0
    max_side_px: int = 2048


_FAMILIES: Final = (
    Family(name="sdxl", pipeline="StableDiffusionXLPipeline", side_px=1024),
    Family(name="sd", pipeline="StableDiffusionPipeline", side_px=512, guidance_scale=7.5),
)


def family_of(folder: Path) -> Family:
    """The family of the model in ``folder``."""
    pipeline = json.loads((folder / "model_index.json").read_text())["_class_name"]
    for family in _FAMILIES:
        if pipeline.startswith(family.pipeline.removesuffix("Pipeline")):
            return family
    raise EngineError(f"studiolo does not know the pipeline {pipeline}.", hint="See docs/local-models.md.")
