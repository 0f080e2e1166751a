"""What ``[engines.gguf]`` in the config file may say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from studiolo.errors import SettingsError
from studiolo.imaging.sending import MAX_SIDE_PX


class GgufOptions(BaseModel):
    """How a GGUF model is loaded and shown pictures.

    ``mmproj`` is the file that gives the model eyes; left out, the one beside the model; ``""`` for none.
    ``context`` is how many tokens it keeps in mind, which takes memory. ``gpu_layers`` go to the GPU (-1: as
    many as fit); ``chat_template`` replaces the model's own.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    uses: str | None = None
    mmproj: str | None = None
    context: int = Field(default=8192, ge=128, le=1_048_576)
    gpu_layers: int = Field(default=-1, ge=-1)
    chat_template: str | None = None
    max_image_side_px: int = Field(default=MAX_SIDE_PX, ge=32, le=8192)

    @classmethod
    def read(cls, options: Mapping[str, Any]) -> GgufOptions:
        """The options, checked.

        Raises:
            SettingsError: one is unknown, or not of its kind.
        """
        try:
            return cls.model_validate(dict(options))
        except ValidationError as error:
            finding = error.errors(include_url=False, include_input=False)[0]
            name = ".".join(str(part) for part in finding["loc"])
            raise SettingsError(
                f"[engines.gguf] {name}: {finding['msg']}.",
                hint=f"Known: {', '.join(sorted(cls.model_fields))}.",
            ) from error

    def eyes(self) -> Path | None:
        """The file named as ``mmproj``, if one is."""
        return Path(self.mmproj).expanduser() if self.mmproj else None
