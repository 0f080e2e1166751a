"""LoRAs (Hu et al. 2021, arXiv 2106.09685) for the time of one call, each with its weight.

They stay loaded, switched off, until a request has others: the next one with the same ones starts at once.
"""

from __future__ import annotations

import hashlib
import math
import re
import warnings
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from studiolo.engines.diffusers import lora_files
from studiolo.engines.diffusers.attachment import Attachment
from studiolo.engines.diffusers.lora_files import LoraFile
from studiolo.engines.local import libraries
from studiolo.engines.local.parcels import PICKLED, WEIGHTS
from studiolo.errors import EngineError, InvalidRequestError, UnsupportedRequestError, reason
from studiolo.requests import Lora
from studiolo.requests.image import MAX_LORAS

_TAG: Final = re.compile(r"<lora:([^:<>]+)(?::([^<>]*))?>", re.IGNORECASE)
_NAME: Final = re.compile(
    r"\w[^/\\]*(/\w[^/\\]*)?"
)  # no part begins with a dot, so none climbs out of a folder
_MOST: Final = 4.0  # of a weight, as in a request's own field
_PREFIX: Final = "studiolo_"
_DAMAGED: Final = (OSError, ValueError, TypeError, KeyError, AttributeError, RuntimeError)


@dataclass(frozen=True, kw_only=True)
class WeightedLora:
    """A LoRA that is asked for: the name it was asked by, its file, and how much of it."""

    name: str
    file: LoraFile
    weight: float


def read_prompt(prompt: str, loras: Sequence[Lora]) -> tuple[str, tuple[Lora, ...], tuple[str, ...]]:
    """The prompt without ``<lora:name:0.8>`` in it, all LoRAs that are asked for, and notes.

    Such tags are how prompts of A1111's web UI ask for LoRAs; text encoders would read them as words.
    Prompts come from anywhere (a page, a picture's metadata), so that no tag is taken for a file.

    Raises:
        InvalidRequestError: a tag's weight is no number from -4 to 4, its name is a file's, or there are too
            many LoRAs.
    """
    tagged = tuple(_from_tag(match) for match in _TAG.finditer(prompt))
    if not tagged:
        return prompt, tuple(loras), ()
    both = (*loras, *tagged)
    if len(both) > MAX_LORAS:
        raise InvalidRequestError(
            f"{len(both)} LoRAs are asked for, {len(tagged)} of them in the prompt; {MAX_LORAS} can be.",
            hint="Leave out those that matter least.",
        )
    words = re.sub(r"\s+([,.;])", r"\1", re.sub(r"[ \t]{2,}", " ", _TAG.sub(" ", prompt)))
    words = re.sub(r"(,\s*){2,}", ", ", words).strip(" ,")
    named = ", ".join(f"'{lora.name}' ({lora.weight:g})" for lora in tagged)
    return words, both, (f"LoRAs asked for in the prompt: {named}.",)


@contextmanager
def attach(pipe: Any, loras: Sequence[WeightedLora], *, prompt: str = "") -> Generator[Attachment]:
    """The pipeline with ``loras`` at their weights, for one call; afterwards it paints as before.

    Call it for requests without LoRAs, too: that is when the memory of earlier ones is freed. Projections
    must not be fused meanwhile: the fused ones are copies that no LoRA reaches.

    Raises:
        UnsupportedRequestError: one belongs to another family, or this family takes none.
        EngineError: a file is damaged, or changes nothing of this model.
    """
    for lora in loras:
        _check_family(pipe, lora)
    wanted = _wanted(loras)
    _forget_others(pipe, wanted)
    if not wanted:
        yield Attachment(pipe=pipe)
        return
    for name, lora in wanted.items():
        if name not in _loaded(pipe):
            _load(pipe, name, lora)
    try:
        _switch(pipe, on=True)
        pipe.set_adapters(list(wanted), [lora.weight for lora in wanted.values()])
        yield Attachment(pipe=pipe, notes=tuple(_notes(loras, prompt)))
    finally:
        _switch(pipe, on=False)


