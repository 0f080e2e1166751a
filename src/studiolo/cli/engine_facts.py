"""What is known of every engine without loading or connecting anything: who paints, who talks, who speaks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from studiolo.chat import ChatCapabilities
    from studiolo.engines.base import Availability
    from studiolo.engines.capabilities import Capabilities, Range, Sizes
    from studiolo.registry import Registry
    from studiolo.settings import Settings
    from studiolo.speech import SpeechCapabilities


class Kind(StrEnum):
    """What an engine is for."""

    IMAGE = "image"
    CHAT = "chat"
    SPEECH = "speech"


KINDS: Final = {
    Kind.IMAGE: "Paint",
    Kind.CHAT: "Suggest, look and answer",
    Kind.SPEECH: "Speak",
}
_TASKS: Final = ("text-to-image", "image-to-image", "inpainting")


@dataclass(frozen=True)
class EngineFacts:
    """One engine; no capabilities if it is broken."""

    kind: Kind
    name: str
    default: bool
    availability: Availability
    capabilities: Capabilities | ChatCapabilities | SpeechCapabilities | None

    def document(self) -> dict[str, Any]:
        """As JSON."""
        from pydantic import BaseModel

        can = self.capabilities
        known = None
        if can is not None:
            known = can.model_dump(mode="json") if isinstance(can, BaseModel) else asdict(can)
        return {
            "kind": self.kind,
            "name": self.name,
            "default": self.default,
            "ready": self.availability.ready,
            "reason": self.availability.reason,
            "hint": self.availability.hint,
            "capabilities": known,
        }

    def row(self) -> list[object]:
        """As a line for a pipe: kind, name, state, abilities, and what it is or why it is not ready."""
        state = "ready" if self.availability.ready else "not ready"
        told = self.availability.reason or self.description
        return [self.kind, self.name, state, ",".join(self.abilities), told]

    @property
    def description(self) -> str:
        """What it is, in a sentence."""
        return self.capabilities.description if self.capabilities is not None else ""

    @property
    def abilities(self) -> list[str]:
        """What it does, in words that a program can look for."""
        from studiolo.chat import ChatCapabilities
        from studiolo.speech import SpeechCapabilities

        can = self.capabilities
        if can is None:
            return []
        if isinstance(can, ChatCapabilities):
            sees = {True: ["sees pictures"], None: ["sees if its model does"], False: []}[can.vision]
            return ["talks", *sees]
        if isinstance(can, SpeechCapabilities):
            return [f"{len(can.languages)} languages"] if can.languages else ["its voice's languages"]
        return _tasks(can.tasks)

    def facts(self) -> list[tuple[str, str]]:
        """All that it says of itself, by name."""
        from studiolo.chat import ChatCapabilities
        from studiolo.speech import SpeechCapabilities

        can = self.capabilities
        if can is None:
            return []
        if isinstance(can, ChatCapabilities):
            found = _chat_facts(can)
        elif isinstance(can, SpeechCapabilities):
            found = _speech_facts(can)
        else:
            found = _image_facts(can)
        shared = [("works offline", _yes(can.offline)), ("licence", can.licence)]
        return [(label, value) for label, value in [*found, *shared] if value]

    def knobs(self) -> str:
        """The ranges an image engine's settings have; of others nothing."""
        from studiolo.engines.capabilities import Capabilities

        can = self.capabilities
        if not isinstance(can, Capabilities):
            return ""
        knobs = [f"{can.sizes.minimum} to {can.sizes.maximum} px"]
        ranges = (("steps", can.steps), ("guidance", can.guidance_scale), ("strength", can.strength))
        knobs += [f"{label} {each.minimum:g} to {each.maximum:g}" for label, each in ranges if each]
        return ", ".join(knobs)


def look_at_engines(
    settings: Settings, spec: str | None = None, *, kinds: Iterable[Kind] = tuple(KINDS)
) -> list[EngineFacts]:
    """Every engine of these kinds, or all that have the name.

    Raises:
        UnknownEngineError: no engine has it.
    """
    from studiolo.errors import UnknownEngineError

    found: list[EngineFacts] = []
    unknown: UnknownEngineError | None = None
    for kind in kinds:
        try:
            found += _look_at(settings, kind, spec)
        except UnknownEngineError as error:
            unknown = unknown or error
    if not found and unknown is not None:
        raise unknown
    return found


