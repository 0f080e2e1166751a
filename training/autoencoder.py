"""Train the autoencoder on random scenes: `python -m training.autoencoder`.

A run ends after so many samples or so many minutes, whichever comes first; a stopped one continues from its
last checkpoint. Besides the picture it should paint (absolute error at three scales, error of the gradients,
structural similarity) one thing is asked of it for the denoiser's sake: latents may be a little wrong (noise
is added before decoding). With `--decoder-of` the encoder stays as it is and its decoder learns on.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d
from torch.utils.data import DataLoader

from training.codec import Autoencoder
from training.render import Renders, painter_subset, render
from training.run import Average, Log, Pace, Resumable, learning_rate
from training.scenes import Composed, Scenes, random_scene
from training.sources import load_drawings

RESERVED = 20  # every twentieth drawing is kept for tests
WINDOW_SEED = 10**9  # keeps the test scenes' seeds away from the training ones'


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """The settings of a run; they are kept in its checkpoints."""

    samples: int = 120_000
    minutes: float = 25.0
    batch: int = 8
    # A fully convolutional model learns whole pictures from windows; small ones give more steps a second.
    window: int = 128  # px
    peak_rate: float = 1e-3
    decay: float = 0.998
    noise: float = 0.15  # largest latent noise, in standard deviations
    composed_share: float = 0.6  # of the windows, once there are scenes of the painter's own composer
    threads: int = 2
    seed: int = 1


def loss(painted: Tensor, target: Tensor) -> Tensor:
    """How wrong (n, 3, h, w) pictures are."""
    total = (painted - target).abs().mean()
    for axis in (2, 3):
        total = total + 0.5 * (painted.diff(dim=axis) - target.diff(dim=axis)).abs().mean()
    total = total + 0.1 * (1 - _similarity(painted, target))
    for _ in range(2):
        painted, target = avg_pool2d(painted, 4), avg_pool2d(target, 4)
        total = total + 0.25 * (painted - target).abs().mean()
    return total


def _similarity(a: Tensor, b: Tensor) -> Tensor:
    """SSIM (Wang et al. 2004) of the grey pictures in windows of 8 px."""
    a, b = a.mean(1, keepdim=True), b.mean(1, keepdim=True)
    stacked = avg_pool2d(torch.cat([a, b, a * a, b * b, a * b], 1), 8, stride=4)
    mean_a, mean_b, aa, bb, ab = stacked.unbind(1)
    c1, c2 = 0.02**2, 0.06**2  # (0.01, 0.03 of the range of 2) squared
    luminance = (2 * mean_a * mean_b + c1) / (mean_a**2 + mean_b**2 + c1)
    spread = (aa - mean_a**2).clamp_min(0) + (bb - mean_b**2).clamp_min(0)
    return (luminance * (2 * (ab - mean_a * mean_b) + c2) / (spread + c2)).mean()


def training_loss(model: Autoencoder, pictures: Tensor, recipe: Recipe) -> tuple[Tensor, float]:
    """The loss to descend, and the absolute error alone for the log."""
    with torch.autocast("cpu", torch.bfloat16):
        latents = model.encoder(pictures)
        flat = latents.float().transpose(0, 1).flatten(1)
        std, mean = flat.std(1), flat.mean(1)
        # Kullback-Leibler divergence of N(mean, std) from N(0, 1), lightly: keeps the latents' scale.
        scale = 0.5 * (mean.square() + std.square() - 1 - 2 * std.clamp_min(1e-3).log()).mean()
        sigma = torch.rand(len(latents), 1, 1, 1) * recipe.noise * std.detach().view(1, -1, 1, 1)
        painted = model.decoder(latents + sigma * torch.randn_like(latents))
    painted = painted.float()
    return loss(painted, pictures) + 0.001 * scale, float((painted - pictures).abs().mean().detach())


def _to_pictures(batch: Tensor) -> Tensor:
    return (batch.float() / 127.5 - 1).contiguous(memory_format=torch.channels_last)


class Run(Resumable):
    """One training run in a folder: its state, and the sheet and numbers it shows at each checkpoint."""

    def __init__(
        self, folder: Path, recipe: Recipe, renders: Renders, decoder_of: Path | None = None
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.recipe, self.renders = folder, recipe, renders
        self.log = Log(folder / "log.jsonl")
        torch.manual_seed(recipe.seed)
        self.model = Autoencoder().to(memory_format=torch.channels_last)
        if decoder_of is not None:
            # The latents stay what they are, so that a denoiser can learn them meanwhile.
            state = torch.load(decoder_of / "checkpoint.pt", weights_only=True)
            self.model.load_state_dict(state["average"])
            self.model.encoder.requires_grad_(requires_grad=False)
        self.average = Average(self.model, recipe.decay)
        self.optimiser = torch.optim.AdamW(self._learnt(), weight_decay=1e-3, betas=(0.9, 0.98))
        visible = np.flatnonzero(renders.visible)
        self.held_out, self.members = visible[visible % RESERVED == 0], visible[visible % RESERVED != 0]
        self.resume()

    def _learnt(self) -> list[nn.Parameter]:
        return [weight for weight in self.model.parameters() if weight.requires_grad]

    @property
    def progress(self) -> float:
        """The share of the run that is done."""
        return max(self.samples / self.recipe.samples, self.seconds / 60 / self.recipe.minutes)

    def train(self) -> None:
        recipe = self.recipe
        pace = Pace(recipe.threads)
        scenes = Scenes(
            self.renders,
            self.members,
            size=recipe.window,
            seed=recipe.seed * 10**9 + self.samples,
            composed=Composed(self.folder.parent / "scenes", recipe.composed_share),
        )
        loader = iter(DataLoader(scenes, batch_size=recipe.batch, num_workers=1, prefetch_factor=6))
        last_shown, recent = self.seconds, []
        while self.progress < 1:
            pace.start()
            started = time.perf_counter()
            for group in self.optimiser.param_groups:
                group["lr"] = learning_rate(self.progress, peak=recipe.peak_rate)
            value, error = training_loss(self.model, _to_pictures(next(loader)), recipe)
            self.optimiser.zero_grad()
            value.backward()
            torch.nn.utils.clip_grad_norm_(self._learnt(), 1.0)
            self.optimiser.step()
            self.average.update(self.model)
            self.samples += recipe.batch
            taken = time.perf_counter() - started
            self.seconds += taken
            pace.stop(taken)
            recent.append((float(value.detach()), error))
            if len(recent) == 50:
                mean_loss, mean_error = np.mean(recent, axis=0)
                self.log.write(samples=self.samples, seconds=round(self.seconds, 1),
                               loss=round(mean_loss, 5), absolute=round(mean_error, 5))  # fmt: skip
                recent = []
            if self.seconds - last_shown > 120:
                last_shown = self.seconds
                self.checkpoint()
        self.checkpoint()

    def checkpoint(self) -> None:
        self.keep()
        psnr = self.show()
        self.log.write(samples=self.samples, seconds=round(self.seconds, 1), psnr=round(psnr, 2))
        self.log.draw(("loss", "absolute"), title="autoencoder")
        print(f"{self.seconds / 60:.1f} min, {self.samples} samples, held-out PSNR {psnr:.2f} dB", flush=True)

    @torch.no_grad()
    def show(self, count: int = 6) -> float:
        """Paint held-out scenes beside themselves into sheet.png; return their PSNR in dB."""
        rng = np.random.default_rng(0)
        scenes = [random_scene(rng, self.renders, self.held_out, size=512) for _ in range(count)]
        pictures = _to_pictures(torch.from_numpy(np.stack(scenes)).permute(0, 3, 1, 2))
        model = self.average.model
        with torch.autocast("cpu", torch.bfloat16):
            painted = (
                torch.cat([model.decoder(model.encoder(p[None])) for p in pictures]).float().clamp(-1, 1)
            )
        error = (painted - pictures).square().mean((1, 2, 3)) / 4
        sheet = torch.cat([torch.cat(list(x), 2) for x in (pictures, painted)], 1)
        array = ((sheet + 1) * 127.5 + 0.5).byte().permute(1, 2, 0).numpy()
        Image.fromarray(array).save(self.folder / "sheet.png")
        return float(-10 * error.log10().mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--work", type=Path, default=Path(__file__).parent / "work")
    parser.add_argument("--name", default="autoencoder")
    parser.add_argument("--samples", type=int, default=Recipe.samples)
    parser.add_argument("--minutes", type=float, default=Recipe.minutes)
    parser.add_argument("--decoder-of", metavar="NAME", help="go on with that run's decoder alone")
    parser.add_argument("--threads", type=int, default=Recipe.threads)
    options = parser.parse_args()
    renders = render(options.work, painter_subset(load_drawings(options.work)), size=512)
    Run(
        options.work / options.name,
        Recipe(samples=options.samples, minutes=options.minutes, threads=options.threads),
        renders,
        options.work / options.decoder_of if options.decoder_of else None,
    ).train()


if __name__ == "__main__":
    main()
