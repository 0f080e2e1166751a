"""Models of this engine come, are counted and go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from studiolo.engines.base import EngineConfig, ModelCard
from studiolo.engines.local import cache, hub
from studiolo.engines.local.names import is_hub_id, is_of_transformers, licence_of
from studiolo.engines.local.parcels import Parcel
from studiolo.engines.transformers.finding import DEFAULT_MODEL, parcel_of
from studiolo.engines.transformers.options import TransformersOptions
from studiolo.errors import UnknownEngineError
from studiolo.requests import ProgressCallback

# 7.06e9 parameters in half precision; https://huggingface.co/llava-hf/llava-1.5-7b-hf
_LLAVA_BYTES: Final = 14_130_000_000


def model_cards(config: EngineConfig, options: TransformersOptions) -> tuple[ModelCard, ...]:
    """LLaVA, and what else of the library's models was pulled."""
    folder = cache.cache_folder(config.models_folder)
    return (
        _card(DEFAULT_MODEL, folder, options),
        *(_card(repo, folder, options) for repo in _others(folder, options)),
    )


def pull(
    model: str, config: EngineConfig, options: TransformersOptions, progress: ProgressCallback
) -> ModelCard:
    """As :meth:`studiolo.engines.base.Engine.pull`; ``model`` is a name on the hub."""
    if not is_hub_id(model):
        raise UnknownEngineError(
            f"There is no model '{model}' to pull.", hint=f"Give its name on the hub: {DEFAULT_MODEL}"
        )
    hub.require_online(config, model)
    parcel = _parcel(model, options)
    folder = cache.cache_folder(config.models_folder)
    if cache.find_parcel(parcel, folder) is None:
        hub.download([parcel], config.models_folder, options, progress)
    return _card(model, folder, options)


def forget(model: str, config: EngineConfig, options: TransformersOptions) -> int:
    """As :meth:`studiolo.engines.base.Engine.forget`."""
    folder = cache.cache_folder(config.models_folder)
    freed = cache.remove(_parcel(model, options), folder)
    if not freed:
        raise UnknownEngineError(f"The model '{model}' is not here.", hint="See: studiolo models")
    return freed


def _parcel(model: str, options: TransformersOptions) -> Parcel:
    return replace(parcel_of(model), revision=options.revision)


def _card(model: str, folder: Path, options: TransformersOptions) -> ModelCard:
    parcel = _parcel(model, options)
    size = cache.bytes_here(parcel, folder)
    found = cache.find_parcel(parcel, folder)
    is_llava = model == DEFAULT_MODEL
    return ModelCard(
        name=model,
        description="LLaVA 1.5: answers questions about pictures." if is_llava else "A model that talks.",
        licence="Llama 2 Community License" if is_llava else licence_of(found) if found else "its own",
        download_bytes=_LLAVA_BYTES if is_llava else size,
        bytes_here=size,
        ready=found is not None,
    )


def _others(folder: Path, options: TransformersOptions) -> Iterator[str]:
    for repo in cache.repositories(folder):
        snapshot = cache.find_snapshot(repo, options.revision, folder)
        if repo == DEFAULT_MODEL or snapshot is None or not is_of_transformers(snapshot.folder):
            continue
        if any(snapshot.folder.glob("*.safetensors")):
            yield repo
