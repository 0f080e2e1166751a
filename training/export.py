"""Write the trained denoiser where the package reads it: `python -m training.export`.

Weights are stored as fp16 and cast to fp32 when the session is made, which halves the package and costs
nothing per picture. The export is compared with the training framework before it is kept.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper

from training.bank import MAX_WORDS, TEXT_WIDTH
from training.codec import LATENT_CHANNELS
from training.run import keep_weights
from training.unet import DRAFT_CHANNELS, Denoiser

ASSETS = Path(__file__).parents[1] / "src" / "studiolo" / "engines" / "pocket" / "assets"
INPUTS = ["latents", "time", "draft", "words", "word_mask"]
SMALLEST_HALVED = 256  # values; small tensors stay exact


def example(count: int, height: int, width: int) -> tuple[torch.Tensor, ...]:
    """Random inputs of the denoiser."""
    generator = torch.Generator().manual_seed(0)
    mask = torch.ones(count, MAX_WORDS, dtype=torch.bool)
    mask[:, MAX_WORDS // 2 :] = False
    return (
        torch.randn(count, LATENT_CHANNELS, height, width, generator=generator),
        torch.rand(count, generator=generator),
        torch.randn(count, DRAFT_CHANNELS, height, width, generator=generator),
        torch.randn(count, MAX_WORDS, TEXT_WIDTH, generator=generator),
        mask,
    )


def halve_weights(model: onnx.ModelProto) -> None:
    """Store float32 initializers as float16, with a cast to float32 before their use."""
    casts = []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if tensor.data_type != TensorProto.FLOAT or values.size < SMALLEST_HALVED:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    for cast in reversed(casts):
        model.graph.node.insert(0, cast)


def largest_error(path: Path, model: Denoiser) -> float:
    """The largest difference between the exported and the trained denoiser, at several sizes."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    worst = 0.0
    for count, height, width in ((2, 32, 32), (1, 24, 40), (3, 16, 8)):
        inputs = example(count, height, width)
        with torch.inference_mode():
            expected = model(*inputs).numpy()
        got = session.run(None, {name: x.numpy() for name, x in zip(INPUTS, inputs, strict=True)})[0]
        worst = max(worst, float(np.abs(got - expected).max() / np.abs(expected).std()))
    return worst


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--work", type=Path, default=Path(__file__).parent / "work")
    parser.add_argument("--name", default="denoiser")
    options = parser.parse_args()
    state = torch.load(options.work / options.name / "checkpoint.pt", weights_only=True, map_location="cpu")
    model = Denoiser().eval()
    model.load_state_dict(state["average"])
    count, height, width = (torch.export.Dim(name, min=1, max=64) for name in ("count", "height", "width"))
    picture = {0: count, 2: 8 * height, 3: 8 * width}
    path = ASSETS / "denoiser.onnx"
    partial = path.with_suffix(".partial")
    torch.onnx.export(
        model,
        example(2, 32, 32),
        partial,
        input_names=INPUTS,
        output_names=["velocity"],
        dynamic_shapes=(picture, {0: count}, picture, {0: count}, {0: count}),
        opset_version=20,
        external_data=False,
    )
    exported = onnx.load(partial)
    halve_weights(exported)
    helper.set_model_props(exported, {"samples": str(state["samples"]), "model": "pocket-1"})
    onnx.save(exported, partial)
    error = largest_error(partial, model)
    size = partial.stat().st_size / 1e6
    print(f"{state['samples']} samples, {size:.1f} MB, largest error {error:.1e} of the std")
    if error > 0.05:
        raise SystemExit("The export does not paint what was trained; not kept.")
    partial.replace(path)
    keep_weights("denoiser", state["average"], samples=state["samples"])


if __name__ == "__main__":
    main()
