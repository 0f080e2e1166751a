"""Repositories as the model hub has them, of a few bytes a file: the names are real, the contents are not."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path


def safetensors(shapes: Mapping[str, Sequence[int]] | int = 64) -> bytes:
    """A file of that format: tensors of such shapes, by their names; or one of that many bytes."""
    if isinstance(shapes, int):
        shapes = {"weight": [shapes]}
    header: dict[str, object] = {}
    end = 0
    for name, shape in shapes.items():
        size = 1
        for side in shape:
            size *= side
        header[name] = {"dtype": "U8", "shape": list(shape), "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + (bytes(range(256)) * (end // 256 + 1))[:end]


def write(folder: Path, files: Mapping[str, bytes]) -> Path:
    """``folder`` with ``files`` in it."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def pipeline(
    folder: Path,
    cls: str = "StableDiffusionXLPipeline",
    *,
    without: Sequence[str] = (),
    unet: Mapping[str, object] | None = None,
    scheduler: Mapping[str, object] | None = None,
    weights: int = 64,
) -> Path:
    """A folder as diffusers saves it, each network in full and in half precision.

    ``without`` are components that its index names as missing.
    """
    parts = {
        "scheduler": ("diffusers", "EulerDiscreteScheduler"),
        "text_encoder": ("transformers", "CLIPTextModel"),
        "text_encoder_2": ("transformers", "CLIPTextModelWithProjection"),
        "tokenizer": ("transformers", "CLIPTokenizer"),
        "tokenizer_2": ("transformers", "CLIPTokenizer"),
        "unet": ("diffusers", "UNet2DConditionModel"),
        "vae": ("diffusers", "AutoencoderKL"),
    }
    index: dict[str, object] = {"_class_name": cls, "_diffusers_version": "0.42.1"}
    index |= {name: [None, None] if name in without else list(pair) for name, pair in parts.items()}
    files = {
        "model_index.json": json.dumps(index).encode(),
        "README.md": b"---\nlicense: openrail++\n---\n# A model\n",
        "scheduler/scheduler_config.json": json.dumps(scheduler or {}).encode(),
        "pytorch_lora.bin": b"pickle",
        "original.ckpt": b"pickle",
    }
    for name in set(parts) - {"scheduler", *without}:
        if name.startswith("tokenizer"):
            files |= {
                f"{name}/vocab.json": b"{}",
                f"{name}/merges.txt": b"#",
                f"{name}/tokenizer_config.json": b"{}",
            }
            continue
        stem = "model" if name.startswith("text") else "diffusion_pytorch_model"
        files[f"{name}/config.json"] = json.dumps((unet or {}) if name == "unet" else {}).encode()
        files[f"{name}/{stem}.safetensors"] = safetensors({name: [2 * weights]})
        files[f"{name}/{stem}.fp16.safetensors"] = safetensors({name: [weights]})
        files[f"{name}/pytorch_model.bin"] = b"pickle"
    return write(folder, files)


def network(folder: Path, *, weights: int = 32) -> Path:
    """One network in diffusers' form."""
    files = {
        "config.json": b"{}",
        "diffusion_pytorch_model.safetensors": safetensors({folder.name: [weights]}),
    }
    return write(folder, files)
