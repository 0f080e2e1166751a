"""Settings changed from here: checked with the engines they are for, written, and used at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from studiolo.engines.kinds import Kind
from studiolo.engines.options import wrong_option
from studiolo.errors import UnknownEngineError
from studiolo.registry import closest, in_the_clear
from studiolo.settings import Settings, is_secret
from studiolo.settings.sources import unknown_setting
from studiolo.settings.writing import Change, parse_name, write_settings
from studiolo.studio.engines import CHOICES, POCKET, Registries, build_registries


def change_settings(
    file: Path, changes: Mapping[str, Change], *, registries: Registries | None = None
) -> Settings:
    """Write settings that can be used to ``file``; texts are read as the type they are for.

    Args:
        file: the ``config.toml``.
        changes: by name, such as ``engine`` or ``engines.openai.api_key``; None takes one out.
        registries: know which engines there are; those that are installed if not given.

    Returns:
        The settings as they are read from now on, but for ``home``.

    Raises:
        SettingsError: a name or a value is wrong, or the file cannot be changed; nothing was.
        UnknownEngineError: it names no engine; nothing was changed.
    """
    given = {name: _listed(name, value) for name, value in changes.items()}

    def complete(settings: Settings) -> dict[str, Change]:
        known = (
            build_registries(settings)
            if registries is None
            else {kind: registry.under(settings) for kind, registry in registries.items()}
        )
        _check_choices(settings, known, given)
        tables = {parts[1] for name in given if len(parts := parse_name(name)) > 1}
        declared = {engine: _declared(known, settings, engine) for engine in tables}
        return {
            name: _typed(settings, declared, name, value)
            for name, value in given.items()
            if isinstance(value, str)
        }

    return write_settings(file, given, complete=complete)


def _listed(name: str, value: Change) -> Change:
    """A text for a setting that is a list: names between commas."""
    if isinstance(value, str) and name in Settings.model_fields:
        default: object = Settings.model_fields[name].default
        if isinstance(default, tuple):
            return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _check_choices(settings: Settings, registries: Registries, changes: Mapping[str, Change]) -> None:
    """Whoever is to paint, talk or speak from now on is somebody."""
    for kind, setting in CHOICES.items():
        spec: str = getattr(settings, setting)
        if setting in changes and not (kind is Kind.CHAT and spec == POCKET):
            registries[kind].resolve(spec)


def _declared(registries: Registries, settings: Settings, engine: str) -> list[type[BaseModel] | None]:
    """What the engines of that name, one of each kind, say their options are; checks the table with it."""
    found: list[type[BaseModel] | None] = []
    for registry in registries.values():
        try:
            factory: Any = registry.factory(engine)
        except UnknownEngineError:
            continue
        found.append(getattr(factory, "options_type", None))
    table = settings.engines.get(engine, {})
    if not found and table:
        raise _unknown_engine(registries, engine)
    if found and all(found):
        _check_table(engine, in_the_clear(table), cast("list[type[BaseModel]]", found))
    return found


def _unknown_engine(registries: Registries, engine: str) -> UnknownEngineError:
    names = {name for registry in registries.values() for name in registry.names}
    near = closest(engine, names)
    meant = f"Did you mean '{near}'? " if near else ""
    return UnknownEngineError(
        f"There is no engine '{engine}'.",
        hint=f"{meant}A new name says first what it uses: studiolo config set engines.{engine}.uses ENGINE",
    )


def _check_table(engine: str, table: Mapping[str, object], types: list[type[BaseModel]]) -> None:
    """Every option is one that some engine of that name knows, and as that wants it."""
    known = {"uses", *(name for each in types for name in each.model_fields)}
    for option in table:
        if option not in known:
            name = f"engines.{engine}.{option}"
            raise unknown_setting(option, known, f"There is no setting '{name}'.")
    for each in types:
        mine = {option: value for option, value in table.items() if option in each.model_fields}
        for finding in _findings(each, mine):
            if finding["type"] != "missing":  # an address it has by itself
                raise wrong_option(engine, str(finding["loc"][0]), finding["msg"])


def _findings(model: type[BaseModel], values: Mapping[str, object]) -> Iterator[Any]:
    try:
        model.model_validate(values)
    except ValidationError as error:
        yield from error.errors(include_url=False, include_input=False, include_context=False)


def _typed(
    settings: Settings, declared: Mapping[str, list[type[BaseModel] | None]], name: str, value: str
) -> Change:
    """``value`` as TOML should have it: a number, true, or the text itself."""
    _, *rest = parse_name(name)
    if not rest:
        read: object = getattr(settings, name)
        return read if isinstance(read, bool | int | float) else value
    engine, option = rest
    if is_secret(option) or option == "uses":
        return value
    fields = [each.model_fields[option] for each in declared[engine] if each and option in each.model_fields]
    return _read_as(fields[0], value) if fields else _guessed(value)


def _read_as(field: FieldInfo, text: str) -> Change:
    try:
        read = TypeAdapter[Any](cast("Any", field.annotation)).validate_python(text)
    except ValidationError:  # an option with a reading of its own, which has approved of the text
        return text
    if isinstance(read, Path):
        return str(read.expanduser().absolute())  # typed in this folder, read in any
    return read if isinstance(read, bool | int | float) else text


def _guessed(text: str) -> Change:
    """Of an option that its engine does not declare: what looks like a number or a truth is one."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return {"true": True, "false": False}.get(text.lower(), text)
