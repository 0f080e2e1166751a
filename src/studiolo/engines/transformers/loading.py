"""From a folder to a model that is ready to answer."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studiolo.engines.local import libraries, machine
from studiolo.engines.local.machine import BYTES, BYTES_IN_4BIT, Placement
from studiolo.engines.local.weights import check_weights, weigh
from studiolo.engines.transformers.options import TransformersOptions
from studiolo.errors import EngineError, reason

# What transformers raises for files that are not whole, not its own, or for another version of it.
_BROKEN = (OSError, ValueError, TypeError, KeyError, AttributeError, RuntimeError, ImportError)


@dataclass(frozen=True, kw_only=True)
class LoadedModel:
    """A model, and what prepares texts and pictures for it: the tokenizer alone if it does not see."""

    name: str
    model: Any
    processor: Any
    sees: bool
    placement: Placement

    @property
    def tokenizer(self) -> Any:
        """What turns text into tokens and back."""
        return getattr(self.processor, "tokenizer", self.processor)

    @property
    def context(self) -> int | None:
        """How many tokens, read and written, it was made for; None if it does not say."""
        limit = getattr(self.model.config.get_text_config(), "max_position_embeddings", None)
        return int(limit) if limit else None


@dataclass(frozen=True, kw_only=True)
class Need:
    """Where a model will run, and the bytes that its weights take there."""

    placement: Placement
    weights_bytes: int


def need_of(folder: Path, name: str, options: TransformersOptions) -> Need:
    """What the model in ``folder`` needs. Reads the headers of its files; loads nothing.

    Raises:
        MissingExtraError: torch and its kin are not installed.
        EngineError: the folder holds no safe weights, or this machine has no such device.
    """
    torch = libraries.load_torch()
    place = machine.place(torch, device=options.device, dtype=options.dtype)
    if options.load_in_4bit:
        _check_4bit(place)
    check_weights(folder, model=name)
    per_number = BYTES_IN_4BIT if options.load_in_4bit else BYTES[place.dtype]
    return Need(placement=place, weights_bytes=weigh(folder, bytes_per_number=per_number))


def load(folder: Path, name: str, options: TransformersOptions, *, threads: int | None) -> LoadedModel:
    """Load the model in ``folder``, after a look at whether it fits.

    Raises:
        MissingExtraError: torch and its kin are not installed.
        EngineError: the folder holds no model that answers, or one that is damaged or too large.
    """
    torch, transformers = libraries.load_torch(), libraries.load_transformers()
    need = need_of(folder, name, options)
    place, needed = need.placement, need.weights_bytes
    machine.check_fit(needed, machine.free_bytes(torch, place.device), place, model=name)
    if threads is not None:
        torch.set_num_threads(threads)
    local: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    try:
        config = transformers.AutoConfig.from_pretrained(folder, **local)
        kind, sees = _kind(transformers, config, name)
        processor = _processor(transformers, folder, sees=sees, **local)
        model = _weights(torch, kind, folder, name, options, place, config=config, **local)
    except torch.OutOfMemoryError as error:
        raise out_of_memory(name, place, needed) from error
    except _BROKEN as error:
        raise _not_loadable(error, name) from error
    return LoadedModel(name=name, model=model.eval(), processor=processor, sees=sees, placement=place)


def out_of_memory(name: str, place: Placement, needed: int | None = None) -> EngineError:
    """The memory of the device ran out after all."""
    weights = f", whose weights alone take {machine.gigabytes(needed)}," if needed else ""
    return EngineError(
        f"{place.device} ran out of memory with '{name}'{weights} in {place.dtype}.",
        hint="Close other programs, ask about smaller or fewer pictures (max_image_side_px in "
        "[engines.transformers]), or use a smaller model.",
    )


def _kind(transformers: Any, config: Any, name: str) -> tuple[Any, bool]:
    """The class that loads a model of this config, and whether such a model sees."""
    if type(config) in transformers.MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING:
        return transformers.AutoModelForImageTextToText, True
    if type(config) in transformers.MODEL_FOR_CAUSAL_LM_MAPPING:
        return transformers.AutoModelForCausalLM, False
    raise EngineError(
        f"'{name}' is a model of the kind '{config.model_type}', which does not answer in words.",
        hint="Use an image-text-to-text or a text-generation model, such as llava-hf/llava-1.5-7b-hf.",
    )


def _processor(transformers: Any, folder: Path, *, sees: bool, **local: Any) -> Any:
    if not sees:
        return transformers.AutoTokenizer.from_pretrained(folder, **local)
    # Pillow's pixels are the same on every machine, and torchvision need not be installed.
    return transformers.AutoProcessor.from_pretrained(folder, backend="pil", **local)


def _weights(
    torch: Any,
    kind: Any,
    folder: Path,
    name: str,
    options: TransformersOptions,
    place: Placement,
    **how: Any,
) -> Any:
    if options.attn_implementation:
        how["attn_implementation"] = options.attn_implementation
    if options.load_in_4bit:
        how["quantization_config"] = _quantisation(torch, place)
    model, report = kind.from_pretrained(
        folder,
        dtype=getattr(torch, place.dtype),
        device_map={"": place.device},
        use_safetensors=True,
        output_loading_info=True,
        **how,
    )
    if lacking := sorted(report["missing_keys"]):
        # transformers would fill them with random numbers, and the model would babble.
        raise EngineError(
            f"The weights of '{name}' lack {len(lacking)} of the model's tensors, '{lacking[0]}' among them.",
            hint="The folder mixes two models or is incomplete: download it anew.",
        )
    return model


def _check_4bit(place: Placement) -> None:
    if not place.device.startswith("cuda"):
        raise EngineError(
            f"load_in_4bit needs an NVIDIA GPU; this model would run on {place.device}.",
            hint="Take load_in_4bit out of [engines.transformers], or use a quantised model with gguf:",
        )
    if importlib.util.find_spec("bitsandbytes") is None:
        raise EngineError(
            "load_in_4bit needs the library bitsandbytes, which is not installed.",
            hint="Run: pip install bitsandbytes",
        )


def _quantisation(torch: Any, place: Placement) -> Any:
    # NF4 with a second quantisation of the scales: Dettmers et al. 2023, arXiv 2305.14314.
    return libraries.load_transformers().BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=getattr(torch, place.dtype),
    )


def _not_loadable(error: Exception, name: str) -> EngineError:
    said = str(error)
    if "torchvision" in said.lower():
        return EngineError(
            f"The pictures of '{name}' are prepared by torchvision, which is not installed.",
            hint="Run: pip install torchvision",
        )
    if "trust_remote_code" in said:
        return EngineError(
            f"'{name}' runs only with code of its own, which studiolo never runs.",
            hint="Use a model that the transformers library knows, such as llava-hf/llava-1.5-7b-hf.",
        )
    return EngineError(
        f"'{name}' could not be loaded: {reason(error)}.",
        hint="Check that it is whole and that transformers knows it: pip install --upgrade transformers",
    )
