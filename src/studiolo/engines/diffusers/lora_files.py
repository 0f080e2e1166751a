"""What a LoRA file is, read from its header before anything is loaded: of which family, with which words.

Layouts: kohya's (``lora_unet_…lora_down.weight``), diffusers' (``unet.….lora_A.weight``) and its older ones.
The width of the words that the cross-attention reads tells the families apart that have a UNet.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from studiolo.engines.diffusers.families import FLUX, SD, SD2, SD3, SDXL, SDXL_REFINER
from studiolo.engines.local.weights import read_header, read_metadata
from studiolo.errors import EngineError, UnsupportedRequestError

Design = Literal["unet", "flux", "sd3"]

_WIDE: Final = {768: SD.title, 1024: SD2.title, 2048: SDXL.title, 1280: SDXL_REFINER.title}
_DOWN: Final = ("lora_down.weight", "lora_A.weight", "lora.down.weight", "lora_linear_layer.down.weight")
_READS_WORDS: Final = ("attn2_to_k", "attn2_to_v", "attn2.to_k", "attn2.to_v", "attn2.processor.to_k_lora")
_FLUX: Final = ("single_blocks", "double_blocks", "single_transformer_blocks")
_SD3: Final = ("joint_blocks", "attn.add_k_proj")
_OTHER_KINDS: Final = {"hada_": "LoHa", "lokr_": "LoKr", "oft_": "OFT"}
# What trainers write: kohya's `ss_base_model_version`, and `modelspec.architecture` (Stability's ModelSpec).
_BASES: Final = {"sdxl": 2048, "stable-diffusion-xl": 2048, "sd_v1": 768, "stable-diffusion-v1": 768}
_BASES_2: Final = {"sd_v2": 1024, "stable-diffusion-v2": 1024}
_MOST_WORDS: Final = 3


@dataclass(frozen=True, kw_only=True)
class LoraFile:
    """A LoRA on disk.

    Attributes:
        path: its safetensors file.
        design: what kind of network it changes.
        words_wide: how wide the words are that this network reads; None if the file does not tell.
        trigger_words: what was in all captions that it was trained with.
    """

    path: Path
    design: Design
    words_wide: int | None
    trigger_words: tuple[str, ...] = ()

    @property
    def family(self) -> str:
        """The family it was made for, in words."""
        if self.design != "unet":
            return {"flux": FLUX, "sd3": SD3}[self.design].title
        return family_of_width(self.words_wide) if self.words_wide else "a family that it does not name"


def read(path: Path) -> LoraFile:
    """What the LoRA at ``path`` is.

    Raises:
        UnsupportedRequestError: it is no LoRA, or a kind of it that diffusers does not load.
        EngineError: the file is damaged.
    """
    tensors, metadata = read_header(path), read_metadata(path)
    for mark, kind in _OTHER_KINDS.items():
        if any(mark in name for name in tensors):
            raise UnsupportedRequestError(
                f"'{path.name}' is a {kind}, a relative of LoRA that diffusers does not load.",
                hint="Use a plain LoRA; LyCORIS and kohya's scripts convert between them.",
            )
    if not any(name.endswith(_DOWN) for name in tensors):
        raise UnsupportedRequestError(
            f"'{path.name}' holds no LoRA.",
            hint="A whole model is named as the model: --engine diffusers:FILE",
        )
    return LoraFile(
        path=path,
        design=_design(tensors),
        words_wide=_words_wide(tensors) or _told(metadata),
        trigger_words=trigger_words(metadata),
    )


def family_of_width(width: int) -> str:
    """The family whose words are ``width`` wide."""
    return _WIDE.get(width, f"models with words {width} wide")


def trigger_words(metadata: Mapping[str, str]) -> tuple[str, ...]:
    """The words that call up what the LoRA learnt: its maker's, or those in every caption it learnt from."""
    if phrase := metadata.get("modelspec.trigger_phrase", "").strip():
        return (phrase,)
    try:
        frequencies: Any = json.loads(metadata.get("ss_tag_frequency", "{}"))
        counts = {tag.strip(): int(count) for part in frequencies.values() for tag, count in part.items()}
    except (ValueError, TypeError, AttributeError):
        return ()  # a note is all that hangs on it
    most = max(counts.values(), default=0)
    return tuple(tag for tag, count in counts.items() if count == most)[:_MOST_WORDS]


def _design(tensors: Mapping[str, Any]) -> Design:
    if any(mark in name for name in tensors for mark in _FLUX):
        return "flux"
    return "sd3" if any(mark in name for name in tensors for mark in _SD3) else "unet"


def _words_wide(tensors: Mapping[str, Any]) -> int | None:
    """By what the cross-attention reads; SDXL alone has a second text encoder beside the first."""
    widths = {shape[1] for name, shape in _downs(tensors) if any(mark in name for mark in _READS_WORDS)}
    if len(widths) > 1:
        listed = ", ".join(map(str, sorted(widths)))
        raise EngineError(
            f"The LoRA has words of several widths ({listed}): no family has that.",
            hint="Leave it out, or download it anew.",
        )
    if widths:
        return int(widths.pop())
    return 2048 if any(name.startswith(("lora_te2_", "text_encoder_2.")) for name in tensors) else None


def _downs(tensors: Mapping[str, Any]) -> Iterator[tuple[str, list[int]]]:
    for name, tensor in tensors.items():
        if name.endswith(_DOWN) and len(tensor["shape"]) > 1:
            yield name, tensor["shape"]


def _told(metadata: Mapping[str, str]) -> int | None:
    said = metadata.get("modelspec.architecture") or metadata.get("ss_base_model_version") or ""
    bases = _BASES | _BASES_2
    return next((width for base, width in bases.items() if said.lower().startswith(base)), None)
