"""How much of a prompt a model reads. CLIP's text encoders read 77 tokens, two of them start and end."""

from __future__ import annotations

from typing import Any


def notes(pipe: Any, prompt: str) -> tuple[str, ...]:
    """What is to be said of a prompt that is longer than the model reads; nothing of others.

    Models that read with T5 as well (Stable Diffusion 3, Flux) lose nothing at that length.
    """
    if getattr(pipe, "tokenizer_3", None) is not None or hasattr(
        getattr(pipe, "transformer", None), "config"
    ):
        return ()
    tokenizer = getattr(pipe, "tokenizer", None) or getattr(pipe, "tokenizer_2", None)
    if tokenizer is None:
        return ()
    unread = beyond(tokenizer, prompt)
    if not unread:
        return ()
    return (f"The model reads {tokenizer.model_max_length} tokens; not read: {unread}",)


def beyond(tokenizer: Any, prompt: str) -> str:
    """The words of ``prompt`` that do not fit into what the tokenizer's model reads."""
    tokens: list[int] = tokenizer(prompt, add_special_tokens=False).input_ids
    room: int = tokenizer.model_max_length - tokenizer.num_special_tokens_to_add()
    return str(tokenizer.decode(tokens[room:])).strip()
