"""A painting in asked colours: at each step the picture to come is led towards the palette, without training.

After Lobashev et al. 2025 (SW-Guidance, arXiv 2503.19034): what is made smaller is the sliced Wasserstein
distance between the colours of the predicted clean picture and those asked for. Theirs descends its gradient
through decoder and UNet, some evaluations of both for each step. Here the way to the palette is found among
the colours themselves, where it is sorting along lines (Pitié et al. 2007), and goes back into latents by the
linear map that draws previews: the least change of latents with this effect. Where the tiny autoencoder is
there, it says what came of it, and what is still wrong is corrected (Newton's method with the map for a
constant Jacobian). No network runs backwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from PIL.Image import Image, Resampling

from studiolo.engines.diffusers.estimates import Step
from studiolo.engines.diffusers.previews import Previewer
from studiolo.engines.local import libraries
from studiolo.imaging import colour_transport
from studiolo.imaging.colours import FROM_LAB, FROM_LMS, TO_LAB, TO_LMS, hex_to_rgb, to_oklab

_FRAMES: Final = 8
_SEED: Final = 0  # of lines and shades: the same for every picture, so that batches do not change one
_PULL: Final = (0.45, 0.75)  # of the way to the palette, in a clean picture and in pure noise
_CORRECTIONS: Final = 2
_SPREAD: Final = 1.5  # latents: standard deviation of what smooths the moves over the picture
_SMOOTH: Final = 0.25  # sRGB, 0 to 1: colours that spread less than this around a place count as one surface
_DAMPING: Final = 1e-3  # of the map's inverse, relative to its largest singular value squared
_SHADES: Final = (0.035, 0.012, 0.012)  # spread of a colour's shades in OKLab: about a CIEDE2000 of 4
_COUNTED: Final = 4096  # cells that shares are found from
_MOSTLY: Final = 128  # of 255: a latent more than half of which is painted anew


class PaletteGuide:
    """Leads predicted clean latents towards a palette: a guide for :func:`estimates.watching`.

    Args:
        palette: the asked colours as ``#rrggbb``.
        previewer: reads and maps the latents of the pipeline that paints.
        mask: white where is painted anew; colours elsewhere stay and do not count. None: all is led.
    """

    def __init__(self, palette: Sequence[str], previewer: Previewer, mask: Image | None = None) -> None:
        self._palette = to_oklab(np.stack([hex_to_rgb(colour) for colour in palette]))
        self._previewer, self._mask = previewer, mask
        self._frames = colour_transport.frames(_FRAMES, np.random.default_rng(_SEED))

    def __call__(self, x0: Any, step: Step) -> Any:
        """The latents ``x0`` (batch, channels, h, w), led towards the palette.

        The noisier the step, the further: there the colours are decided, later they are to settle in.
        """
        torch = libraries.load_torch()
        clean, noisy = _PULL
        pull = clean + (noisy - clean) * step.sigma / (step.alpha + step.sigma)
        with torch.no_grad():
            return torch.cat([self._led(torch, one[None], pull) for one in x0])

    def _led(self, torch: Any, x0: Any, pull: float) -> Any:
        read = self._colours(x0)
        free = self._free(torch, x0)
        if not free.any():  # what is painted anew is smaller than a latent
            return x0
        wanted = read.clone()
        wanted[..., free] = self._nearer(torch, read[0][:, free].T, pull).T
        wanted = read + _settled(torch, read, wanted - read) * free
        led = x0 + self._lift(torch, wanted - read)
        if not self._previewer.exact:
            return led
        best, left = x0, (wanted - read).square().mean()
        for _ in range(_CORRECTIONS):
            wrong = wanted - self._colours(led)
            if wrong.square().mean() >= left:
                break
            best, left = led, wrong.square().mean()
            led = led + self._lift(torch, wrong)
        return best

    def _nearer(self, torch: Any, rgb: Any, pull: float) -> Any:
        """Colours (n, 3) that lie ``pull`` of the way from ``rgb`` to the palette."""
        here = _to_oklab(torch, rgb)
        some = here[:: max(1, len(here) // _COUNTED)]
        shares = colour_transport.shares(some.double().cpu().numpy(), self._palette)
        wanted = colour_transport.target(self._palette, shares, len(here))
        shades = np.random.default_rng(_SEED).standard_normal(wanted.shape) * _SHADES
        there = transported(torch, here, here.new_tensor(wanted + shades), here.new_tensor(self._frames))
        return _from_oklab(torch, here + pull * (there - here))

    def _colours(self, latents: Any) -> Any:
        """What each latent looks like: (1, 3, h, w) from 0 to 1."""
        torch = libraries.load_torch()
        seen = (self._previewer.colours(latents).float() / 2 + 0.5).clamp(0, 1)
        return torch.nn.functional.adaptive_avg_pool2d(seen, latents.shape[-2:])

    def _lift(self, torch: Any, change: Any) -> Any:
        """The least change of latents by which the linear map's colours change by ``change``."""
        weights = self._previewer.linear()[:-1].to(change) / 2  # (channels, 3), to colours from 0 to 1
        gram = weights.T @ weights
        ridge = _DAMPING * torch.linalg.matrix_norm(gram, 2) * torch.eye(3).to(gram)
        inverse = torch.linalg.solve(gram + ridge, weights.T)  # (3, channels)
        return (change.permute(0, 2, 3, 1) @ inverse).permute(0, 3, 1, 2)

    def _free(self, torch: Any, x0: Any) -> Any:
        height, width = x0.shape[-2:]
        if self._mask is None:
            return torch.ones((height, width), dtype=torch.bool, device=x0.device)
        small = np.asarray(self._mask.convert("L").resize((width, height), Resampling.BOX))
        return torch.from_numpy(small >= _MOSTLY).to(x0.device)


