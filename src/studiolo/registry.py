"""From a name such as ``pocket``, ``diffusers:sdxl`` or ``ollama:llava`` to an engine.

Engines are declared as entry points: of the group ``studiolo.engines`` those that paint, of
``studiolo.chat_engines`` those that talk, of ``studiolo.speech_engines`` those that speak. The built-in
ones register the same way a third-party package does.
"""

from __future__ import annotations

import difflib
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from importlib.metadata import EntryPoint, entry_points
from typing import Any, ClassVar, Final, Generic, Self, TypeVar, cast
from weakref import WeakSet

from pydantic import SecretStr

from studiolo.embedding import TextEmbedder
from studiolo.engines.base import ChatEngine, Engine, EngineConfig, ImageEngine, SpeechEngine
from studiolo.engines.checking import check
from studiolo.errors import EngineError, InputError, StudioloError, UnknownEngineError, require_text
from studiolo.requests import ImageRequest
from studiolo.settings import Settings

# What importing a package raises that is not whole, or was made for another version of something.
_BROKEN = (ImportError, AttributeError, NameError, SyntaxError, TypeError, ValueError)

E = TypeVar("E", bound=Engine)

MOST_KEPT: Final = 200
"""Models are called whatever a client writes; not every name may stay for good."""


class Registry(Generic[E]):
    """Finds, builds and keeps engines of one kind. Safe to use from several threads.

    A config whose options have ``uses`` makes a new name for an engine: ``[engines.lab] uses = "openai"``
    and a ``base_url`` is all it takes to talk to ``lab:some-model``.

    Args:
        configs: what each engine is told, by its name; engines without an entry get ``default``.
        default: offline flag, models folder and threads for engines not named in ``configs``.
    """

    kind: ClassVar[type[Engine]]
    group: ClassVar[str]
    noun: ClassVar[str]

    def __init__(
        self, configs: Mapping[str, EngineConfig] | None = None, *, default: EngineConfig | None = None
    ) -> None:
        self._configs = dict(configs or {})
        self._default = default or EngineConfig()
        self._factories: dict[str, Callable[[EngineConfig], E] | EntryPoint] = {
            point.name: point for point in entry_points(group=self.group)
        }
        self._engines: dict[str, E] = {}
        self._retired: WeakSet[E] = WeakSet()
        self._lock = threading.RLock()

    def register(self, name: str, factory: Callable[[EngineConfig], E]) -> None:
        """Add (or replace) an engine without an entry point, for this registry only."""
        with self._lock:
            self._factories[name] = factory

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the engines that are installed or configured, sorted."""
        with self._lock:
            return tuple(sorted({*self._factories, *self._profiles()}))

    def resolve(self, spec: str) -> E:
        """The engine for ``name`` or ``name:model``, built on first use and kept.

        Of very many, the one longest unused is let go of: whoever works with it goes on.

        Raises:
            UnknownEngineError: no such engine; the hint has the closest name.
            EngineError: the engine's package cannot be loaded, or the engine not be built.
        """
        spec = require_text(spec, "engine").strip()
        name, _, model = spec.partition(":")
        with self._lock:
            engine = self._engines.pop(spec, None)
            if engine is None:
                config = self.config(name)
                if model:
                    config = replace(config, model=model)
                engine = self._build(name, config)
            self._engines[spec] = engine  # the last used is the last
            if len(self._engines) > MOST_KEPT:
                self._retired.add(self._engines.pop(next(iter(self._engines))))
            return engine

    def config(self, name: str) -> EngineConfig:
        """What the engine of that name is told."""
        with self._lock:
            return replace(self._configs.get(name, self._default), name=name)

    def configure(self, name: str, options: Mapping[str, Any]) -> None:
        """Tell the engine of that name these options from now on.

        Whoever works with it goes on as before: the engine that was built is not closed, but let go of.
        """
        with self._lock:
            self._configs[name] = replace(self._default, options=dict(options))
            for spec in [spec for spec in self._engines if spec.partition(":")[0] == name]:
                self._retired.add(self._engines.pop(spec))

    def under(self, settings: Settings) -> Self:
        """A registry of the same engines, told what ``settings`` say."""
        other = build_registry(settings, self._default.embedder, kind=type(self))
        with self._lock:
            other._factories = dict(self._factories)  # noqa: SLF001 - our own
        return other

    def factory(self, name: str) -> Callable[[EngineConfig], E]:
        """What builds the engine of that name: most often its class.

        Raises:
            UnknownEngineError, EngineError: as :meth:`resolve`.
        """
        with self._lock:
            return self._factory(name)

    def close(self) -> None:
        """Close every engine that was built."""
        with self._lock:
            for engine in (*self._engines.values(), *self._retired):
                engine.close()
            self._engines.clear()
            self._retired.clear()

    def unmet(self) -> dict[str, str]:
        """Names made in the settings that use what is no engine of this kind, and what that is."""
        with self._lock:
            return {
                name: engine
                for name, engine in self._uses().items()
                if engine not in self._factories and name not in self._factories
            }

    def _uses(self) -> dict[str, str]:
        uses = {name: str(config.options.get("uses", "")) for name, config in self._configs.items()}
        return {name: engine for name, engine in uses.items() if engine}

    def _profiles(self) -> dict[str, str]:
        """Names made in the settings, and the engine each uses; those of engines of other kinds left out."""
        return {name: engine for name, engine in self._uses().items() if engine in self._factories}

    def _factory(self, name: str) -> Callable[[EngineConfig], E]:
        found = self._factories.get(self._profiles().get(name, name))
        if found is None:
            uses = str(self.config(name).options.get("uses", ""))
            wanted = uses or name
            near = closest(wanted, self.names)
            meant = f"Did you mean '{near}'? " if near else ""
            raise UnknownEngineError(
                f"There is no {self.noun} '{wanted}'{f', which {name!r} uses' if uses else ''}.",
                hint=f"{meant}Installed: {', '.join(self.names)}. "
                + (f"Change uses in [engines.{name}] of config.toml." if uses else "See: studiolo engines"),
            )
        return self._load(name, found) if isinstance(found, EntryPoint) else found

    def _build(self, name: str, config: EngineConfig) -> E:
        factory = self._factory(name)
        try:
            return factory(config)
        except StudioloError:
            raise
        except Exception as error:
            # A plugin may raise anything; it must not take the list of engines, or the queue, with it.
            raise EngineError(
                f"Engine '{name}' cannot be made ready ({type(error).__name__}: {error}).",
                hint="Look at its table in config.toml, or tell the authors of its package.",
            ) from error

    def _load(self, name: str, found: EntryPoint) -> Callable[[EngineConfig], E]:
        package = found.dist.name if found.dist else found.value
        try:
            factory: Any = found.load()
        except _BROKEN as error:
            raise EngineError(
                f"Engine '{name}' cannot be loaded: {error}.", hint=f"Reinstall the package '{package}'."
            ) from error
        if isinstance(factory, type) and not issubclass(cast("type[object]", factory), self.kind):
            raise EngineError(
                f"Engine '{name}' cannot be loaded: {found.value} is no {self.kind.__name__}.",
                hint=f"Tell the authors of the package '{package}'.",
            )
        return cast("Callable[[EngineConfig], E]", factory)


class EngineRegistry(Registry[ImageEngine]):
    """Engines that paint."""

    kind = ImageEngine
    group = "studiolo.engines"
    noun = "engine"

    def able_to(self, request: ImageRequest) -> list[str]:
        """Names of the engines whose declared capabilities allow ``request``."""
        able: list[str] = []
        for name in self.names:
            try:
                check(self.resolve(name).capabilities, request, engine=name)
            except (InputError, EngineError):
                continue  # it cannot, or is not usable here: either way no engine to recommend
            able.append(name)
        return able


class ChatRegistry(Registry[ChatEngine]):
    """Engines that talk."""

    kind = ChatEngine
    group = "studiolo.chat_engines"
    noun = "chat engine"


class SpeechRegistry(Registry[SpeechEngine]):
    """Engines that speak."""

    kind = SpeechEngine
    group = "studiolo.speech_engines"
    noun = "speech engine"


R = TypeVar("R", bound=Registry[Any])


def build_registry(
    settings: Settings, embedder: TextEmbedder | None = None, *, kind: type[R] = EngineRegistry
) -> R:
    """The registry as the settings describe it: each engine is told only what concerns it."""
    default = EngineConfig(
        models_folder=settings.models_folder,
        offline=settings.offline,
        threads=settings.threads,
        embedder=embedder,
    )

    configs = {
        name: replace(default, options=in_the_clear(table)) for name, table in settings.engines.items()
    }
    return kind(configs, default=default)


def in_the_clear(options: Mapping[str, object]) -> dict[str, object]:
    """An engine's table as the engine is told it: what is secret in settings, readable."""
    return {
        name: value.get_secret_value() if isinstance(value, SecretStr) else value
        for name, value in options.items()
    }


def closest(name: str, names: Iterable[str]) -> str:
    """The one of ``names`` that ``name`` may have been meant to be, empty if none is near."""
    return next(iter(difflib.get_close_matches(name, list(names), n=1, cutoff=0.5)), "")
