"""Write the trained autoencoder where the package reads it: `python -m training.codec_export`.

The latents' mean and deviation are fitted first and become part of both graphs, so whoever uses them sees
latents near N(0, 1). `model.pt` in the run's folder is the same model for the denoiser's training.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import helper
from torch import Tensor, nn

from training.autoencoder import RESERVED, WINDOW_SEED
from training.codec import LATENT_CHANNELS, Autoencoder
from training.export import ASSETS, halve_weights
from training.render import Renders, painter_subset, render
from training.run import keep_weights
from training.scenes import random_scene
from training.sources import load_drawings

FIT_SCENES = 200
TEST_SCENES = 40


class EncoderGraph(nn.Module):
    def __init__(self, model: Autoencoder) -> None:
        super().__init__()
        self.model = model

    def forward(self, pictures: Tensor) -> Tensor:
        return self.model.encode(pictures)


class DecoderGraph(nn.Module):
    def __init__(self, model: Autoencoder) -> None:
        super().__init__()
        self.model = model

    def forward(self, latents: Tensor) -> Tensor:
        return self.model.decode(latents)


def load(work: Path, name: str = "autoencoder") -> tuple[Autoencoder, int]:
    """The averaged weights of a run and the samples it has seen."""
    state = torch.load(work / name / "checkpoint.pt", weights_only=True)
    model = Autoencoder().eval().requires_grad_(False)
    model.load_state_dict(state["average"])
    return model, state["samples"]


def scenes(renders: Renders, *, held_out: bool, count: int, seed: int) -> list[Tensor]:
    """Whole 512 px pictures, (1, 3, 512, 512) in [-1, 1]."""
    visible = np.flatnonzero(renders.visible)
    members = visible[(visible % RESERVED == 0) == held_out]
    rng = np.random.default_rng([WINDOW_SEED, seed])
    made = (random_scene(rng, renders, members, size=512) for _ in range(count))
    return [torch.from_numpy(s).permute(2, 0, 1)[None].float() / 127.5 - 1 for s in made]


@torch.inference_mode()
def fit_statistics(model: Autoencoder, pictures: list[Tensor]) -> None:
    """Set the latents' mean and standard deviation by channel."""
    with torch.autocast("cpu", torch.bfloat16):
        latents = torch.cat([model.encoder(p) for p in pictures]).float()
    model.latent_mean.copy_(latents.mean((0, 2, 3), keepdim=True))
    model.latent_std.copy_(latents.std((0, 2, 3), keepdim=True))


def export(
    graph: nn.Module, example: Tensor, path: Path, names: tuple[str, str], facts: dict[str, str]
) -> None:
    axes = {0: "count", 2: "height", 3: "width"}
    torch.onnx.export(
        graph, (example,), path, dynamo=False, opset_version=17, input_names=[names[0]],
        output_names=[names[1]], dynamic_axes=dict.fromkeys(names, axes),
    )  # fmt: skip
    model = onnx.load(path)
    halve_weights(model)
    helper.set_model_props(model, facts)
    onnx.save(model, path)


def open_session(path: Path, threads: int = 2) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def check(graph: nn.Module, path: Path, inputs: list[Tensor]) -> str:
    """Compare the exported graph with torch at several sizes, and time the first input."""
    session = open_session(path)
    name = session.get_inputs()[0].name
    worst = 0.0
    for x in inputs:
        with torch.inference_mode():
            expected = graph(x).numpy()
        worst = max(worst, float(np.abs(session.run(None, {name: x.numpy()})[0] - expected).max()))
    times = []
    for _ in range(10):
        started = time.perf_counter()
        session.run(None, {name: inputs[0].numpy()})
        times.append(time.perf_counter() - started)
    size = path.stat().st_size / 1e6
    if worst > 0.05:
        raise SystemExit(f"{path.name} differs from the trained model by {worst:.3f}")
    return (
        f"{path.name}: {size:.1f} MB, largest difference {worst:.1e}, median {np.median(times) * 1e3:.0f} ms"
    )


def psnr(assets: Path, pictures: list[Tensor]) -> float:
    """Of exported encoder and decoder together, in dB."""
    encoder, decoder = open_session(assets / "encoder.onnx"), open_session(assets / "decoder.onnx")
    values = []
    for picture in pictures:
        (latents,) = encoder.run(None, {"pictures": picture.numpy()})
        (painted,) = decoder.run(None, {"latents": latents})
        error = np.square(painted.clip(-1, 1) - picture.numpy()).mean() / 4
        values.append(-10 * np.log10(error))
    return float(np.mean(values))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--work", type=Path, default=Path(__file__).parent / "work")
    parser.add_argument("--name", default="autoencoder")
    parser.add_argument("--assets", type=Path, default=ASSETS)
    options = parser.parse_args()
    torch.set_num_threads(2)
    renders = render(options.work, painter_subset(load_drawings(options.work)), size=512)
    model, samples = load(options.work, options.name)
    fit_statistics(model, scenes(renders, held_out=False, count=FIT_SCENES, seed=1))
    torch.save(model.state_dict(), options.work / options.name / "model.pt")
    keep_weights("autoencoder", model.state_dict(), samples=samples)
    print("latent mean", [round(float(x), 3) for x in model.latent_mean.flatten()])
    print("latent std ", [round(float(x), 3) for x in model.latent_std.flatten()])

    options.assets.mkdir(parents=True, exist_ok=True)
    facts = {"samples": str(samples), "model": "pocket-1"}
    pictures = scenes(renders, held_out=True, count=TEST_SCENES, seed=2)
    graph = EncoderGraph(model)
    path = options.assets / "encoder.onnx"
    export(graph, pictures[0], path, ("pictures", "latents"), facts)
    print(check(graph, path, [pictures[0], torch.rand(2, 3, 96, 160) * 2 - 1]))
    graph = DecoderGraph(model)
    path = options.assets / "decoder.onnx"
    export(graph, torch.randn(1, LATENT_CHANNELS, 32, 32), path, ("latents", "pictures"), facts)
    print(
        check(graph, path, [torch.randn(1, LATENT_CHANNELS, 32, 32), torch.randn(2, LATENT_CHANNELS, 6, 10)])
    )
    print(f"{samples} samples; PSNR of {TEST_SCENES} held-out scenes {psnr(options.assets, pictures):.2f} dB")


if __name__ == "__main__":
    main()
