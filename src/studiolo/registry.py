"""From a name such as ``pocket`` or ``diffusers:sdxl`` to an engine.

Engines are declared as entry points of the group ``studiolo.engines``; the built-in ones
register the same way a third-party package does.
"""

from __future__ import annotations

import difflib
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib.metadata import EntryPoint, entry_points

from studiolo.engines.base import EngineConfig, ImageEngine
from studiolo.engines.capabilities import check
from studiolo.errors import EngineError, InputError, UnknownEngineError
from studiolo.requests import ImageRequest

GROUP = "studiolo.engines"

# What importing a package raises that is not whole, or was made for another version of something.
_BROKEN = (ImportError, AttributeError, NameError, SyntaxError, TypeError, ValueError)

EngineFactory = Callable[[EngineConfig], ImageEngine]


class EngineRegistry:
    """Finds, builds and keeps engines. Safe to use from several threads.

    Args:
        configs: what each engine is told, by its name; engines without an entry get ``default``.
        default: offline flag, models folder and threads for engines not named in ``configs``.
    """

    def __init__(
        self, configs: Mapping[str, EngineConfig] | None = None, *, default: EngineConfig | None = None
    ) -> None:
        self._configs = dict(configs or {})
        self._default = default or EngineConfig()
        self._factories: dict[str, EngineFactory | EntryPoint] = {
            point.name: point for point in entry_points(group=GROUP)
        }
        self._engines: dict[str, ImageEngine] = {}
        self._lock = threading.RLock()

    def register(self, name: str, factory: EngineFactory) -> None:
        """Add (or replace) an engine without an entry point, for this registry only."""
        with self._lock:
            self._factories[name] = factory

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the engines that are installed, sorted."""
        return tuple(sorted(self._factories))

    def resolve(self, spec: str) -> ImageEngine:
        """The engine for ``name`` or ``name:model``, built on first use and kept.

        Raises:
            UnknownEngineError: no such engine; the hint has the closest name.
            EngineError: the engine's package cannot be loaded.
        """
        spec = spec.strip()
        name, _, model = spec.partition(":")
        with self._lock:
            if spec not in self._engines:
                config = self._configs.get(name, self._default)
                if model:
                    config = replace(config, model=model)
                self._engines[spec] = self._factory(name)(config)
            return self._engines[spec]

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

    def close(self) -> None:
        """Close every engine that was built."""
        with self._lock:
            for engine in self._engines.values():
                engine.close()
            self._engines.clear()

    def _factory(self, name: str) -> EngineFactory:
        found = self._factories.get(name)
        if found is None:
            close = difflib.get_close_matches(name, self.names, n=1, cutoff=0.5)
            meant = f"Did you mean '{close[0]}'? " if close else ""
            raise UnknownEngineError(
                f"There is no engine '{name}'.",
                hint=f"{meant}Installed: {', '.join(self.names)}. See: studiolo engines",
            )
        if not isinstance(found, EntryPoint):
            return found
        package = found.dist.name if found.dist else found.value
        try:
            factory = found.load()
        except _BROKEN as error:
            raise EngineError(
                f"Engine '{name}' cannot be loaded: {error}.", hint=f"Reinstall the package '{package}'."
            ) from error
        if isinstance(factory, type) and not issubclass(factory, ImageEngine):
            raise EngineError(
                f"Engine '{name}' cannot be loaded: {found.value} is no ImageEngine.",
                hint=f"Tell the authors of the package '{package}'.",
            )
        return factory
