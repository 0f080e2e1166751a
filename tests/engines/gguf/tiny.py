"""A tiny Llama with random weights as GGUF, and the eyes of LLaVA-1.5 for it, written on the spot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from gguf import GGUFWriter, TokenType

TEMPLATE = "{% for m in messages %}{{ m['role'] | upper }}: {{ m['content'] }}\n{% endfor %}ASSISTANT:"
TEXTS = [
    "What do you see in the picture? A red apple on a table, and a blue car in the snow.",
    "USER: ASSISTANT: What colour is it? Be brief. 그림에 사과가 있어요. 🦊 日本語 é ü ñ",
]
WIDTH, LAYERS, HEADS, CONTEXT = 64, 2, 4, 1024
EYES, EYE_LAYERS, SIDE_PX, PATCH_PX = 32, 2, 56, 14
POSITIONS = (SIDE_PX // PATCH_PX) ** 2 + 1


def save_model(file: Path, *, width: int = WIDTH, context: int = CONTEXT) -> Path:
    """A Llama of 500 KB with a byte-level vocabulary trained here, and a chat template."""
    words, merges = _vocabulary()
    draw = _Random(0)
    writer = GGUFWriter(file, "llama")
    writer.add_name("Tiny")
    writer.add_context_length(context)
    writer.add_embedding_length(width)
    writer.add_feed_forward_length(2 * width)
    writer.add_block_count(LAYERS)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(width // HEADS)
    writer.add_vocab_size(len(words))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(words)
    writer.add_token_merges(merges)
    writer.add_token_types([TokenType.CONTROL if w in {"<s>", "</s>"} else TokenType.NORMAL for w in words])
    writer.add_bos_token_id(words.index("<s>"))
    writer.add_eos_token_id(words.index("</s>"))
    writer.add_add_bos_token(True)
    writer.add_chat_template(TEMPLATE)
    writer.add_tensor("token_embd.weight", draw(len(words), width, spread=1))
    output = draw(len(words), width, spread=0.5)
    # So that it goes on, and mostly in whole letters: bytes of others stand as letters beyond ASCII.
    output[[words.index("<s>"), words.index("</s>")]] = 0
    output[[not word.replace("Ġ", "").isascii() for word in words]] *= 0.1
    writer.add_tensor("output.weight", output)
    writer.add_tensor("output_norm.weight", np.ones(width, np.float32))
    for layer in range(LAYERS):
        at = f"blk.{layer}"
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            writer.add_tensor(f"{at}.{name}.weight", draw(width, width, spread=0.2))
        writer.add_tensor(f"{at}.ffn_gate.weight", draw(2 * width, width))
        writer.add_tensor(f"{at}.ffn_up.weight", draw(2 * width, width))
        writer.add_tensor(f"{at}.ffn_down.weight", draw(width, 2 * width))
        writer.add_tensor(f"{at}.attn_norm.weight", np.ones(width, np.float32))
        writer.add_tensor(f"{at}.ffn_norm.weight", np.ones(width, np.float32))
    return _written(writer, file)


def save_mmproj(
    file: Path, *, width: int = WIDTH, heads: int = 4, positions: int = POSITIONS, inner: int = WIDTH
) -> Path:
    """CLIP and LLaVA-1.5's projection of two layers, in 170 KB."""
    draw = _Random(1)
    writer = GGUFWriter(file, "clip")
    writer.add_type("mmproj")
    writer.add_bool("clip.has_vision_encoder", True)
    writer.add_bool("clip.has_text_encoder", False)
    writer.add_bool("clip.has_llava_projector", True)
    writer.add_string("clip.projector_type", "mlp")
    writer.add_bool("clip.use_gelu", False)
    for key, number in {
        "image_size": SIDE_PX,
        "patch_size": PATCH_PX,
        "embedding_length": EYES,
        "feed_forward_length": 2 * EYES,
        "projection_dim": width,
        "attention.head_count": heads,
        "block_count": EYE_LAYERS,
    }.items():
        writer.add_uint32(f"clip.vision.{key}", number)
    writer.add_float32("clip.vision.attention.layer_norm_epsilon", 1e-5)
    writer.add_array("clip.vision.image_mean", [0.48, 0.46, 0.41])
    writer.add_array("clip.vision.image_std", [0.27, 0.26, 0.28])
    writer.add_tensor("v.class_embd", draw(EYES))
    writer.add_tensor("v.patch_embd.weight", draw(EYES, 3, PATCH_PX, PATCH_PX, spread=0.05))
    writer.add_tensor("v.position_embd.weight", draw(positions, EYES))
    _add_norm(writer, "v.pre_ln")
    for layer in range(EYE_LAYERS):
        at = f"v.blk.{layer}"
        for name in ("attn_q", "attn_k", "attn_v", "attn_out"):
            _add_linear(writer, f"{at}.{name}", draw(EYES, EYES))
        _add_linear(writer, f"{at}.ffn_up", draw(2 * EYES, EYES))
        _add_linear(writer, f"{at}.ffn_down", draw(EYES, 2 * EYES))
        _add_norm(writer, f"{at}.ln1")
        _add_norm(writer, f"{at}.ln2")
    _add_linear(writer, "mm.0", draw(width, EYES))
    _add_linear(writer, "mm.2", draw(width, inner, spread=0.5))
    return _written(writer, file)


class _Random:
    """Draws weights; ``spread`` is 1/sqrt(inputs) if not given."""

    def __init__(self, seed: int) -> None:
        self._generator = np.random.default_rng(seed)

    def __call__(self, *shape: int, spread: float | None = None) -> np.ndarray:
        return (self._generator.standard_normal(shape) * (spread or shape[-1] ** -0.5)).astype(np.float32)


def _vocabulary() -> tuple[list[str], list[str]]:
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=["<s>", "</s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    bpe.train_from_iterator(TEXTS, trainer)
    model: dict[str, Any] = json.loads(bpe.to_str())["model"]
    words = sorted(model["vocab"], key=model["vocab"].__getitem__)
    return words, [merge if isinstance(merge, str) else " ".join(merge) for merge in model["merges"]]


def _add_linear(writer: GGUFWriter, name: str, weights: np.ndarray) -> None:
    writer.add_tensor(f"{name}.weight", weights)
    writer.add_tensor(f"{name}.bias", np.zeros(len(weights), np.float32))


def _add_norm(writer: GGUFWriter, name: str) -> None:
    writer.add_tensor(f"{name}.weight", np.ones(EYES, np.float32))
    writer.add_tensor(f"{name}.bias", np.zeros(EYES, np.float32))


def _written(writer: GGUFWriter, file: Path) -> Path:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return file
