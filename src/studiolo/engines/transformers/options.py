"""What ``[engines.transformers]`` in the config file may say."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from studiolo.engines.options import EngineOptions
from studiolo.imaging.sending import MAX_SIDE_PX


class TransformersOptions(EngineOptions):
    """How a local model is found, loaded and shown pictures. ``None``: what fits the machine.

    ``device`` is one of torch's (``cuda``, ``cuda:1``, ``mps``, ``cpu``); ``hub`` another address of the
    model hub (a mirror), ``token`` a key for models that are given out only to those who signed up.
    """

    device: str | None = Field(default=None, pattern=r"^(cuda(:\d+)?|mps|cpu)$")
    dtype: Literal["float32", "float16", "bfloat16"] | None = None
    load_in_4bit: bool = False
    attn_implementation: str | None = None
    max_image_side_px: int = Field(default=MAX_SIDE_PX, ge=1, le=8192)
    chat_template: str | None = None
    revision: str | None = None
    hub: str | None = None
    token: str | None = Field(default=None, repr=False)
