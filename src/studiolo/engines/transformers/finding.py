"""Where a model's files are: a folder, else the hub's cache on this machine, else the hub."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from studiolo import offline
from studiolo.engines.base import EngineConfig
from studiolo.engines.local import hub
from studiolo.engines.local.cache import cache_folder, find_parcel
from studiolo.engines.local.parcels import Parcel
from studiolo.engines.transformers.options import TransformersOptions
from studiolo.errors import Cancelled, OfflineError, UnknownEngineError
from studiolo.requests import Progress

DEFAULT_MODEL: Final = "llava-hf/llava-1.5-7b-hf"


@dataclass(frozen=True, kw_only=True)
class Search:
    """What is looked for, and where. ``stop`` ends a download."""

    model: str
    models_folder: Path | None
    may_ask: bool
    options: TransformersOptions
    stop: threading.Event

    @classmethod
    def of(
        cls,
        config: EngineConfig,
        options: TransformersOptions,
        *,
        stop: threading.Event,
    ) -> Search:
        """The search for the model of an engine's config."""
        # The hub's client may download in native code, which the guard of STUDIOLO_OFFLINE does not see.
        may_ask = not (config.offline or offline.is_forbidden())
        return cls(
            model=config.model or DEFAULT_MODEL,
            models_folder=config.models_folder,
            may_ask=may_ask,
            options=options,
            stop=stop,
        )


def find_model(search: Search) -> Path:
    """The folder with the model's files, downloaded if need be.

    Raises:
        UnknownEngineError: there is no such folder, nor such a model on the hub.
        CredentialsError: the model is only for those who signed up for it.
        OfflineError: it is not here, and the hub may not be asked.
        EngineError: the hub did not give it, or the disk is too small.
        Cancelled: ``search.stop`` was set.
    """
    if folder := _folder(search):
        return folder
    if not hub.is_hub_name(search.model):
        raise UnknownEngineError(
            f"There is no model folder '{search.model}'.",
            hint=f"Give a folder that has a config.json, or a name on the hub, such as {DEFAULT_MODEL}.",
        )
    parcel = replace(parcel_of(search.model), revision=search.options.revision)
    if folder := find_parcel(parcel, cache_folder(search.models_folder)):
        return folder
    if not search.may_ask:
        raise OfflineError(
            f"The model '{search.model}' is not on this machine, and studiolo is offline.",
            hint=f"Download it while online: studiolo pull {search.model}",
        )

    def heed(now: Progress) -> None:
        del now
        if search.stop.is_set():
            raise Cancelled

    return hub.download([parcel], search.models_folder, search.options, heed)[0]


def parcel_of(model: str) -> Parcel:
    """What is fetched of a model on the hub: weights and what describes them; never code, never pickles."""
    return Parcel(
        repo=model,
        patterns=("*.safetensors", "*.json", "*.jinja", "*.txt", "*.model", "README.md"),
        ignored=("*/*",),
        needed=("config.json", "*.safetensors"),
    )


def _folder(search: Search) -> Path | None:
    given = Path(search.model).expanduser()
    places = [given] if search.models_folder is None else [given, search.models_folder / given]
    found = next((place for place in places if place.is_dir()), None)
    if found is None or (found / "config.json").is_file():
        return found
    raise UnknownEngineError(
        f"The folder '{search.model}' holds no model: it has no config.json.",
        hint="Give the folder that a model was saved or downloaded into.",
    )
