"""What ``[engines.diffusers]`` in the config file may say."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from studiolo.engines.local.options import LocalOptions

Offload = Literal["none", "model", "group", "sequential"]
"""What of the weights waits in the machine's memory: nothing; all parts but the one at work; all layers but
the next ones, fetched ahead; all layers but the one at work."""

Attention = Literal["auto", "cudnn", "flash", "efficient", "math"]
"""Which kernel computes torch's scaled_dot_product_attention."""

Compile = Literal["off", "blocks", "full"]
"""What of the denoiser torch.compile turns into code: nothing, one block for all like it, the whole."""


class DiffusersOptions(LocalOptions):
    """How pictures are painted on this machine. ``None``: what fits it.

    ``batch_size`` paints so many pictures of a request in one go: faster on a large GPU, at the price that a
    picture of a batch may differ from the same seed's alone in its last bits. ``memory_gb`` is the most that
    models may take of the device. What follows it decides parts of the plan (:mod:`.plans`): where weights
    wait, whether pictures are decoded in tiles or by the tiny autoencoder, which kernel computes attention,
    what is compiled.
    """

    batch_size: int = Field(default=1, ge=1, le=16)
    vae: str | None = Field(default=None, description="Another autoencoder: a folder or a file.")
    previews: bool = True
    memory_gb: float | None = Field(default=None, gt=0)
    offload: Offload | None = None
    tiling: bool | None = None
    tiny_vae: bool | None = None
    attention: Attention | None = None
    compile: Compile | None = None
