"""``studiolo config``: every setting, its value, and where the value comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, cast

import typer

from studiolo.cli.help import examples

if TYPE_CHECKING:
    from studiolo.settings import Settings

_ORIGINS: Final = ("argument", "environment", ".env", "config.toml")
_DEFAULT: Final = "default"

EPILOG = examples(
    "studiolo config",
    '"$EDITOR" "$(studiolo config --path)"',
)


def config(
    path: Annotated[
        bool, typer.Option("--path", help="Print only where the config file is, or would be.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show the settings and where each comes from.

    A setting is read from the environment (`STUDIOLO_ENGINE`), a file `.env` in this folder, or
    `config.toml`; the first that has it counts. Keys and passwords are never shown.
    """
    from studiolo.cli.console import for_a_person, print_json, print_line, print_rows
    from studiolo.settings import Settings

    file = config_path()
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
        return value if value is None or isinstance(value, bool | int | float) else str(value)

    @property
    def shown(self) -> str:
        """For a person."""
        if self.value is None:
            return "automatic"
        return ("yes" if self.value else "no") if isinstance(self.value, bool) else str(self.value)


def config_path() -> Path:
    """Where the config file is read from, be it readable or not."""
    from pydantic_settings import DotEnvSettingsSource, EnvSettingsSource

    from studiolo.settings import Settings, config_file

    named = EnvSettingsSource(Settings)().get("home")
    return config_file(named or DotEnvSettingsSource(Settings, env_file=".env")().get("home"))


def _sources() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What each source says, strongest first, by its name."""
    from pydantic_settings import EnvSettingsSource, InitSettingsSource

    from studiolo.settings import Settings

    arguments, environment = InitSettingsSource(Settings, init_kwargs={}), EnvSettingsSource(Settings)
    sources = Settings.settings_customise_sources(Settings, arguments, environment, environment, environment)
    for name, source in zip(_ORIGINS, sources, strict=True):
        yield name, source()


def _entries(settings: Settings) -> Iterator[_Entry]:
    sources = list(_sources())

    def origin(*path: str) -> str:
        return next((name for name, values in sources if _has(values, path)), _DEFAULT)

    for name in type(settings).model_fields:
        if name == "engines":
            continue
        # Folders that follow from others are shown as what they come to.
        value = getattr(settings, f"{name}_folder", None) or getattr(settings, name)
        from_home = name in {"gallery", "models"} and origin(name) == _DEFAULT and settings.home
        yield _Entry(name, value, "home" if from_home else origin(name))
    for engine, options in sorted(settings.engines.items()):
        for option, value in sorted(options.items()):
            yield _Entry(f"engines.{engine}.{option}", value, origin("engines", engine, option))


def _has(values: object, path: tuple[str, ...]) -> bool:
    for part in path:
        if not isinstance(values, Mapping):
            return False
        values = cast("Mapping[str, object]", values).get(part)
    return values is not None


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
