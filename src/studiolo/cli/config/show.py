"""``studiolo config``: every setting, its value, and where the value comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from studiolo.settings import Settings

_DEFAULT: Final = "default"
_LEFT_OUT: Final = frozenset({"max_cost", "secrets"})
"""Settings whose absence means that there is none, not that something else decides."""


def show(*, path: bool, as_json: bool) -> None:
    """Print the settings, or only where the config file is."""
    from studiolo.cli.console import for_a_person, print_json, print_line, print_rows
    from studiolo.settings import Settings

    file = Settings.config_file()
    if path:
        if as_json:
            print_json({"config_file": str(file), "exists": file.exists()})
        else:
            print_line(str(file))
        return
    entries = list(_entries(Settings.load()))
    if as_json:
        settings = {entry.name: {"value": entry.plain, "from": entry.origin} for entry in entries}
        print_json({"config_file": str(file), "exists": file.exists(), "settings": settings})
    elif for_a_person():
        _print_table(entries, file)
    else:
        print_rows((entry.name, entry.shown, entry.origin) for entry in entries)


@dataclass(frozen=True)
class _Entry:
    name: str
    value: object
    origin: str

    @property
    def plain(self) -> object:
        """As JSON; a secret as stars."""
        value = self.value
        if isinstance(value, tuple):
            return cast("tuple[str, ...]", value)
        return value if value is None or isinstance(value, bool | int | float) else str(value)

    @property
    def shown(self) -> str:
        """For a person."""
        if self.value is None:
            return "none" if self.name in _LEFT_OUT else "automatic"
        if isinstance(self.value, tuple):
            return ", ".join(cast("tuple[str, ...]", self.value)) or "none"  # pyright: ignore
        return ("yes" if self.value else "no") if isinstance(self.value, bool) else str(self.value)


def _entries(settings: Settings) -> Iterator[_Entry]:
    origins = settings.origins()
    for name in type(settings).model_fields:
        if name != "engines":
            # Folders that follow from others are shown as what they come to.
            value = getattr(settings, f"{name}_folder", None) or getattr(settings, name)
            yield _Entry(name, value, origins.get(name, _DEFAULT))
    for engine, options in sorted(settings.engines.items()):
        for option, value in sorted(options.items()):
            name = f"engines.{engine}.{option}"
            yield _Entry(name, value, origins.get(name, _DEFAULT))


def _print_table(entries: list[_Entry], file: Path) -> None:
    from rich.text import Text

    from studiolo.cli.console import clip_path, new_table, stdout_console
    from studiolo.cli.failure import one_line

    console = stdout_console()
    table = new_table("setting", "value", "from")
    room = max(20, console.width - 34)
    for entry in entries:
        given = entry.origin != _DEFAULT
        table.add_row(
            one_line(entry.name),
            Text(clip_path(one_line(entry.shown), room), style="bold" if given else ""),
            Text(entry.origin, style="cyan" if given else "dim"),
        )
    console.print(table)
    state = "" if file.exists() else " (not there yet)"
    console.print(f"\nconfig file: {file}{state}", style="dim", soft_wrap=True)
