"""Which model paints when none is named, and on which device: found out without loading torch."""

from __future__ import annotations

import importlib.metadata
import platform
import sys
from pathlib import Path
from typing import Final

from studiolo.engines.base import EngineConfig
from studiolo.engines.diffusers.finding import Weights, find_weights
from studiolo.engines.diffusers.options import DiffusersOptions
from studiolo.engines.local import machine
from studiolo.errors import EngineError

# The best first: on a graphics processor the finest pictures, without one the fewest and smallest steps.
_ACCELERATED: Final = ("sdxl", "sdxl-lightning", "sdxl-turbo", "sd-turbo")
_PROCESSOR: Final = ("sd-turbo", "sdxl-turbo", "sdxl-lightning", "sdxl")

# What NVIDIA's driver leaves where it is installed: on Linux, in WSL, on Windows.
_DRIVER: Final = ("/dev/nvidiactl", "/usr/lib/wsl/lib/libcuda.so.1", "C:/Windows/System32/nvcuda.dll")


def choose_weights(config: EngineConfig, options: DiffusersOptions) -> Weights:
    """The weights of the model that is named; else of the first one here that suits the device.

    Raises:
        UnknownEngineError: no model can be meant by that name.
        EngineError: it is not on this machine, or none is; says what to pull, and how large it is.
    """
    if config.model is not None:
        return find_weights(config.model, config, options)
    on_processor = likely_device(options) == "cpu"
    missing: list[EngineError] = []
    for name in _PROCESSOR if on_processor else _ACCELERATED:
        try:
            return find_weights(name, config, options)
        except EngineError as error:
            missing.append(error)
    first, last = missing[0], missing[-1]
    if not on_processor:
        raise first
    # The quickest for a processor follows no layout and varies no pictures.
    everything = last.hint[last.hint.find("studiolo pull") :]
    raise type(first)(first.message, hint=f"{first.hint}, or for every task: {everything}")


def likely_device(options: DiffusersOptions) -> str:
    """The device that torch will most likely use: asked of torch if it is loaded, else of the machine."""
    if options.device is not None:
        return "cuda:0" if options.device == "cuda" else options.device
    if (torch := sys.modules.get("torch")) is not None:
        return machine.available_devices(torch)[0]
    if platform.system() == "Darwin" and platform.machine() == "arm64":
        return "mps"
    return "cuda:0" if has_nvidia_driver() and built_for_cuda() else "cpu"


def has_nvidia_driver() -> bool:
    """Whether NVIDIA's driver is installed, which it is where there is a graphics processor of theirs."""
    return any(Path(place).exists() for place in _DRIVER)


def built_for_cuda() -> bool:
    """Whether torch is installed, and not as a build for the processor alone."""
    try:
        return "+cpu" not in importlib.metadata.version("torch")
    except importlib.metadata.PackageNotFoundError:
        return False
