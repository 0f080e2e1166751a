"""What training runs need: averaged weights, checkpoints that survive a kill, a log and its picture."""

from __future__ import annotations

import copy
import json
import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn


class Average:
    """An exponential moving average of a model's weights, with a short memory at the start."""

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.model = copy.deepcopy(model).requires_grad_(False)
        self.decay, self.steps = decay, 0

    @torch.no_grad()
    def update(self, model: nn.Module) -> None:
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        mine, theirs = list(self.model.parameters()), list(model.parameters())
        torch._foreach_lerp_(mine, theirs, 1 - decay)


def learning_rate(progress: float, *, peak: float, warm_up: float = 0.02, floor: float = 0.02) -> float:
    """Linear warm-up, then half a cosine; `progress` is the share of the run that is done."""
    if progress < warm_up:
        return peak * (progress + 1e-4) / warm_up
    done = min((progress - warm_up) / (1 - warm_up), 1.0)
    return peak * (floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * done)))


def save(path: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint whole or not at all."""
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    partial.replace(path)


class Resumable:
    """A training run that can be stopped: its model, the average, the optimiser, and how far it is."""

    folder: Path
    model: nn.Module
    average: Average
    optimiser: torch.optim.Optimizer
    samples: int = 0
    seconds: float = 0.0

    def keep(self) -> None:
        """Write the checkpoint."""
        save(self.folder / "checkpoint.pt", {
            "model": self.model.state_dict(), "average": self.average.model.state_dict(),
            "steps": self.average.steps, "optimiser": self.optimiser.state_dict(),
            "samples": self.samples, "seconds": self.seconds,
        })  # fmt: skip

    def resume(self, device: str = "cpu") -> bool:
        """Go on from the checkpoint; False if there is none."""
        path = self.folder / "checkpoint.pt"
        if not path.exists():
            return False
        state = torch.load(path, weights_only=True, map_location=device)
        self.model.load_state_dict(state["model"])
        self.average.model.load_state_dict(state["average"])
        self.average.steps = state["steps"]
        self.optimiser.load_state_dict(state["optimiser"])
        self.samples, self.seconds = state["samples"], state["seconds"]
        return True


class Pace:
    """Chooses between one thread and several by trying both every so often.

    Where other work takes part of the CPU, threads wait for each other and one alone can be the faster.
    """

    def __init__(self, threads: int, *, every: int = 300, trial: int = 8) -> None:
        self.choices = sorted({1, threads})
        self.every, self.trial, self.step = every, trial, 0
        self.times = dict.fromkeys(self.choices, 0.0)

    def start(self) -> None:
        """Call before a step."""
        tried, at = divmod(self.step, self.trial)
        if at == 0 and tried < len(self.choices):
            self.times[self.choices[tried]] = 0.0
            torch.set_num_threads(self.choices[tried])
        elif at == 0 and tried == len(self.choices):
            torch.set_num_threads(min(self.choices, key=lambda threads: self.times[threads]))

    def stop(self, seconds: float) -> None:
        """Call after a step that took so long."""
        tried, at = divmod(self.step, self.trial)
        if tried < len(self.choices) and at > 0:  # the first step after a change is slow
            self.times[self.choices[tried]] += seconds
        self.step = (self.step + 1) % self.every


WEIGHTS = Path(__file__).parent / "weights"


def keep_weights(name: str, state: Mapping[str, torch.Tensor], *, samples: int) -> None:
    """Keep a model's averaged weights as fp16 in the repository, for a later training to go on from."""
    WEIGHTS.mkdir(exist_ok=True)
    arrays = {key: tensor.half().numpy() for key, tensor in state.items()}
    np.savez(WEIGHTS / f"{name}.npz", samples=np.array(samples), **arrays)


def kept_weights(name: str) -> tuple[dict[str, torch.Tensor], int]:
    """What `keep_weights` kept, as float32, and how many samples it had seen."""
    with np.load(WEIGHTS / f"{name}.npz") as kept:
        state = {key: torch.from_numpy(kept[key]).float() for key in kept.files if key != "samples"}
        return state, int(kept["samples"])


class Log:
    """One JSON object a line, and a picture of the loss made from them."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, **values: float | str) -> None:
        with self.path.open("a") as log:
            log.write(json.dumps({"time": round(time.time(), 1), **values}) + "\n")

    def draw(self, keys: tuple[str, ...], *, title: str) -> None:
        if not self.path.exists():  # a run of a few steps has nothing to show
            return
        import matplotlib as mpl

        mpl.use("Agg")
        import matplotlib.pyplot as plt

        rows = [json.loads(line) for line in self.path.read_text().splitlines()]
        figure, axes = plt.subplots(figsize=(8, 4))
        for key in keys:
            points = [(r["samples"], r[key]) for r in rows if key in r and "samples" in r]
            axes.plot(*zip(*(points or [(0, 1)]), strict=True), label=key)
        axes.set(title=title, xlabel="samples", yscale="log")
        axes.grid(alpha=0.3)
        axes.legend()
        figure.savefig(self.path.with_suffix(".png"), dpi=100, bbox_inches="tight")
        plt.close(figure)