def _from_tag(match: re.Match[str]) -> Lora:
    name, weight = match[1].strip(), (match[2] or "1").strip()
    try:
        number = float(weight)
    except ValueError:
        number = math.nan
    if not abs(number) <= _MOST or not name:
        raise InvalidRequestError(
            f"In {match[0]} the weight is no number from -{_MOST:g} to {_MOST:g}.",
            hint="Write <lora:name:0.8>.",
        )
    if not _NAME.fullmatch(name) or name.lower().endswith((WEIGHTS, *PICKLED)):
        raise InvalidRequestError(
            f"In {match[0]} is no LoRA's name: a prompt can name one, but not a file.",
            hint="Name one of the models folder, or owner/name; a file is given apart (--lora FILE).",
        )
    return Lora(name=name, weight=number)


def _check_family(pipe: Any, lora: WeightedLora) -> None:
    unet = getattr(pipe, "unet", None)
    name = type(pipe).__name__
    if unet is None:
        ours = "flux" if name.startswith("Flux") else "sd3" if name.startswith("StableDiffusion3") else name
        fits, told = lora.file.design == ours, name
    else:
        wide = unet.config.cross_attention_dim
        fits = lora.file.design == "unet" and lora.file.words_wide in (None, wide)
        told = lora_files.family_of_width(wide)
    if not fits:
        raise UnsupportedRequestError(
            f"The LoRA '{lora.name}' was made for {lora.file.family}; this model is of {told}.",
            hint="Use a LoRA of the model's own family, or a model of the LoRA's.",
        )


def _wanted(loras: Sequence[WeightedLora]) -> dict[str, WeightedLora]:
    """By the name it is loaded under, which is another one for other bytes; the same one twice adds up."""
    wanted: dict[str, WeightedLora] = {}
    for lora in loras:
        facts = lora.file.path.stat()
        known = f"{lora.file.path.resolve()} {facts.st_size} {facts.st_mtime_ns}"
        name = _PREFIX + hashlib.sha256(known.encode()).hexdigest()[:16]
        before = wanted[name].weight if name in wanted else 0.0
        wanted[name] = WeightedLora(name=lora.name, file=lora.file, weight=before + lora.weight)
    return wanted


def _loaded(pipe: Any) -> set[str]:
    if not hasattr(pipe, "get_list_adapters"):
        return set()
    names = {name for adapters in pipe.get_list_adapters().values() for name in adapters}
    return {name for name in names if name.startswith(_PREFIX)}


def _forget_others(pipe: Any, wanted: dict[str, WeightedLora]) -> None:
    others = _loaded(pipe) - set(wanted)
    if not others:
        return
    if wanted:
        pipe.delete_adapters(sorted(others))
    else:
        pipe.unload_lora_weights()


def _load(pipe: Any, name: str, lora: WeightedLora) -> None:
    path = lora.file.path
    try:
        with warnings.catch_warnings():
            # A second adapter is what we want; peft supposes that it was forgotten.
            warnings.filterwarnings("ignore", "Already found a `peft_config`", UserWarning)
            pipe.load_lora_weights(
                str(path.parent),
                weight_name=path.name,
                adapter_name=name,
                use_safetensors=True,
                local_files_only=True,
            )
    except _DAMAGED as error:
        pipe.unload_lora_weights()
        raise EngineError(
            f"The LoRA '{lora.name}' cannot be loaded: {reason(error)}.",
            hint="Leave it out, or download it anew.",
        ) from error
    if name not in _loaded(pipe):
        raise EngineError(
            f"The LoRA '{lora.name}' changes nothing that this model has.", hint="Leave it out."
        )


def _switch(pipe: Any, *, on: bool) -> None:
    diffusers = libraries.load_diffusers()
    for component in pipe.get_list_adapters():
        diffusers.utils.set_adapter_layers(getattr(pipe, component), enabled=on)


def _notes(loras: Sequence[WeightedLora], prompt: str) -> Generator[str]:
    said = prompt.casefold()
    for lora in loras:
        words = lora.file.trigger_words
        if words and not any(word.casefold() in said for word in words):
            listed = ", ".join(f"'{word}'" for word in words)
            yield f"The LoRA '{lora.name}' was trained with {listed}, which the prompt does not say."
