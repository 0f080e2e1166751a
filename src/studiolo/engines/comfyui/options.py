"""What ``[engines.comfyui]`` may say, and tables of other names that use it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, field_validator

from studiolo.engines.http import HostedImageOptions

BASE_URL = "http://127.0.0.1:8188"


class ComfyUIOptions(HostedImageOptions):
    """Where ComfyUI is, which of its models paint, and a workflow of your own."""

    base_url: str = Field(default=BASE_URL, description="Where ComfyUI is.")
    max_parallel: int = Field(
        default=1, ge=1, le=64, description="How many pictures wait in its queue at once."
    )
    checkpoint: str = Field(default="", description="Which of its checkpoints paints when none is named.")
    side_px: int = Field(default=0, ge=0, le=8192, description="Default side of a picture; 0: by the model.")
    refiner: str = Field(default="", description="The checkpoint that refines; empty: one named refiner.")
    upscaler: str = Field(default="", description="The model that enlarges; empty: by its name.")
    canny: str = Field(default="", description="The ControlNet for edges; empty: by its name.")
    segmentation: str = Field(default="", description="The ControlNet for regions; empty: by its name.")
    workflow: Path | None = Field(default=None, description="A workflow of yours, exported as API.")
    inputs: Mapping[str, str] = Field(
        default_factory=dict[str, str],
        description="Where in the workflow things go, such as: prompt=6.text, seed=3.seed",
    )
    output: str = Field(default="", description="The node of the workflow whose picture is wanted.")

    @field_validator("workflow", mode="before")
    @classmethod
    def _read_path(cls, value: Any) -> Any:
        return (Path(value).expanduser() if value else None) if isinstance(value, str) else value

    @field_validator("inputs", mode="before")
    @classmethod
    def _read_inputs(cls, value: Any) -> Any:
        """A config file and the environment have only text: ``prompt=6.text, seed=3.seed``, or JSON."""
        if not isinstance(value, str):
            return value
        if value.strip().startswith("{"):
            return json.loads(value)
        pairs = [pair.partition("=") for pair in re.split(r"[,\n]", value) if pair.strip()]
        if not all(equals and name.strip() and slot.strip() for name, equals, slot in pairs):
            raise ValueError("names and places, such as: prompt=6.text, seed=3.seed")
        return {name.strip(): slot.strip() for name, _, slot in pairs}
