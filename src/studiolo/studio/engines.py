"""What is known of every engine without loading one: who paints, who talks, who speaks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any, Final

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from studiolo.assistant.pocket.capabilities import CAPABILITIES as POCKET_CAPABILITIES
from studiolo.chat import ChatCapabilities
from studiolo.engines.base import Availability, Engine, ImageEngine
from studiolo.engines.capabilities import Capabilities
from studiolo.engines.kinds import Kind
from studiolo.engines.pricing import Estimate
from studiolo.engines.resolving import resolve
from studiolo.errors import StudioloError, UnknownEngineError
from studiolo.registry import ChatRegistry, EngineRegistry, Registry, SpeechRegistry, build_registry, closest
from studiolo.requests import ImageRequest
from studiolo.settings import Settings
from studiolo.speech import SpeechCapabilities

Registries = Mapping[Kind, Registry[Any]]
"""One for each kind."""

POCKET: Final = "pocket"
_AT_ONCE: Final = 8
CHOICES: Final = {Kind.IMAGE: "engine", Kind.CHAT: "assistant", Kind.SPEECH: "speech"}
"""The setting that says who is used when none is named."""


@dataclass(frozen=True, kw_only=True)
class EngineFacts:
    """One engine. ``capabilities`` is None if it is broken; ``key_option`` is empty if it takes no key.

    ``default`` says that it is used when none is named, ``has_key`` that a key is set, wherever. ``price`` is
    that of one picture from words, of its usual size; None if it paints none, or cannot say as it is set up.
    """

    kind: Kind
    name: str
    default: bool
    availability: Availability
    capabilities: Capabilities | ChatCapabilities | SpeechCapabilities | None
    key_option: str = ""
    has_key: bool = False
    price: Estimate | None = None

    def document(self) -> dict[str, Any]:
        """As JSON."""
        can = self.capabilities
        known = None
        if can is not None:
            known = to_jsonable_python(can if isinstance(can, BaseModel) else asdict(can))
        return {
            "kind": self.kind,
            "name": self.name,
            "default": self.default,
            "ready": self.availability.ready,
            "reason": self.availability.reason,
            "hint": self.availability.hint,
            "models": list(self.availability.models),
            "capabilities": known,
            "takes_key": bool(self.key_option),
            "has_key": self.has_key,
            "price": None if self.price is None else asdict(self.price),
        }


def build_registries(settings: Settings) -> Registries:
    """The registries of all kinds, as the settings describe them."""
    return {
        Kind.IMAGE: build_registry(settings, kind=EngineRegistry),
        Kind.CHAT: build_registry(settings, kind=ChatRegistry),
        Kind.SPEECH: build_registry(settings, kind=SpeechRegistry),
    }


def look_at_engines(
    registries: Registries, settings: Settings, *, kinds: Iterable[Kind] = tuple(Kind), probe: bool = False
) -> list[EngineFacts]:
    """Every engine of these kinds, the broken ones too.

    Args:
        registries: of all kinds.
        settings: say which are used when none is named.
        kinds: which are wanted.
        probe: ask the servers of this machine whether they are there, too: all at once, 3 s at most.
    """

    def look(named: tuple[Kind, str]) -> EngineFacts:
        kind, name = named
        chosen = chosen_engine(settings, kind)
        default = name in {chosen, chosen.partition(":")[0]}
        try:
            return _look_at(registries[kind], kind, name, default=default, probe=probe)
        except StudioloError as error:  # a broken plugin is a line of the list, not its end
            return _broken(kind, name, error, default=default)

    wanted = tuple(kinds)
    named = [(kind, name) for kind in wanted for name in _names(registries[kind], kind)]
    with ThreadPoolExecutor(_AT_ONCE if probe else 1, thread_name_prefix="studiolo-engines") as threads:
        found = list(threads.map(look, named))
    return found + [facts for facts in _misspelt(registries) if facts.kind in wanted]


def look_at_engine(
    registries: Registries,
    settings: Settings,
    spec: str,
    *,
    kinds: Iterable[Kind] = tuple(Kind),
    probe: bool = False,
) -> list[EngineFacts]:
    """All that have the name ``spec`` (or ``name:model``), of these kinds; as :func:`look_at_engines`.

    Raises:
        UnknownEngineError: no engine has the name.
        EngineError: the one that has it cannot be loaded.
    """
    found: list[EngineFacts] = []
    unknown: list[UnknownEngineError] = []
    for kind in kinds:
        default = spec == chosen_engine(settings, kind)
        try:
            found.append(_look_at(registries[kind], kind, spec, default=default, probe=probe))
        except UnknownEngineError as error:
            unknown.append(error)
    if not found:
        raise unknown[0]
    return found


def chosen_engine(settings: Settings, kind: Kind) -> str:
    """Who paints, talks or speaks when none is named."""
    chosen: str = getattr(settings, CHOICES[kind])
    return chosen


def _names(registry: Registry[Any], kind: Kind) -> tuple[str, ...]:
    return (POCKET, *registry.names) if kind is Kind.CHAT else registry.names


def _look_at(registry: Registry[Any], kind: Kind, spec: str, *, default: bool, probe: bool) -> EngineFacts:
    if kind is Kind.CHAT and spec == POCKET:  # no chat engine, but whoever looks for one finds it here
        ready = Availability(ready=True)
        return EngineFacts(
            kind=kind, name=spec, default=default, availability=ready, capabilities=POCKET_CAPABILITIES
        )
    engine: Engine = registry.resolve(spec)
    return EngineFacts(
        kind=kind,
        name=spec,
        default=default,
        availability=engine.probe() if probe else engine.availability(),
        capabilities=getattr(engine, "capabilities"),  # noqa: B009 - of each kind its own
        key_option=engine.key_option,
        has_key=bool(engine.config.options.get(engine.key_option)),
        price=_price(engine) if isinstance(engine, ImageEngine) else None,
    )


def _price(engine: ImageEngine) -> Estimate | None:
    capabilities = engine.capabilities
    if "text-to-image" not in capabilities.tasks:
        return None
    try:
        return engine.estimate(resolve(capabilities, ImageRequest(prompt="picture")))
    except StudioloError:  # what it is set up for decides it, and it is not set up yet
        return None


def _misspelt(registries: Registries) -> Iterator[EngineFacts]:
    """Names made in the settings that use an engine which no registry has, under the likeliest kind."""
    unmet = [registry.unmet() for registry in registries.values()]
    for name, uses in unmet[0].items():
        if all(name in each for each in unmet):
            near = closest(uses, {each for registry in registries.values() for each in registry.names})
            of_kind = (kind for kind, registry in registries.items() if near in registry.names)
            kind = next(of_kind, Kind.CHAT)
            try:
                registries[kind].resolve(name)
            except StudioloError as error:
                yield _broken(kind, name, error, default=False)


def _broken(kind: Kind, name: str, error: StudioloError, *, default: bool) -> EngineFacts:
    told = Availability(ready=False, reason=error.message, hint=error.hint)
    return EngineFacts(kind=kind, name=name, default=default, availability=told, capabilities=None)
