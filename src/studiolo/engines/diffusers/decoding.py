"""From clean latents to pixels, with an eye on numbers that overflow.

SDXL's own autoencoder leaves the range of float16 (which madebyollin/sdxl-vae-fp16-fix mends); diffusers
calculates in float32 where the configuration says ``force_upcast``. What says nothing and overflows all the
same comes out as not-a-number, which would be a black picture.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from PIL import Image

from studiolo.engines.local import libraries
from studiolo.errors import EngineError

OVERFLOWN = "The autoencoder overflowed in 16 bits; the picture was decoded in 32."


def pictures(
    pipe: Any, pixels: Any, decode_again: Callable[[], Any]
) -> tuple[list[Image.Image], tuple[str, ...]]:
    """Pictures of ``pixels`` (batch, 3, height, width), each from 0 to 1, and what is to be noted of them.

    Args:
        pipe: the pipeline that painted.
        pixels: its output of the type "pt".
        decode_again: gives the pixels once more, with the autoencoder in float32.

    Raises:
        EngineError: there is no picture to be had: the denoiser itself overflowed.
    """
    notes: tuple[str, ...] = ()
    if not bool(pixels.isfinite().all()):
        with upcast(pipe.vae, always=True):
            pixels = decode_again()
        notes = (OVERFLOWN,)
        if not bool(pixels.isfinite().all()):
            raise EngineError(
                "The model's numbers overflowed: what came out is no picture.",
                hint='Set dtype = "bfloat16" or "float32" in [engines.diffusers].',
            )
    numbers = (pixels.float() * 255).round().clamp(0, 255).permute(0, 2, 3, 1)
    array = numbers.to("cpu", libraries.load_torch().uint8).numpy()
    return [Image.fromarray(each) for each in array], notes


@contextmanager
def upcast(vae: Any, *, always: bool = False) -> Generator[None]:
    """The autoencoder in float32 for a while, if it asks for it, or ``always``."""
    torch = libraries.load_torch()
    before = vae.dtype
    if before == torch.float32 or not (always or getattr(vae.config, "force_upcast", False)):
        yield
        return
    vae.to(torch.float32)
    try:
        yield
    finally:
        vae.to(before)
