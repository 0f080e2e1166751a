"""``studiolo engines``: who can paint here, and what each can do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from studiolo.cli.help import examples
from studiolo.cli.options import Json

if TYPE_CHECKING:
    from rich.text import Text

    from studiolo.engines.base import Availability
    from studiolo.engines.capabilities import Capabilities, Range, Sizes
    from studiolo.settings import Settings

EPILOG = examples("studiolo engines", "studiolo engines pocket")
_TASKS: Final = ("text-to-image", "image-to-image", "inpainting")


def engines(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME[:MODEL]", help="Only this one, in detail.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show who can paint here, and what each can do."""
    from studiolo.cli.console import for_a_person, print_json, print_rows
    from studiolo.settings import Settings

    settings = Settings.load()
    found = look_at_engines(settings, name)
    if as_json:
        documents = [engine.document(settings.engine) for engine in found]
        print_json(documents if name is None else documents[0])
    elif not for_a_person():
        print_rows(engine.row() for engine in found)
    elif name is not None:
        _print_details(found[0])
    else:
        _print_table(found, settings.engine)


@dataclass(frozen=True)
class EngineFacts:
    """What is known of an engine without loading its weights; no capabilities if it is broken."""

    name: str
    availability: Availability
    capabilities: Capabilities | None

    def document(self, default: str) -> dict[str, Any]:
        """As JSON."""
        can = self.capabilities
        return {
            "name": self.name,
            "default": self.name == default,
            "ready": self.availability.ready,
            "reason": self.availability.reason,
            "hint": self.availability.hint,
            "capabilities": can.model_dump(mode="json") if can is not None else None,
        }

    def row(self) -> list[object]:
        """As a line for a pipe: name, state, tasks, and what it is or why it is not ready."""
        can = self.capabilities
        state = "ready" if self.availability.ready else "not ready"
        tasks = _tasks(can.tasks).replace(" ", "") if can is not None else ""
        told = self.availability.reason or (can.description if can is not None else "")
        return [self.name, state, tasks, told]


def look_at_engines(settings: Settings, name: str | None = None) -> list[EngineFacts]:
    """Every engine, or the one.

    Raises:
        UnknownEngineError: there is no engine ``name``.
    """
    from studiolo.engines.base import Availability
    from studiolo.errors import StudioloError
    from studiolo.registry import build_registry

    registry = build_registry(settings)
    if name is not None:
        engine = registry.resolve(name)
        return [EngineFacts(name, engine.availability(), engine.capabilities)]
    found: list[EngineFacts] = []
    for each in registry.names:
        try:
            engine = registry.resolve(each)
            found.append(EngineFacts(each, engine.availability(), engine.capabilities))
        except StudioloError as error:  # a broken plugin is a line of the list, not its end
            broken = Availability(ready=False, reason=error.message, hint=error.hint)
            found.append(EngineFacts(each, broken, None))
    return found


def _print_table(found: Sequence[EngineFacts], default: str) -> None:
    from rich.text import Text

    from studiolo.cli.console import new_table, stdout_console

    console = stdout_console()
    table = new_table("engine", "", "")
    table.columns[2].no_wrap = False
    for engine in found:
        table.add_row(Text(engine.name, "bold"), _state(engine), Text("\n").join(_lines(engine)))
    console.print(table)
    console.print(f"\n'{default}' paints when none is named. Details: studiolo engines NAME", style="dim")


def _state(engine: EngineFacts) -> Text:
    from rich.text import Text

    return Text("ready", "green") if engine.availability.ready else Text("not ready", "yellow")


def _lines(engine: EngineFacts) -> Iterator[Text]:
    """What one row of the table says: what the engine is, what it does, what mends it."""
    from rich.text import Text

    from studiolo.cli.failure import one_line

    if engine.capabilities is not None:
        yield Text(one_line(engine.capabilities.description))
        yield Text(_tasks(engine.capabilities.tasks), "dim")
        yield Text(_knobs(engine.capabilities), "dim")
    if not engine.availability.ready:
        yield Text(one_line(engine.availability.reason), "yellow")
        yield Text(one_line(engine.availability.hint), "cyan")


def _print_details(engine: EngineFacts) -> None:
    from rich.text import Text

    from studiolo.cli.console import print_fields, stdout_console
    from studiolo.cli.failure import one_line

    console = stdout_console()
    console.print(Text(engine.name, "bold").append("  ").append_text(_state(engine)))
    if not engine.availability.ready:
        console.print(one_line(engine.availability.reason), style="yellow")
        console.print(one_line(engine.availability.hint), style="cyan")
    if engine.capabilities is not None:
        console.print(one_line(engine.capabilities.description))
        console.print()
        print_fields(_facts(engine.capabilities))


def _facts(can: Capabilities) -> list[tuple[str, str]]:
    draft = f"{can.draft_strength:g}, when it starts from its own draft" if can.draft_strength else ""
    facts = [
        ("tasks", _tasks(can.tasks)),
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
        ("works offline", _yes(can.offline)),
        ("licence", can.licence),
    ]
    return [(label, value) for label, value in facts if value]


def _tasks(tasks: Iterable[str]) -> str:
    known = set(tasks)
    return ", ".join([task for task in _TASKS if task in known] + sorted(known.difference(_TASKS)))


def _knobs(can: Capabilities) -> str:
    knobs = [f"{can.sizes.minimum} to {can.sizes.maximum} px"]
    for label, values in (("steps", can.steps), ("guidance", can.guidance_scale), ("strength", can.strength)):
        if values is not None:
            knobs.append(f"{label} {values.minimum:g} to {values.maximum:g}")
    return ", ".join(knobs)


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
