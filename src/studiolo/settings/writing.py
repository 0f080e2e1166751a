"""The only writer of ``config.toml``: what else stands in it, its comments and its order stay as they are."""

from __future__ import annotations

import errno
import os
import re
import tempfile
import threading
import tomllib
from collections.abc import Callable, Generator, Mapping, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, cast

import tomlkit
from pydantic import SecretStr
from tomlkit.exceptions import TOMLKitError

from studiolo.errors import DiskFullError, SettingsError, reason, require_text
from studiolo.settings.model import Settings
from studiolo.settings.secrets import read_once
from studiolo.settings.sources import PREFIX, DotEnv, Environment, names_given, unknown_setting

Change = str | int | float | bool | list[str] | SecretStr | None
"""The value a setting is to have; None takes it out of the file."""

Complete = Callable[[Settings], Mapping[str, Change]]
"""Refuses settings that cannot be used; gives those values, by name, that are to be written otherwise."""

_ENGINE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LOCK: Final = threading.Lock()


def write_settings(file: Path, changes: Mapping[str, Change], *, complete: Complete) -> Settings:
    """Change settings in ``config.toml``: all of ``changes`` or none. It is readable by its owner alone.

    Args:
        file: the config file; it, and its folder, are made if need be.
        changes: by name: ``engine``, ``engines.openai.api_key``.
        complete: looks at the settings as they would be read, before anything is written.

    Returns:
        The settings as they are read from now on, but for ``home``.

    Raises:
        SettingsError: a name is unknown, a value wrong, something stronger sets it, or the file is broken or
            cannot be written; it is as it was.
        DiskFullError: there is no room; it is as it was.
    """
    for name in changes:
        parse_name(name)
    with _LOCK, _faults(file), read_once():
        file = file.resolve()  # a link, as some keep their settings elsewhere, stays one
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = _read(file)
        # Its own folder, so that what reads it is what reads config.toml at any other time.
        with tempfile.TemporaryDirectory(prefix=".config-", dir=file.parent) as folder:
            draft = Path(folder) / "config.toml"
            _write(draft, _changed(text, changes))
            candidate = Settings.load(home=draft.parent)
            _refuse_overridden(changes, text)
            _write(draft, _changed(text, {**changes, **complete(candidate)}))
            if _read(file) != text:
                raise SettingsError(
                    "config.toml was changed by somebody else meanwhile.", hint="Look at it, then repeat."
                )
            read = Settings.load(home=draft.parent)
            draft.replace(file)
            return read


def parse_name(name: str) -> tuple[str, ...]:
    """``engine`` as its one part, ``engines.openai.api_key`` as its three.

    Raises:
        SettingsError: there is no setting of such a name.
    """
    first, dot, rest = require_text(name, "name").partition(".")
    engine, _, option = rest.partition(".")
    if first == "engines" and _ENGINE.fullmatch(engine) and _ENGINE.fullmatch(option):
        return first, engine, option
    if dot or first not in Settings.model_fields or first == "engines":
        known = {*Settings.model_fields, "engines.NAME.OPTION"} - {"engines"}
        raise unknown_setting(name, known, f"There is no setting '{name}'.")
    return (first,)


def overridden(name: str) -> str:
    """What sets it that counts more than ``config.toml``: ``the environment``, ``.env``, or nothing."""
    for where, source in (
        ("the environment", Environment(Settings)),
        (".env", DotEnv(Settings, env_file=".env")),
    ):
        if name in names_given(source()):
            return where
    return ""


def _refuse_overridden(changes: Mapping[str, Change], text: str) -> None:
    written = set(names_given(tomllib.loads(text)))
    for name, value in changes.items():
        where = overridden(name)
        if where and (value is not None or name not in written):
            variable = PREFIX + "__".join(name.split(".")).upper()
            raise SettingsError(
                f"'{name}' is set in {where}, which counts more than config.toml.",
                hint=f"Change {variable} in {where}, or take it out there.",
            )
        if value is None and name not in written:
            _refuse_set_beneath(name)


def _refuse_set_beneath(name: str) -> None:
    """Nobody shall believe that a setting is gone which something weaker than ``config.toml`` sets."""
    where = Settings.origins().get(name, "")
    if where in {"", "home", "config.toml"}:
        return
    raise SettingsError(f"'{name}' is not in config.toml: it is set in {where}.", hint="Take it out there.")


def _changed(text: str, changes: Mapping[str, Change]) -> str:
    """The file's text with ``changes`` made.

    Raises:
        SettingsError: it is written in a way that tomlkit cannot change.
    """
    wanted = tomllib.loads(text)
    try:
        document = cast("dict[str, Any]", tomlkit.parse(text))
    except TOMLKitError as error:
        raise _unchangeable() from error
    fresh: dict[str, Any] = {}
    for name, change in changes.items():
        value = change.get_secret_value() if isinstance(change, SecretStr) else change
        *path, last = parse_name(name)
        if not path and last not in document and value is not None:
            fresh[last] = value
        else:
            _put(document, path, last, value, _new_table)
        _put(wanted, path, last, value, lambda _: {})
    # Ahead of all: a new line at the end would belong to the last table.
    changed = tomlkit.dumps(fresh) + tomlkit.dumps(document)
    if not _same(changed, wanted):
        raise _unchangeable()
    return changed


def _unchangeable() -> SettingsError:
    return SettingsError(
        "config.toml is written in a way that cannot be changed from here.",
        hint="Give each engine a table of its own, [engines.NAME], or change it in an editor.",
    )


def _new_table(holds_tables: bool) -> Any:
    return tomlkit.table(is_super_table=holds_tables)


def _put(
    tables: MutableMapping[str, Any], path: list[str], last: str, value: Any, new_table: Callable[[bool], Any]
) -> None:
    for part in path:
        if part not in tables:
            if value is None:
                return
            tables[part] = new_table(part == "engines")
        inner: Any = tables[part]
        if not isinstance(inner, MutableMapping):
            raise SettingsError(
                f"'{part}' in config.toml is no table.", hint="Write it as [engines.NAME], or take it out."
            )
        tables = cast("MutableMapping[str, Any]", inner)
    if value is None:
        tables.pop(last, None)
    else:
        tables[last] = value


def _same(text: str, wanted: Mapping[str, Any]) -> bool:
    try:
        return tomllib.loads(text) == wanted
    except tomllib.TOMLDecodeError:
        return False


def _read(file: Path) -> str:
    return file.read_bytes().decode() if file.exists() else ""


def _write(file: Path, text: str) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(descriptor)


@contextmanager
def _faults(file: Path) -> Generator[None]:
    """Raise as SettingsError what goes wrong with the file: it is left as it was."""
    try:
        yield
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        said = "not UTF-8" if isinstance(error, UnicodeDecodeError) else f"not valid TOML: {error}"
        raise SettingsError(
            f"config.toml is {said}; it was left as it is.", hint=f"Mend it, or move it away: {file}"
        ) from error
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFullError(
                "The disk is full; the settings are as they were.", hint="Free some space, then repeat."
            ) from error
        raise SettingsError(
            f"{file} cannot be written: {reason(error)}.",
            hint="Give yourself permission to write it and its folder, or set it in the environment.",
        ) from error
