"""What ``[engines.transformers]`` in the config file may say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from studiolo.errors import SettingsError
from studiolo.imaging.sending import MAX_SIDE_PX


class TransformersOptions(BaseModel):
    """How a local model is found, loaded and shown pictures. ``None``: what fits the machine.

    ``device`` is one of torch's (``cuda``, ``cuda:1``, ``mps``, ``cpu``); ``hub`` another address of the
    model hub (a mirror), ``token`` a key for models that are given out only to those who signed up.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    uses: str | None = None
    device: str | None = Field(default=None, pattern=r"^(cuda(:\d+)?|mps|cpu)$")
    dtype: Literal["float32", "float16", "bfloat16"] | None = None
    load_in_4bit: bool = False
    attn_implementation: str | None = None
    max_image_side_px: int = Field(default=MAX_SIDE_PX, ge=1, le=8192)
    chat_template: str | None = None
    revision: str | None = None
    hub: str | None = None
    token: str | None = Field(default=None, repr=False)

    @classmethod
    def read(cls, options: Mapping[str, Any]) -> TransformersOptions:
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
                f"[engines.transformers] {name}: {finding['msg']}.",
                hint=f"Known: {', '.join(sorted(cls.model_fields))}.",
            ) from error
