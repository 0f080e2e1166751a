"""What every table of an engine that runs models in this process may say."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from studiolo.engines.options import EngineOptions


class LocalOptions(EngineOptions):
    """How a local model is found and where it runs. ``None``: what fits the machine.

    ``device`` is one of torch's (``cuda``, ``cuda:1``, ``mps``, ``xpu``, ``cpu``); ``hub`` another address of
    the model hub (a mirror), ``token`` a key for models that are given out only to those who signed up.
    """

    device: str | None = Field(default=None, pattern=r"^(cuda(:\d+)?|mps|xpu(:\d+)?|cpu)$")
    dtype: Literal["float32", "float16", "bfloat16"] | None = None
    revision: str | None = None
    hub: str | None = None
    token: str | None = Field(default=None, repr=False)
