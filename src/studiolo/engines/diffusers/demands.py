"""What a model asks of a device, from the headers of its files: nothing is loaded."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

from studiolo.engines.diffusers.finding import Weights
from studiolo.engines.diffusers.plans import Demand
from studiolo.engines.local.weights import read_header

# The denoiser's folder, in families that have a UNet and in those that have a transformer.
_UNET, _TRANSFORMER = "unet", "transformer"


def demand_of(weights: Weights) -> Demand:
    """How many numbers the model's parts have, the refiner's and its own autoencoders among them.

    Raises:
        EngineError: a file is cut off or damaged.
    """
    parts = _parts(weights.base)
    if weights.unet is not None:
        parts[_UNET] = _numbers([weights.unet])
    if weights.refiner is not None:
        # It shares the base's second text encoder and autoencoder.
        parts["refiner"] = _parts(weights.refiner).get(_UNET, 0)
    if weights.preview is not None:
        parts["preview"] = _numbers(_files(weights.preview))
    family = weights.family
    return Demand(
        name=weights.name,
        numbers=sum(parts.values()),
        largest=max(parts.values(), default=0),
        pixels=family.side_px**2,
        is_unet=_TRANSFORMER not in parts,
        tiny_vae=weights.preview is not None,
    )


def _parts(model: Path) -> dict[str, int]:
    """Numbers by part; a single file is one part."""
    if model.is_file():
        return {model.stem: _numbers([model])}
    folders = sorted(folder for folder in model.iterdir() if folder.is_dir())
    counted = {folder.name: _numbers(_files(folder)) for folder in folders}
    return {name: numbers for name, numbers in counted.items() if numbers}


def _files(place: Path) -> list[Path]:
    """The files that are loaded: where weights are there twice, those in 16 bits."""
    if place.is_file():
        return [place]
    files = sorted(place.glob("*.safetensors"))
    return [file for file in files if ".fp16." in file.name] or files


def _numbers(files: Iterable[Path]) -> int:
    return sum(math.prod(tensor["shape"]) for file in files for tensor in read_header(file).values())
