"""The painter's three networks on onnxruntime: pictures to latents, latents to pictures, and the denoiser."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from studiolo.errors import EngineError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

    from studiolo.engines.pocket.sampling import Latents

ASSETS: Final = Path(__file__).parent / "assets"
MAX_WORDS: Final = 24
_DENOISER_MULTIPLE: Final = 8  # patches of 2, halved twice


class Networks:
    """Loads each network on first use, once, also when several threads ask.

    Pictures are (h, w, 3) uint8 with sides in multiples of 16; latents (16, h/16, w/16) float32,
    near N(0, 1).
    """

    def __init__(self, *, threads: int | None = None) -> None:
        if threads is None and hasattr(os, "sched_getaffinity"):
            threads = len(os.sched_getaffinity(0))
        self._threads = threads
        self._lock = threading.Lock()
        self._sessions: dict[str, InferenceSession] = {}

    def encode(self, picture: NDArray[np.uint8]) -> Latents:
        """Latents of a picture."""
        pixels = picture.astype(np.float32).transpose(2, 0, 1)[None] / 127.5 - 1
        return self._run("encoder", {"pictures": pixels})[0]

    def decode(self, latents: Latents) -> NDArray[np.uint8]:
        """The picture of latents."""
        pixels = self._run("decoder", {"latents": latents[None]})[0]
        return ((pixels + 1) * 127.5 + 0.5).clip(0, 255).astype(np.uint8).transpose(1, 2, 0)

    def velocity(
        self,
        latents: Latents,
        time: float,
        draft: Latents,
        words: NDArray[np.float32],
        word_mask: NDArray[np.bool_],
    ) -> Latents:
        """One velocity for each of n sets of words, (n, 16, h, w).

        Args:
            latents: (16, h, w), the same for all.
            time: 1 is noise, 0 the picture.
            draft: (17, h, w): the draft's latents, and 1 where there is a draft.
            words: (n, MAX_WORDS, 384) token states.
            word_mask: (n, MAX_WORDS), True at words.
        """
        height, width = latents.shape[1:]
        pad = ((0, 0), (0, -height % _DENOISER_MULTIPLE), (0, -width % _DENOISER_MULTIPLE))
        count = len(words)
        out = self._run(
            "denoiser",
            {
                "latents": np.repeat(np.pad(latents, pad, "edge")[None], count, axis=0),
                "time": np.full(count, time, np.float32),
                "draft": np.repeat(np.pad(draft, pad, "edge")[None], count, axis=0),
                "words": words,
                "word_mask": word_mask,
            },
        )
        return out[:, :, :height, :width]

    def _run(self, name: str, inputs: dict[str, NDArray[Any]]) -> NDArray[np.float32]:
        with self._lock:
            session = self._sessions.get(name)
            if session is None:
                session = self._sessions[name] = self._load(name)
        return session.run(None, inputs)[0]

    def _load(self, name: str) -> InferenceSession:
        import onnxruntime  # 0.1 s, and not needed to say what the engine can do

        path = ASSETS / f"{name}.onnx"
        if not path.exists():
            raise EngineError(
                f"The pocket painter's weights are missing: {path.name}.",
                hint="Reinstall studiolo, or make them with: make pocket",
            )
        options = onnxruntime.SessionOptions()
        if self._threads:
            options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
