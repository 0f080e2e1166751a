"""Train the namer, which tells what one thing is: `python -m training.recogniser.namer`.

It learns to point at the vector of the name: cross-entropy over the cosines with all names.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy
from torch.utils.data import DataLoader

from training.recogniser import WORK, grounds, paintings, space, sprites
from training.recogniser.closeups import NOTHING, CloseUps
from training.recogniser.finder import follow
from training.recogniser.networks import Namer
from training.run import Average, Log, Resumable, keep_weights, learning_rate

SIDE = 48  # px, what the namer sees


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """The settings of a run."""

    minutes: float = 67.0
    batch: int = 32
    peak_rate: float = 2e-3
    decay: float = 0.998
    painted_share: float = 0.25
    smoothing: float = 0.05
    seed: int = 1


class Run(Resumable):
    """One training run in a folder."""

    def __init__(self, folder: Path, recipe: Recipe) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.recipe = folder, recipe
        torch.manual_seed(recipe.seed)
        self.names = torch.from_numpy(space.load().names)
        self.model = Namer().to(memory_format=torch.channels_last)
        self.average = Average(self.model, recipe.decay)
        self.optimiser = torch.optim.AdamW(self.model.parameters(), weight_decay=0.05)
        self.log = Log(folder / "log.jsonl")
        self.resume()

    @property
    def progress(self) -> float:
        return self.seconds / (self.recipe.minutes * 60)

    def train(self) -> None:
        """Until the minutes are over."""
        recipe = self.recipe
        data = CloseUps(
            sprites.load(),
            grounds.load(),
            paintings.load(),
            side=SIDE,
            share=recipe.painted_share,
            seed=recipe.seed + self.samples,
        )
        recent: list[tuple[float, float, float]] = []
        last_saved = started = time.perf_counter()
        before = self.seconds
        for windows, names in DataLoader(data, batch_size=recipe.batch, num_workers=1, prefetch_factor=4):
            if self.progress >= 1:
                break
            recent.append(self.step(windows, names, learning_rate(self.progress, peak=recipe.peak_rate)))
            now = time.perf_counter()
            self.seconds = before + now - started
            if len(recent) == 100:
                mean, thing, top1 = np.mean(recent, axis=0)
                self.log.write(
                    samples=self.samples, seconds=round(self.seconds), loss=mean, thing=thing, top1=top1
                )
                recent = []
            if now - last_saved > 120:
                last_saved = now
                self.keep()
                print(f"{self.seconds / 60:.1f} min, {self.samples} samples", flush=True)
        self.keep()
        self.log.draw(("loss", "top1"), title="namer")
        keep_weights("recogniser-namer", self.average.model.state_dict(), samples=self.samples)

    def step(self, windows: Tensor, names: Tensor, rate: float) -> tuple[float, float, float]:
        """Learn from one batch."""
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        x = (windows.float() / 127.5 - 1).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            vectors, thing = self.model(x)
        real = names != NOTHING
        logits = vectors[real].float() @ self.names.T * self.model.scale.clamp(5, 40)
        naming = cross_entropy(logits, names[real], label_smoothing=self.recipe.smoothing)
        seeing = binary_cross_entropy_with_logits(thing[:, 0].float(), real.float())
        self.optimiser.zero_grad()
        (naming + seeing).backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
        self.optimiser.step()
        follow(self.average, self.model)
        self.samples += len(windows)
        top1 = (logits.argmax(1) == names[real]).float().mean()
        return float(naming.detach()), float(seeing.detach()), float(top1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--minutes", type=float, default=Recipe.minutes)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    Run(WORK / "namer", Recipe(minutes=options.minutes)).train()


if __name__ == "__main__":
    main()
