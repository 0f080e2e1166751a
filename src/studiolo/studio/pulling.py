"""The facade's store room: which models engines can have, which are here; they come and go."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from studiolo.engines.base import Engine, ModelCard
from studiolo.engines.kinds import Kind
from studiolo.errors import InvalidRequestError, StudioloError, UnknownEngineError, require_text
from studiolo.registry import closest
from studiolo.requests import ProgressCallback, ignore_progress
from studiolo.studio.core import Core, cancellable
from studiolo.studio.engines import Registries

if TYPE_CHECKING:
    from studiolo.settings import Settings

DIFFUSERS: Final = "diffusers"
TRANSFORMERS: Final = "transformers"


@dataclass(frozen=True, kw_only=True)
class InstalledModel:
    """A model that an engine knows by name, and how much of it is on this machine.

    ``download_bytes`` is what pulling it takes when nothing is here, about. Models share files: what is here
    of one may be here because of another.
    """

    engine: str
    kind: Kind
    name: str
    description: str
    licence: str
    download_bytes: int
    bytes_here: int
    ready: bool

    @classmethod
    def of(cls, engine: str, kind: Kind, card: ModelCard) -> InstalledModel:
        """The model on ``card``."""
        return cls(engine=engine, kind=kind, **asdict(card))

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Store:
    """Where models are kept, and the room that is left there."""

    folder: Path
    free_bytes: int


class Pulling(Core):
    """Knows the engines' models, brings and deletes them."""

    def models(self) -> tuple[InstalledModel, ...]:
        """Every model that an engine can have by name, and whether it is here. Asks nobody."""
        return list_models(self._all_registries())

    def pull(
        self,
        name: str,
        *,
        progress: ProgressCallback = ignore_progress,
        cancel: threading.Event | None = None,
    ) -> InstalledModel:
        """Bring a model onto this machine; what is here already is kept, what broke off goes on.

        Args:
            name: one of :meth:`models` (``"sdxl"``), with its engine before it if several have one of that
                name (``"cutout:u2net"``), or a name on the model hub: ``"owner/name"``.
            progress: called with bytes as steps and the file's name as stage.
            cancel: set it (from any thread) to stop; what had come is kept for the next time.

        Raises:
            UnknownEngineError: there is no such model; the hint has the closest name.
            CredentialsError: it is given out only to those who signed up for it.
            OfflineError: connections are forbidden.
            EngineError: the disk is too small (with figures), it is a pickle, or the hub did not give it.
            Cancelled: ``cancel`` was set.
        """
        return pull_model(self._all_registries(), name, cancellable(progress, cancel))

    def forget(self, name: str) -> int:
        """Delete a model, except what other models share; returns the bytes freed.

        Raises:
            UnknownEngineError: there is no such model here.
        """
        return forget_model(self._all_registries(), name)

    def _all_registries(self) -> Registries:
        return {Kind.IMAGE: self.registry, Kind.CHAT: self.chat, Kind.SPEECH: self.speech}


def list_models(registries: Registries) -> tuple[InstalledModel, ...]:
    """As :meth:`Pulling.models`."""
    return tuple(
        InstalledModel.of(name, kind, card)
        for kind, name, engine in _engines(registries)
        for card in engine.model_cards()
    )


def pull_model(registries: Registries, name: str, progress: ProgressCallback) -> InstalledModel:
    """As :meth:`Pulling.pull`."""
    kind, engine, model = _find(registries, name, pulling=True)
    card = registries[kind].resolve(engine).pull(model, progress)
    _look_anew(registries, kind, engine)
    return InstalledModel.of(engine, kind, card)


def forget_model(registries: Registries, name: str) -> int:
    """As :meth:`Pulling.forget`."""
    kind, engine, model = _find(registries, name, pulling=False)
    freed = registries[kind].resolve(engine).forget(model)
    _look_anew(registries, kind, engine)
    return freed


def store_of(settings: Settings) -> Store:
    """Where models are kept by the settings."""
    folder = settings.models_folder
    existing = next(place for place in (folder, *folder.parents) if place.exists())
    return Store(folder=folder, free_bytes=shutil.disk_usage(existing).free)


def _engines(registries: Registries) -> Iterator[tuple[Kind, str, Engine]]:
    """Every engine that can be loaded, once: other names for it know the same models."""
    for kind, registry in registries.items():
        for name in registry.names:
            if registry.config(name).options.get("uses"):
                continue
            try:
                engine: Engine = registry.resolve(name)
            except StudioloError:
                continue  # `studiolo engines` says what is broken, and why
            yield kind, name, engine


def _find(registries: Registries, name: str, *, pulling: bool) -> tuple[Kind, str, str]:
    """The kind and the name of the engine whose model ``name`` is, and what the engine calls the model."""
    name = require_text(name, "name").strip()
    known = list_models(registries)
    found = [model for model in known if name in {model.name, f"{model.engine}:{model.name}"}]
    if len(found) > 1:
        ways = ", ".join(f"{model.engine}:{model.name}" for model in found)
        raise InvalidRequestError(f"Several engines have a model '{name}'.", hint=f"Say which: {ways}")
    if found:
        return found[0].kind, found[0].engine, found[0].name
    engine, colon, model = name.partition(":")
    if colon and model:
        return _kind_of(registries, engine), engine, model
    if "/" in name and pulling:
        return _on_the_hub(registries, name)
    near = closest(name, [model.name for model in known])
    raise UnknownEngineError(
        f"There is no model '{name}'.",
        hint=(f"Did you mean '{near}'? " if near else "") + "See: studiolo models"
        + (". Models on the hub are called owner/name." if pulling else ""),
    )  # fmt: skip


def _kind_of(registries: Registries, engine: str) -> Kind:
    kinds = [kind for kind, registry in registries.items() if engine in registry.names]
    if not kinds:
        registries[Kind.IMAGE].resolve(engine)  # says which names there are
    # Of an engine that does several things, the one that keeps models of its own.
    return next((kind for kind in kinds if registries[kind].resolve(engine).model_cards()), kinds[0])


def _on_the_hub(registries: Registries, name: str) -> tuple[Kind, str, str]:
    """For which engine a repository on the hub is: its configuration says so."""
    from studiolo.engines.diffusers.options import DiffusersOptions
    from studiolo.engines.diffusers.pulling import is_for_transformers
    from studiolo.engines.local.names import is_hub_id
    from studiolo.engines.options import read_options

    config = registries[Kind.IMAGE].config(DIFFUSERS)
    options = read_options(DiffusersOptions, DIFFUSERS, config.options)
    if is_hub_id(name) and is_for_transformers(name, config, options):
        return Kind.CHAT, TRANSFORMERS, name
    return Kind.IMAGE, DIFFUSERS, name


def _look_anew(registries: Registries, kind: Kind, engine: str) -> None:
    """Let go of an engine that was built before: it may have found less, or more, than there is now."""
    registries[kind].configure(engine, registries[kind].config(engine).options)