def _settled(torch: Any, rgb: Any, change: Any) -> Any:
    """``change``, smooth where the picture ``rgb`` is, as it is where colours meet; all (1, 3, h, w).

    Neighbours that differ a little may be led to different colours: skies would break into blocks. How far
    each is to be smoothed is what a guided filter (He et al. 2010) asks: how much colours vary around it.
    """
    mean = _smoothed(torch, rgb)
    variance = _smoothed(torch, (rgb - mean).square()).sum(dim=1, keepdim=True)
    kept = variance / (variance + _SMOOTH**2)
    return kept * change + (1 - kept) * _smoothed(torch, change)


def _smoothed(torch: Any, change: Any) -> Any:
    """``change``, (1, 3, h, w), blurred by a Gaussian along both sides."""
    reach = round(3 * _SPREAD)
    weights = torch.exp(-(torch.arange(-reach, reach + 1).to(change) ** 2) / (2 * _SPREAD**2))
    kernel = (weights / weights.sum()).repeat(3, 1, 1, 1)
    padded = torch.nn.functional.pad(change, (reach,) * 4, mode="replicate")
    across = torch.nn.functional.conv2d(padded, kernel, groups=3)
    return torch.nn.functional.conv2d(across, kernel.transpose(-1, -2), groups=3)


def transported(torch: Any, colours: Any, wanted: Any, frames: Any) -> Any:
    """As :func:`colour_transport.transported`, on tensors (n, 3) of any device."""
    for frame in frames:
        here, there = colours @ frame.T, (wanted @ frame.T).sort(dim=0).values
        order = here.argsort(dim=0, stable=True)
        colours = colours + (torch.empty_like(here).scatter_(0, order, there) - here) @ frame
    return colours


def _to_oklab(torch: Any, rgb: Any) -> Any:
    """As :func:`colours.to_oklab`, on a tensor."""
    light = torch.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return (light @ rgb.new_tensor(TO_LMS).T).clamp(min=0) ** (1 / 3) @ rgb.new_tensor(TO_LAB).T


def _from_oklab(torch: Any, lab: Any) -> Any:
    """The inverse of `_to_oklab`; what is outside sRGB is clipped to it."""
    light = ((lab @ lab.new_tensor(FROM_LAB).T) ** 3 @ lab.new_tensor(FROM_LMS).T).clamp(0, 1)
    bent = 1.055 * light.clamp(min=0.0031308) ** (1 / 2.4) - 0.055
    return torch.where(light <= 0.0031308, 12.92 * light, bent)
