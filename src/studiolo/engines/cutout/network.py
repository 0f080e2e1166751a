"""A matting network on onnxruntime."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from studiolo.engines.cutout.catalogue import Matting
from studiolo.engines.onnx import failures
from studiolo.errors import EngineError, reason
from studiolo.imaging.flattening import flattened

if TYPE_CHECKING:
    from PIL.Image import Image

_GREY: Final = "#808080"  # what is transparent becomes grey, which is nobody's outline
_SEEN: Final = 0.5
"""A map that is nowhere higher shows nothing."""


class Network:
    """Loads its file when built."""

    def __init__(self, file: Path, about: Matting, *, threads: int | None) -> None:
        """Load a network.

        Raises:
            EngineError: the file is damaged, or no network for this.
        """
        import onnxruntime

        options: Any = onnxruntime.SessionOptions()
        if threads is None and hasattr(os, "sched_getaffinity"):
            threads = len(os.sched_getaffinity(0))
        if threads:
            options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._about = about
        try:
            self._session: Any = onnxruntime.InferenceSession(
                file, options, providers=["CPUExecutionProvider"]
            )
        except (*failures(), RuntimeError) as error:
            raise EngineError(
                f"The network in {file.name} cannot be loaded: {reason(error)}.",
                hint="Delete it and pull it again: studiolo models",
            ) from error

    def __call__(self, picture: Image) -> NDArray[np.float32]:
        """Opacity of each pixel, (h, w) from 0 to 1.

        Raises:
            EngineError: it sees no foreground, or memory was short.
        """
        from PIL import Image

        about = self._about
        square = flattened(picture, _GREY).resize((about.side_px, about.side_px), Image.Resampling.BILINEAR)
        pixels = np.asarray(square, np.float32) / 255
        normal = (pixels - np.array(about.mean, np.float32)) / np.array(about.deviation, np.float32)
        name = self._session.get_inputs()[0].name
        try:
            answer = self._session.run(None, {name: normal.transpose(2, 0, 1)[None]})[0]
        except (*failures(), RuntimeError) as error:
            raise EngineError(
                f"The matting network could not do its work: {reason(error)}.",
                hint="Close other programs, or cut out by colour: cutout:grabcut",
            ) from error
        seen = np.asarray(answer, np.float32).reshape(about.side_px, about.side_px)
        if about.logits:
            seen = (1 + np.tanh(seen / 2)) / 2  # the sigmoid, without overflow
        if float(seen.max()) < _SEEN:
            raise EngineError(
                "The network sees nothing in the picture that stands before a background.",
                hint="Give a picture with one clear thing in it.",
            )
        if about.stretched:
            seen = (seen - seen.min()) / max(float(seen.max() - seen.min()), 1e-6)
        whole = Image.fromarray(seen.astype(np.float32)).resize(picture.size, Image.Resampling.BILINEAR)
        return np.asarray(whole).clip(0, 1)
