"""What ``[engines.gguf]`` in the config file may say."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from studiolo.engines.options import EngineOptions
from studiolo.imaging.sending import MAX_SIDE_PX


class GgufOptions(EngineOptions):
    """How a GGUF model is loaded and shown pictures.

    ``mmproj`` is the file that gives the model eyes; left out, the one beside the model; ``""`` for none.
    ``context`` is how many tokens it keeps in mind, which takes memory. ``gpu_layers`` go to the GPU (-1: as
    many as fit); ``chat_template`` replaces the model's own.
    """

    mmproj: str | None = None
    context: int = Field(default=8192, ge=128, le=1_048_576)
    gpu_layers: int = Field(default=-1, ge=-1)
    chat_template: str | None = None
    max_image_side_px: int = Field(default=MAX_SIDE_PX, ge=32, le=8192)

    def eyes(self) -> Path | None:
        """The file named as ``mmproj``, if one is."""
        return Path(self.mmproj).expanduser() if self.mmproj else None
