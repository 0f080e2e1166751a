"""Banks: pictures as latents, captions as words, and which go together.

A bank is a folder of four files. `latents.npy` (m, 16, 32, 32) float16, `words.npy` (c, 24, 384) float16 with
`lengths.npy` (c,), and `samples.npy`, rows of (target, draft, caption), each an index into the former.
Training picks rows at random; what stands in a row was decided when the bank was made.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.codec import LATENT_CHANNELS

MAX_WORDS = 24
TEXT_WIDTH = 384


@dataclass(frozen=True)
class Batch:
    """Tensors of one training step; shapes as in `training.unet.Denoiser`."""

    target: Tensor
    draft: Tensor
    words: Tensor
    word_mask: Tensor


class Bank:
    """One folder of training pairs, memory-mapped."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.latents: NDArray[np.float16] = np.load(folder / "latents.npy", mmap_mode="r")
        self.words: NDArray[np.float16] = np.load(folder / "words.npy", mmap_mode="r")
        self.lengths: NDArray[np.int64] = np.load(folder / "lengths.npy")
        self.samples: NDArray[np.int64] = np.load(folder / "samples.npy")

    def batch(self, rows: NDArray[np.int64]) -> Batch:
        """The pairs of these rows."""
        target, draft, caption = self.samples[rows].T
        places = np.arange(MAX_WORDS)[None, :]
        return Batch(
            target=_floats(self.latents[target]),
            draft=_floats(self.latents[draft]),
            words=_floats(self.words[caption]),
            word_mask=torch.from_numpy(places < self.lengths[caption][:, None]),
        )


def _floats(values: NDArray[np.float16]) -> Tensor:
    return torch.from_numpy(values.astype(np.float32))


def write(
    folder: Path,
    latents: NDArray[np.float16],
    words: NDArray[np.float16],
    lengths: NDArray[np.int64],
    samples: NDArray[np.int64],
    **about: object,
) -> None:
    """Save a bank; `about.json` is written last, so a bank that has it is whole."""
    assert latents.shape[1] == LATENT_CHANNELS
    assert words.shape[1:] == (MAX_WORDS, TEXT_WIDTH)
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "latents.npy", latents)
    np.save(folder / "words.npy", words)
    np.save(folder / "lengths.npy", lengths)
    np.save(folder / "samples.npy", samples)
    (folder / "about.json").write_text(json.dumps({"samples": len(samples), **about}))


def load_all(root: Path) -> list[Bank]:
    """Every finished bank below `root`, in order of name."""
    return [Bank(path.parent) for path in sorted(root.glob("*/about.json"))]
