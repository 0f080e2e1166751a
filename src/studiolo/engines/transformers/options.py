"""What ``[engines.transformers]`` in the config file may say."""

from __future__ import annotations

from pydantic import Field

from studiolo.engines.local.options import LocalOptions
from studiolo.imaging.sending import MAX_SIDE_PX


class TransformersOptions(LocalOptions):
    """How a model that talks is loaded and shown pictures. ``None``: what fits the machine."""

    load_in_4bit: bool = False
    attn_implementation: str | None = None
    max_image_side_px: int = Field(default=MAX_SIDE_PX, ge=1, le=8192)
    chat_template: str | None = None
