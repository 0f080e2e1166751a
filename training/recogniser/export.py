"""Write the trained networks where the package reads them: `python -m training.recogniser.export`.

Normalisation is folded into the convolutions, weights are stored in 8 bits by output channel and made floats
again when a session starts. Each graph is compared with the trained network before it is kept.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from studiolo.engines.pocket.drawings import DrawingLibrary
from training.recogniser import ASSETS, WORK, space
from training.recogniser.namer import SIDE
from training.recogniser.networks import Finder, Namer
from training.recogniser.sprites import held_out_ids
from training.run import kept_weights

_SMALLEST = 1024  # values; smaller tensors stay exact
_LARGEST_ERROR = 0.1  # of the standard deviation of what comes out, in the mean


class Centres(nn.Module):
    """The finder as it is shipped."""

    def __init__(self, finder: Finder) -> None:
        super().__init__()
        self.finder = finder

    def forward(self, pictures: Tensor) -> Tensor:
        return self.finder(pictures)


class Names(nn.Module):
    """The namer with the names it chooses from."""

    def __init__(self, namer: Namer) -> None:
        super().__init__()
        self.namer = namer
        scale = float(namer.scale.detach().clamp(5, 40))
        self.register_buffer("names", torch.from_numpy(space.load().names).T.contiguous() * scale)

    def forward(self, windows: Tensor) -> tuple[Tensor, Tensor]:
        vectors, thing = self.namer(windows)
        return vectors @ self.names, thing


def trained(name: str, model: nn.Module) -> tuple[nn.Module, int]:
    """A network with its averaged weights, normalisation folded, and the samples it saw.

    Where nothing was trained, with the weights that the repository keeps.
    """
    path = WORK / name / "checkpoint.pt"
    if path.exists():
        state = torch.load(path, weights_only=True, map_location="cpu")
        weights, samples = state["average"], state["samples"]
    else:
        weights, samples = kept_weights(f"recogniser-{name}")
    model.load_state_dict(weights)
    return _folded(model.eval()), samples


def _folded(model: nn.Module) -> nn.Module:
    for module in list(model.modules()):
        if isinstance(module, nn.Sequential):
            layers = list(module)
            for i in range(len(layers) - 1):
                if isinstance(layers[i], nn.Conv2d) and isinstance(layers[i + 1], nn.BatchNorm2d):
                    module[i] = fuse_conv_bn_eval(layers[i], layers[i + 1])
                    module[i + 1] = nn.Identity()
    return model


def quantise_weights(model: onnx.ModelProto) -> None:
    """Store large float initializers as int8, with a scale for each output channel."""
    nodes, added = [], []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if tensor.data_type != TensorProto.FLOAT or values.size < _SMALLEST or values.ndim < 2:
            continue
        axis = 0 if values.ndim == 4 or not _is_multiplied(model, tensor.name) else 1
        others = tuple(i for i in range(values.ndim) if i != axis)
        scale = (np.abs(values).max(others) / 127).clip(1e-8).astype(np.float32)
        shape = [-1 if i == axis else 1 for i in range(values.ndim)]
        codes = np.round(values / scale.reshape(shape)).clip(-127, 127).astype(np.int8)
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(codes, f"{name}.codes"))
        added.append(numpy_helper.from_array(scale, f"{name}.scale"))
        nodes.append(
            helper.make_node("DequantizeLinear", [f"{name}.codes", f"{name}.scale"], [name], axis=axis)
        )
    model.graph.initializer.extend(added)
    for node in reversed(nodes):
        model.graph.node.insert(0, node)


def _is_multiplied(model: onnx.ModelProto, name: str) -> bool:
    """Whether a matrix stands on the right of a plain product: its channels are its columns."""
    return any(node.op_type == "MatMul" and node.input[1] == name for node in model.graph.node)


def export(
    graph: nn.Module, example: Tensor, name: str, outputs: list[str], sizes: dict, samples: int
) -> str:
    """Write one graph, compare it with torch, keep it; says how it went."""
    path, partial = ASSETS / f"{name}.onnx", ASSETS / f"{name}.partial"
    inputs = ["pictures" if name == "finder" else "windows"]
    torch.onnx.export(
        graph, (example,), partial, input_names=inputs, output_names=outputs, dynamic_shapes=(sizes,),
        opset_version=20, external_data=False,
    )  # fmt: skip
    model = onnx.load(partial)
    quantise_weights(model)
    helper.set_model_props(model, {"samples": str(samples), "model": "recogniser-1"})
    onnx.save(model, partial)
    error = _error(graph, partial, example)
    if error > _LARGEST_ERROR:
        raise SystemExit(f"The exported {name} differs from the trained one by {error:.3f}; not kept.")
    partial.replace(path)
    size = path.stat().st_size / 1e6
    return f"{name}.onnx: {samples} samples, {size:.2f} MB, mean difference {error:.1e} of the deviation"


def _error(graph: nn.Module, path: Path, example: Tensor) -> float:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    with torch.inference_mode():
        expected = graph(example)
    expected = [expected] if isinstance(expected, Tensor) else list(expected)
    got = session.run(None, {session.get_inputs()[0].name: example.numpy()})
    pairs = zip(got, expected, strict=True)
    return max(float(np.abs(g - e.numpy()).mean() / e.numpy().std()) for g, e in pairs)


def pictures(count: int, side: int) -> Tensor:
    """Real windows onto painted pictures, as the networks get them."""
    from training.recogniser import paintings

    bank = paintings.load().pixels
    chosen = [bank[i * 37 % len(bank)][40 : 40 + side, 40 : 40 + side] for i in range(count)]
    return torch.from_numpy(np.stack(chosen)).permute(0, 3, 1, 2).float() / 127.5 - 1


def main() -> None:
    ASSETS.mkdir(parents=True, exist_ok=True)
    library = DrawingLibrary()
    finder, samples = trained("finder", Finder())
    # 32 px a unit; the graph takes one picture of any such size
    height, width = (torch.export.Dim(n, min=2, max=32) for n in ("rows", "columns"))
    sizes = {2: 32 * height, 3: 32 * width}
    print(export(Centres(finder).eval(), pictures(1, 256), "finder", ["told"], sizes, samples))
    namer, samples = trained("namer", Namer())
    count = torch.export.Dim("count", min=1, max=512)
    print(export(Names(namer).eval(), pictures(24, SIDE), "namer", ["logits", "thing"], {0: count}, samples))
    path = ASSETS / "facts.json"
    facts = json.loads(path.read_text()) if path.exists() else {
        "temperature": 1.0, "weights": [0.5, 0.5, 1.0], "bias": 0.0, "floor": 0.3,
    }  # fmt: skip
    facts |= {"names": library.names, "held_out": sorted(held_out_ids(library))}
    path.write_text(json.dumps(facts, indent=0) + "\n")


if __name__ == "__main__":
    main()
