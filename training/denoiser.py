"""Train the denoiser on the banks: `python -m training.denoiser --minutes 90`.

Rectified flow on latents, conditioned on words and on a draft. The draft is left out of a share of the
samples (wholly, so that painting from noise is learnt too; or in a rectangle, so that painting into a picture
is), and so are the words (classifier-free guidance, Ho & Salimans 2022, arXiv 2207.12598). A stopped run
continues; banks that appear while it runs are taken up at the next checkpoint.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from training import bank
from training.bank import Bank, Batch
from training.run import Average, Log, Resumable, kept_weights, learning_rate
from training.unet import Denoiser

LOW = 0.6


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """The settings of a run."""

    minutes: float = 90.0
    batch: int = 32
    peak_rate: float = 5e-4
    decay: float = 0.9995
    no_draft: float = 0.2
    cut_draft: float = 0.15
    no_words: float = 0.1
    scene_share: float = 0.5  # of the samples, once there are scene banks
    threads: int = 2
    device: str = "cpu"
    seed: int = 1


def drop(batch: Batch, recipe: Recipe, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Leave out drafts and words: (draft with its flag (n, 17, h, w), words, word_mask)."""
    count, _, height, width = batch.draft.shape
    flag = torch.ones(count, 1, height, width)
    chance = torch.rand(count, generator=generator)
    flag[chance < recipe.no_draft] = 0
    for i in torch.nonzero((chance >= recipe.no_draft) & (chance < recipe.no_draft + recipe.cut_draft))[:, 0]:
        high, wide = (int(torch.randint(4, side + 1, (1,), generator=generator)) for side in (height, width))
        top = int(torch.randint(0, height - high + 1, (1,), generator=generator))
        left = int(torch.randint(0, width - wide + 1, (1,), generator=generator))
        flag[i, :, top : top + high, left : left + wide] = 0
    words, mask = batch.words.clone(), batch.word_mask.clone()
    silent = torch.rand(count, generator=generator) < recipe.no_words
    words[silent] = 0
    mask[silent] = False
    mask[silent, 0] = True
    return torch.cat([batch.draft * flag, flag], dim=1), words, mask


def times(count: int, generator: torch.Generator) -> Tensor:
    """Half uniform up to LOW, where drafts are painted over; half logit-normal (Esser et al. 2024,
    arXiv 2403.03206): (count,) in (0, 1)."""
    low = torch.rand(count, generator=generator) * LOW
    middle = torch.randn(count, generator=generator).sigmoid()
    return torch.where(torch.rand(count, generator=generator) < 0.5, low, middle)


def flow_loss(model: Denoiser, batch: Batch, recipe: Recipe, generator: torch.Generator) -> Tensor:
    """Squared error of the velocity by sample, (n,)."""
    draft, words, mask = drop(batch, recipe, generator)
    time_ = times(len(batch.target), generator)
    noise = torch.randn(batch.target.shape, generator=generator)
    at = time_[:, None, None, None]
    noised = (1 - at) * batch.target + at * noise
    inputs = [part.to(recipe.device) for part in (noised, time_, draft, words, mask)]
    with torch.autocast(recipe.device.partition(":")[0], torch.bfloat16):
        velocity = model(*inputs)
    aim = (noise - batch.target).to(recipe.device)
    return (velocity.float() - aim).square().mean((1, 2, 3))


class Banks:
    """All banks together: singles and scenes drawn in a fixed share."""

    def __init__(self, root: Path, recipe: Recipe) -> None:
        self.root, self.recipe = root, recipe
        self.reload()

    def reload(self) -> None:
        found = bank.load_all(self.root)
        if not found:
            raise SystemExit(f"No banks in {self.root}: run python -m training banks first.")
        self.singles = [b for b in found if b.folder.name.startswith("singles")]
        self.scenes = [b for b in found if not b.folder.name.startswith("singles")]

    def draw(self, rng: np.random.Generator) -> Batch:
        groups = [g for g in (self.singles, self.scenes) if g]
        share = self.recipe.scene_share if len(groups) == 2 else 0.0
        chosen = groups[int(rng.random() < share)]
        weights = np.array([len(b.samples) for b in chosen], float)
        one: Bank = chosen[rng.choice(len(chosen), p=weights / weights.sum())]
        return one.batch(np.sort(rng.integers(len(one.samples), size=self.recipe.batch)))


class Run(Resumable):
    """One training run in a folder."""

    def __init__(self, folder: Path, recipe: Recipe, banks: Banks, *, go_on: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.recipe, self.banks = folder, recipe, banks
        self.log = Log(folder / "log.jsonl")
        torch.manual_seed(recipe.seed)
        self.model = Denoiser().to(recipe.device, memory_format=torch.channels_last)
        self.average = Average(self.model, recipe.decay)
        self.optimiser = torch.optim.AdamW(self.model.parameters(), weight_decay=0.01, betas=(0.9, 0.99))
        if not self.resume(recipe.device) and go_on:
            weights, self.samples = kept_weights("denoiser")
            self.model.load_state_dict(weights)
            self.average.model.load_state_dict(weights)

    def train(self) -> None:
        recipe = self.recipe
        torch.set_num_threads(recipe.threads)
        rng = np.random.default_rng(recipe.seed * 10**9 + self.samples)
        generator = torch.Generator().manual_seed(recipe.seed * 10**9 + self.samples)
        last_saved, recent = self.seconds, []
        while self.seconds < recipe.minutes * 60:
            started = time.perf_counter()
            for group in self.optimiser.param_groups:
                group["lr"] = learning_rate(self.seconds / (recipe.minutes * 60), peak=recipe.peak_rate)
            loss = flow_loss(self.model, self.banks.draw(rng), recipe, generator).mean()
            self.optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.optimiser.step()
            self.average.update(self.model)
            self.samples += recipe.batch
            self.seconds += time.perf_counter() - started
            recent.append(float(loss.detach()))
            if len(recent) == 100:
                self.log.write(
                    samples=self.samples, seconds=round(self.seconds, 1), loss=round(np.mean(recent), 5)
                )
                recent = []
            if self.seconds - last_saved > 180:
                last_saved = self.seconds
                self.checkpoint()
                self.banks.reload()
        self.checkpoint()

    def checkpoint(self) -> None:
        self.keep()
        self.log.draw(("loss",), title="denoiser")
        print(f"{self.seconds / 60:.1f} min, {self.samples} samples", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--work", type=Path, default=Path(__file__).parent / "work")
    parser.add_argument("--name", default="denoiser")
    parser.add_argument("--minutes", type=float, default=Recipe.minutes)
    parser.add_argument("--threads", type=int, default=Recipe.threads)
    parser.add_argument("--go-on", action="store_true", help="start from the weights in training/weights")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options = parser.parse_args()
    recipe = Recipe(minutes=options.minutes, threads=options.threads, device=options.device)
    Run(
        options.work / options.name, recipe, Banks(options.work / "banks", recipe), go_on=options.go_on
    ).train()


if __name__ == "__main__":
    main()
