"""What ``[engines.diffusers]`` in the config file may say."""

from __future__ import annotations

from pydantic import Field

from studiolo.engines.local.options import LocalOptions


class DiffusersOptions(LocalOptions):
    """How pictures are painted on this machine. ``None``: what fits it.

    ``batch_size`` paints so many pictures of a request in one go: faster on a large GPU, at the price that a
    picture of a batch may differ from the same seed's alone in its last bits.
    """

    batch_size: int = Field(default=1, ge=1, le=16)
    vae: str | None = Field(default=None, description="Another autoencoder: a folder or a file.")
    previews: bool = True
    compile: bool | None = None
    memory_gb: float | None = Field(default=None, gt=0)
