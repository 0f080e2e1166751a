"""From clean latents to pixels, with an eye on numbers that overflow.

SDXL's own autoencoder leaves the range of float16 (which madebyollin/sdxl-vae-fp16-fix mends); where its
configuration says ``force_upcast`` it works in float32. One that says nothing and overflows all the same
gives not-a-number, which would be a black picture.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Final

from PIL import Image

from studiolo.engines.local import libraries
from studiolo.errors import EngineError

OVERFLOWN: Final = "The autoencoder overflowed in 16 bits; the picture was decoded in 32."


def pictures(
    pipe: Any, latents: Any, size: tuple[int, int], *, tiny: Any = None
) -> tuple[list[Image.Image], tuple[str, ...]]:
    """The pictures of clean ``latents``, and what is to be noted of them.

    Args:
        pipe: the pipeline that painted them.
        latents: (batch, channels, height, width), or packed as Flux has them.
        size: of the pictures, in pixels.
        tiny: the tiny autoencoder, if it is to decode them.

    Raises:
        EngineError: they are no numbers: the denoiser itself overflowed.
    """
    torch = libraries.load_torch()
    latents = unpacked(pipe, latents, size)
    notes: tuple[str, ...] = ()
    with torch.inference_mode():
        if not bool(latents.isfinite().all()):
            raise EngineError(
                "The model's numbers overflowed: what came out is no picture.",
                hint='Set dtype = "bfloat16" or "float32" in [engines.diffusers].',
            )
        pixels = decode_tiny(tiny, latents) if tiny is not None else _decode(pipe, latents)
        if tiny is None and not bool(pixels.isfinite().all()):
            with upcast(pipe.vae, always=True):
                pixels = _decode(pipe, latents)
            notes = (OVERFLOWN,)
        return to_pictures(pixels), notes


def decode_tiny(tiny: Any, latents: Any) -> Any:
    """Pixels from -1 to 1 of latents, by the tiny autoencoder, which takes them as the denoiser has them."""
    latents = latents.to(device=tiny.device, dtype=tiny.dtype)
    return tiny.decode(latents / tiny.config.scaling_factor + tiny.config.shift_factor).sample


def to_pictures(pixels: Any) -> list[Image.Image]:
    """Pictures of ``pixels`` (batch, 3, height, width), each from -1 to 1."""
    numbers = ((pixels.float() / 2 + 0.5).clamp(0, 1) * 255).round().permute(0, 2, 3, 1)
    return [Image.fromarray(each) for each in numbers.to("cpu", libraries.load_torch().uint8).numpy()]


def unpacked(pipe: Any, latents: Any, size: tuple[int, int]) -> Any:
    """Latents as (batch, channels, height, width), of a pipeline that packs them or not."""
    if latents.ndim != 3:
        return latents
    return pipe._unpack_latents(latents, size[1], size[0], pipe.vae_scale_factor)  # noqa: SLF001


@contextmanager
def upcast(vae: Any, *, always: bool = False) -> Generator[None]:
    """The autoencoder in float32 for a while, if it asks for it, or ``always``."""
    torch = libraries.load_torch()
    before = vae.dtype
    asks = before == torch.float16 and getattr(vae.config, "force_upcast", False)
    if before == torch.float32 or not (always or asks):
        yield
        return
    vae.to(torch.float32)
    try:
        yield
    finally:
        vae.to(before)


def scaled(vae: Any, latents: Any) -> Any:
    """Latents as the denoiser knows them, from those of the autoencoder; :func:`unscaled` turns it round."""
    mean, scale = _standard(vae, latents)
    return (latents - mean) * scale


def unscaled(vae: Any, latents: Any) -> Any:
    """Latents as the autoencoder knows them, from those of the denoiser."""
    mean, scale = _standard(vae, latents)
    return latents / scale + mean


def _standard(vae: Any, latents: Any) -> tuple[Any, Any]:
    """What the autoencoder's latents are shifted and multiplied by, of all channels or of each."""
    config, torch = vae.config, libraries.load_torch()
    mean, deviation = getattr(config, "latents_mean", None), getattr(config, "latents_std", None)
    if mean is None or deviation is None:
        return getattr(config, "shift_factor", None) or 0.0, config.scaling_factor
    mean, deviation = (
        torch.tensor(each, device=latents.device, dtype=latents.dtype).view(1, -1, 1, 1)
        for each in (mean, deviation)
    )
    return mean, config.scaling_factor / deviation


def _decode(pipe: Any, latents: Any) -> Any:
    with upcast(pipe.vae):
        vae = pipe.vae
        latents = latents.to(device=pipe._execution_device, dtype=vae.dtype)  # noqa: SLF001
        return vae.decode(unscaled(vae, latents)).sample