def _look_at(settings: Settings, kind: Kind, spec: str | None) -> Iterator[EngineFacts]:
    from studiolo.engines.base import Availability
    from studiolo.errors import StudioloError
    from studiolo.registry import ChatRegistry, EngineRegistry, SpeechRegistry, build_registry

    kinds: dict[Kind, type[Registry[Any]]] = {
        Kind.IMAGE: EngineRegistry,
        Kind.CHAT: ChatRegistry,
        Kind.SPEECH: SpeechRegistry,
    }
    chosen = {Kind.IMAGE: settings.engine, Kind.CHAT: settings.assistant, Kind.SPEECH: settings.speech}[kind]
    registry = build_registry(settings, kind=kinds[kind])
    if kind is Kind.CHAT and spec in {None, "pocket"}:
        yield _pocket_assistant(default=chosen == "pocket")
        if spec is not None:
            return
    for each in [spec] if spec is not None else registry.names:
        default = each == chosen or (spec is None and each == chosen.partition(":")[0])
        try:
            engine = registry.resolve(each)
            yield EngineFacts(kind, each, default, engine.availability(), engine.capabilities)
        except StudioloError as error:  # a broken plugin is a line of the list, not its end
            if spec is not None:
                raise
            broken = Availability(ready=False, reason=error.message, hint=error.hint)
            yield EngineFacts(kind, each, default, broken, None)


def _pocket_assistant(*, default: bool) -> EngineFacts:
    """No chat engine, but whoever looks for one should find it here."""
    from studiolo.assistant.pocket.capabilities import CAPABILITIES
    from studiolo.engines.base import Availability

    return EngineFacts(Kind.CHAT, "pocket", default, Availability(ready=True), CAPABILITIES)


def _image_facts(can: Capabilities) -> list[tuple[str, str]]:
    draft = f"{can.draft_strength:g}, when it starts from its own draft" if can.draft_strength else ""
    return [
        ("tasks", ", ".join(_tasks(can.tasks))),
        ("size", _sizes(can.sizes)),
        ("count", f"up to {can.max_count} at once"),
        ("seed", f"0 to {can.max_seed}"),
        ("steps", _range(can.steps)),
        ("guidance", _range(can.guidance_scale)),
        ("strength", _range(can.strength)),
        ("", draft),
        ("negative prompt", _yes(can.negative_prompt)),
        ("scheduler", ", ".join(can.schedulers)),
        ("options", ", ".join(sorted(can.options))),
        ("models", ", ".join(can.models)),
        ("languages", ", ".join(can.languages) or "any"),
        ("previews", _yes(can.previews)),
    ]


def _chat_facts(can: ChatCapabilities) -> list[tuple[str, str]]:
    sees = {True: f"up to {can.max_images} at once", None: "if its model does", False: "no"}[can.vision]
    return [
        ("looks at pictures", sees),
        ("structured answers", _yes(can.structured)),
        ("top k", _yes(can.top_k)),
        ("seed", _yes(can.seed)),
    ]


def _speech_facts(can: SpeechCapabilities) -> list[tuple[str, str]]:
    return [
        ("languages", ", ".join(can.languages) or "its voice's own"),
        ("speed", "0.25 to 4" if can.speed else "not adjustable"),
        ("longest sentence", f"{can.max_characters} characters"),
    ]


def _tasks(tasks: Iterable[str]) -> list[str]:
    known = set(tasks)
    return [task for task in _TASKS if task in known] + sorted(known.difference(_TASKS))


def _range(values: Range | None) -> str:
    if values is None:
        return "not adjustable"
    return f"{values.minimum:g} to {values.maximum:g}, default {values.default:g}"


def _sizes(sizes: Sizes) -> str:
    width, height = sizes.default
    most = f", at most {sizes.max_pixels / 1e6:.1f} megapixels" if sizes.max_pixels else ""
    step = f" in steps of {sizes.multiple}" if sizes.multiple > 1 else ""
    return f"{sizes.minimum} to {sizes.maximum} px a side{step}{most}, default {width}x{height}"


def _yes(value: bool) -> str:
    return "yes" if value else "no"
