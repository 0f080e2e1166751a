"""Train the finder, which tells where things are: `python -m training.recogniser.finder`."""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader

from training.recogniser import WORK, grounds, paintings, sprites
from training.recogniser.networks import Finder
from training.recogniser.scenes import CELLS, SIDE, Scenes
from training.run import Average, Log, Resumable, keep_weights, learning_rate


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """The settings of a run."""

    minutes: float = 46.0
    batch: int = 16
    peak_rate: float = 2e-3
    decay: float = 0.998
    painted_share: float = 0.35
    seed: int = 1


def loss(told: Tensor, heat: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor]:
    """Focal loss of the centres (Zhou et al. 2019), and 1 - GIoU of the boxes (Rezatofighi et al. 2019)."""
    logit = told[:, 0]
    sure = torch.sigmoid(logit)
    positive = heat == 1
    hit = torch.nn.functional.logsigmoid(logit) * (1 - sure).square() * positive
    miss = torch.nn.functional.logsigmoid(-logit) * sure.square() * (1 - heat).pow(4) * ~positive
    centres = -(hit + miss).sum() / positive.sum().clamp_min(1)
    weight = wanted[:, 4]
    boxes = ((1 - _giou(_corners(told[:, 1:]), wanted[:, :4])) * weight).sum() / weight.sum().clamp_min(1)
    return centres, boxes


def _corners(reach: Tensor) -> Tensor:
    """The reach of each cell to four sides as the box it means, in pixels."""
    at = (torch.arange(CELLS) + 0.5) * (SIDE / CELLS)
    left, top, right, bottom = reach.unbind(1)
    return torch.stack([at - left, at[:, None] - top, at + right, at[:, None] + bottom], 1)


def _giou(a: Tensor, b: Tensor) -> Tensor:
    def area(low: Tensor, high: Tensor) -> Tensor:
        return (high - low).clamp_min(0).prod(1)

    both = area(torch.maximum(a[:, :2], b[:, :2]), torch.minimum(a[:, 2:], b[:, 2:]))
    union = area(a[:, :2], a[:, 2:]) + area(b[:, :2], b[:, 2:]) - both
    hull = area(torch.minimum(a[:, :2], b[:, :2]), torch.maximum(a[:, 2:], b[:, 2:]))
    return both / union.clamp_min(1) - (hull - union) / hull.clamp_min(1)


class Run(Resumable):
    """One training run in a folder."""

    def __init__(self, folder: Path, recipe: Recipe) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.recipe = folder, recipe
        torch.manual_seed(recipe.seed)
        self.model = Finder().to(memory_format=torch.channels_last)
        self.average = Average(self.model, recipe.decay)
        self.optimiser = torch.optim.AdamW(self.model.parameters(), weight_decay=0.02)
        self.log = Log(folder / "log.jsonl")
        self.resume()

    def train(self) -> None:
        """Until the minutes are over."""
        recipe = self.recipe
        data = Scenes(sprites.load(), grounds.load(), paintings.load(), share=recipe.painted_share,
                      seed=recipe.seed + self.samples)  # fmt: skip
        recent: list[tuple[float, float]] = []
        last_saved = started = time.perf_counter()
        before = self.seconds
        for pictures, heat, wanted in DataLoader(data, batch_size=recipe.batch, num_workers=1):
            progress = self.seconds / (recipe.minutes * 60)
            if progress >= 1:
                break
            recent.append(self.step(pictures, heat, wanted, learning_rate(progress, peak=recipe.peak_rate)))
            now = time.perf_counter()
            self.seconds = before + now - started
            if len(recent) == 50:
                centres, boxes = np.mean(recent, axis=0)
                self.log.write(
                    samples=self.samples, seconds=round(self.seconds), centres=centres, boxes=boxes
                )
                recent = []
            if now - last_saved > 120:
                last_saved = now
                self.keep()
                print(f"{self.seconds / 60:.1f} min, {self.samples} samples", flush=True)
        self.keep()
        self.log.draw(("centres", "boxes"), title="finder")
        keep_weights("recogniser-finder", self.average.model.state_dict(), samples=self.samples)

    def step(self, pictures: Tensor, heat: Tensor, wanted: Tensor, rate: float) -> tuple[float, float]:
        """Learn from one batch."""
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        x = (pictures.float() / 127.5 - 1).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            told = self.model(x)
        centres, boxes = loss(told, heat, wanted)
        self.optimiser.zero_grad()
        (centres + boxes).backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
        self.optimiser.step()
        follow(self.average, self.model)
        self.samples += len(pictures)
        return float(centres.detach()), float(boxes.detach())


def follow(average: Average, model: torch.nn.Module) -> None:
    """Average the weights, and take over what the normalisation has seen."""
    average.update(model)
    for mine, theirs in zip(average.model.buffers(), model.buffers(), strict=True):
        mine.copy_(theirs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=Recipe.minutes)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    Run(WORK / "finder", Recipe(minutes=options.minutes)).train()


if __name__ == "__main__":
    main()
