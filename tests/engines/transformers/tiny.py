"""Tiny models with random weights, made on the spot from the real classes, saved as a user has them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

SYSTEMLESS = (
    "{% for message in messages %}{% if message['role'] == 'system' %}"
    "{{ raise_exception('System role not supported') }}{% endif %}"
    "{{ message['role'] | upper }}: {{ message['content'] }}\n{% endfor %}ASSISTANT:"
)
PLAIN = "{% for m in messages %}{{ m['role'] | upper }}: {{ m['content'] }}\n{% endfor %}ASSISTANT:"

# As LLaVA-1.5's own: pictures first, turns in capitals, no word of a system's turn.
PICTURED = (
    "{% for message in messages %}{% if message['role'] != 'system' %}{{ message['role'] | upper }}: "
    "{% for part in message['content'] %}{% if part['type'] == 'image' %}<image>\n{% endif %}{% endfor %}"
    "{% for part in message['content'] %}{% if part['type'] == 'text' %}{{ part['text'] }} {% endif %}"
    "{% endfor %}"
    "{% endif %}{% endfor %}{% if add_generation_prompt %}ASSISTANT:{% endif %}"
)

TEXTS = [
    "What do you see in the picture? A red apple on a table, and a blue car in the snow.",
    "USER: ASSISTANT: What colour is it? Be brief. 그림에 사과가 있어요. 🦊 日本語 é ü ñ",
]
_SPECIAL = [
    "<s>",
    "</s>",
    "<pad>",
    "<image>",
    "<fake_token_around_image>",
    "<global-img>",
    "<end_of_utterance>",
]


def tokenizer(template: str | None) -> Any:
    """A byte-level BPE, trained here, so that every letter of every language has its bytes."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    bpe.train_from_iterator(
        TEXTS,
        trainers.BpeTrainer(
            vocab_size=400, special_tokens=_SPECIAL, initial_alphabet=alphabet, show_progress=False
        ),
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<pad>",
        extra_special_tokens={
            "image_token": "<image>",
            "fake_image_token": "<fake_token_around_image>",
            "global_image_token": "<global-img>",
            "end_of_utterance_token": "<end_of_utterance>",
        },
        chat_template=template,
    )


def _text(words: Any, **more: Any) -> dict[str, Any]:
    return {
        "vocab_size": len(words),
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 4,
        "max_position_embeddings": 512,
        "initializer_range": 0.3,  # larger than usual: random weights that do not all say the same
        "bos_token_id": words.bos_token_id,
        "eos_token_id": words.eos_token_id,
        "pad_token_id": words.pad_token_id,
        **more,
    }


def _vision() -> dict[str, Any]:
    return {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "image_size": 56,
        "patch_size": 14,
        "initializer_range": 0.3,
    }


def _save(model: Any, words: Any, folder: Path) -> None:
    from transformers import logging

    logging.disable_progress_bar()
    # So that it goes on until it is cut: no token that ends a text or stands for a picture is ever likely.
    model.get_output_embeddings().weight.data[: len(_SPECIAL)] = 0
    model.generation_config.eos_token_id = words.eos_token_id
    model.generation_config.pad_token_id = words.pad_token_id
    model.save_pretrained(folder)


def save_llava(folder: Path, *, template: str | None = PICTURED) -> Path:
    """CLIP, a projection of two layers, and a Llama: LLaVA-1.5 in 600 KB."""
    import torch
    from transformers import (
        CLIPImageProcessorPil,
        CLIPVisionConfig,
        LlamaConfig,
        LlavaConfig,
        LlavaForConditionalGeneration,
        LlavaProcessor,
    )

    words = tokenizer(template)
    config = LlavaConfig(
        vision_config=CLIPVisionConfig(**_vision(), projection_dim=32),
        text_config=LlamaConfig(**_text(words)),
        image_token_index=words.convert_tokens_to_ids("<image>"),
        vision_feature_layer=-2,
        vision_feature_select_strategy="default",
    )
    torch.manual_seed(0)
    model = LlavaForConditionalGeneration(config)
    _save(model, words, folder)
    pictures = CLIPImageProcessorPil(size={"shortest_edge": 56}, crop_size={"height": 56, "width": 56})
    LlavaProcessor(
        image_processor=pictures,
        tokenizer=words,
        patch_size=14,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=template,
    ).save_pretrained(folder)
    return folder


def save_idefics3(folder: Path) -> Path:
    """The family of SmolVLM: pictures in tiles, another vision tower, another connector."""
    import torch
    from transformers import (
        Idefics3Config,
        Idefics3ForConditionalGeneration,
        Idefics3ImageProcessorPil,
        Idefics3Processor,
        LlamaConfig,
    )

    words = tokenizer(PICTURED)
    config = Idefics3Config(
        vision_config=_vision(),
        text_config=LlamaConfig(**_text(words)),
        image_token_id=words.convert_tokens_to_ids("<image>"),
        scale_factor=2,
        pad_token_id=words.pad_token_id,
    )
    torch.manual_seed(1)
    model = Idefics3ForConditionalGeneration(config)
    _save(model, words, folder)
    pictures = Idefics3ImageProcessorPil(
        size={"longest_edge": 112}, max_image_size={"longest_edge": 56}, do_image_splitting=False
    )
    Idefics3Processor(
        image_processor=pictures, tokenizer=words, image_seq_len=4, chat_template=PICTURED
    ).save_pretrained(folder)
    return folder


def save_llama(folder: Path, *, template: str | None = PLAIN, context: int = 512, **more: Any) -> Path:
    """A Llama that only reads."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    words = tokenizer(template)
    torch.manual_seed(2)
    model = LlamaForCausalLM(LlamaConfig(**_text(words, max_position_embeddings=context, **more)))
    _save(model, words, folder)
    words.save_pretrained(folder)
    return folder
