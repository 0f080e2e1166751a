"""Small pictures of clean latents: by the tiny autoencoder if it is here, else by a linear map.

A latent's channels are nearly a linear function of the colour below it, so that a matrix of (channels + 1, 3)
numbers draws a recognisable picture in a millisecond. It is fitted to the very autoencoder that is loaded.
"""

from __future__ import annotations

import threading
from typing import Any, Final

from PIL import Image

from studiolo.engines.diffusers.decoding import decode_tiny, scaled, to_pictures, unpacked, upcast
from studiolo.engines.local import libraries

_FIELD_PX: Final = 192  # 24 by 24 latents: some hundreds of equations for 5 (or 17) unknowns of each colour
_PATCH_PX: Final = 32
_SEED: Final = 0


class Previewer:
    """Draws what latents of one pipeline look like. Threads may share it."""

    def __init__(self, pipe: Any, tiny: Any = None) -> None:
        self._pipe, self._tiny = pipe, tiny
        self._lock = threading.Lock()
        self._map: Any = None

    def picture(self, latents: Any, size: tuple[int, int]) -> Image.Image:
        """The picture of clean ``latents`` (1, channels, height, width), or packed as Flux has them.

        Args:
            latents: as the denoiser knows them, not yet unscaled for the autoencoder.
            size: of the picture that is being painted, in pixels.
        """
        torch = libraries.load_torch()
        with torch.inference_mode():
            latents = unpacked(self._pipe, latents, size)
            return to_pictures(self.colours(latents))[0]

    @property
    def exact(self) -> bool:
        """Whether an autoencoder draws, and not the map alone."""
        return self._tiny is not None

    def colours(self, latents: Any) -> Any:
        """What clean ``latents`` (batch, channels, h, w) look like: (batch, 3, H, W), each from -1 to 1."""
        return decode_tiny(self._tiny, latents) if self._tiny is not None else self._by_map(latents)

    def linear(self) -> Any:
        """The map, (channels + 1, 3): from latents and a one to red, green and blue, each from -1 to 1."""
        with self._lock:
            if self._map is None:
                self._map = fit(self._pipe)
        return self._map

    def _by_map(self, latents: Any) -> Any:
        weights = self.linear().to(latents.device)
        flat = latents.float().permute(0, 2, 3, 1)
        return (flat @ weights[:-1] + weights[-1]).permute(0, 3, 1, 2)


def fit(pipe: Any) -> Any:
    """The linear map from latents to colours that fits the pipeline's autoencoder best: (channels + 1, 3).

    Least squares over the latents of a field of random colours, which the autoencoder encodes.
    """
    torch = libraries.load_torch()
    side = _FIELD_PX // _PATCH_PX
    drawn = torch.rand((1, 3, side, side), generator=torch.Generator().manual_seed(_SEED)) * 2 - 1
    field = torch.nn.functional.interpolate(drawn, size=(_FIELD_PX, _FIELD_PX), mode="bilinear")
    with torch.inference_mode():
        latents = _encode(pipe, field)
    colours = torch.nn.functional.adaptive_avg_pool2d(field, latents.shape[-2:])
    inputs = latents.permute(0, 2, 3, 1).reshape(-1, latents.shape[1])
    inputs = torch.cat([inputs, torch.ones_like(inputs[:, :1])], dim=1)
    outputs = colours.permute(0, 2, 3, 1).reshape(-1, 3)
    return torch.linalg.lstsq(inputs, outputs).solution


def _encode(pipe: Any, field: Any) -> Any:
    """The latents of ``field`` as the denoiser knows them, in float32 on the CPU."""
    vae = pipe.vae
    with upcast(vae):
        moments = vae.encode(field.to(device=pipe._execution_device, dtype=vae.dtype))  # noqa: SLF001
    latents = moments.latent_dist.mode() if hasattr(moments, "latent_dist") else moments.latents
    return scaled(vae, latents.float().cpu())
