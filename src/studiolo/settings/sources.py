"""Where settings are read from beside files of ours: the environment, ``.env``, services' own names."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, cast

from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
)

from studiolo.errors import SettingsError

PREFIX: Final = "STUDIOLO_"
_SECRET_WORDS: Final = ("key", "token", "secret", "password")
_KUBERNETES: Final = re.compile(r"(\w+_)?(service_(host|port\w*)|port(_\d+_(tcp|udp|sctp)\w*)?)")
"""What every container finds in its environment if a service is called studiolo, less the prefix."""

CONVENTIONAL: Final = {
    "GEMINI_API_KEY": ("gemini", "api_key"),
    "HF_TOKEN": ("huggingface", "api_key"),
    "MISTRAL_API_KEY": ("mistral", "api_key"),
    "OPENAI_API_KEY": ("openai", "api_key"),
    "OPENAI_BASE_URL": ("openai", "base_url"),
    "OPENROUTER_API_KEY": ("openrouter", "api_key"),
    "REPLICATE_API_TOKEN": ("replicate", "api_key"),
    "TOGETHER_API_KEY": ("together", "api_key"),
}
"""Variables that the services' own tools read, and the option each fills where it is set nowhere else."""


class Environment(EnvSettingsSource):
    """The environment; a name with our prefix that is no setting is refused."""

    def __call__(self) -> dict[str, Any]:
        """What it gives."""
        refuse_unknown(self.env_vars, self.settings_cls, "the environment")
        return super().__call__()


class DotEnv(DotEnvSettingsSource):
    """``.env`` is often shared with other programs: names without our prefix are theirs."""

    def __call__(self) -> dict[str, Any]:
        """What it gives of ours."""
        refuse_unknown(self.env_vars, self.settings_cls, ".env")
        return {
            name: value
            for name, value in super().__call__().items()
            if name in self.settings_cls.model_fields
        }


class Conventional(PydanticBaseSettingsSource):
    """Keys that ``variables`` (names in lower case) have under the names their services gave them.

    A key is meant for its service: where ``ours`` give an engine another address, it is not sent there.
    """

    def __init__(
        self,
        settings_cls: type[BaseSettings],
        ours: Sequence[PydanticBaseSettingsSource],
        variables: Callable[[], Mapping[str, str | None]],
    ) -> None:
        super().__init__(settings_cls)
        self._ours = ours
        self._variables = variables

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Unused: all options are given at once."""
        del field
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """The options they fill, by engine."""
        found = self._variables()
        moved = {engine for source in self._ours for engine in _with_address(source().get("engines"))}
        engines: dict[str, dict[str, str]] = {}
        for variable, (engine, option) in CONVENTIONAL.items():
            value = found.get(variable.lower())
            if value and engine not in moved:
                engines.setdefault(engine, {})[option] = value
        return {"engines": engines} if engines else {}


def variables_here(settings_cls: type[BaseSettings]) -> dict[str, str | None]:
    """All that the environment and ``.env`` have, other programs' too; names in lower case."""
    return {**DotEnv(settings_cls, env_file=".env").env_vars, **Environment(settings_cls).env_vars}


def _with_address(tables: Any) -> Iterator[str]:
    """The engines that were given an address; nothing here was validated yet."""
    if isinstance(tables, Mapping):
        for name, options in cast("Mapping[str, Any]", tables).items():
            if isinstance(options, Mapping) and "base_url" in options:
                yield name


def refuse_unknown(variables: Mapping[str, str | None], settings_cls: type[BaseSettings], where: str) -> None:
    """Refuse a variable with our prefix that is no setting; ``where`` is what has it.

    Raises:
        SettingsError: says which, and the one that was probably meant.
    """
    for variable in variables:
        name = variable.removeprefix(PREFIX.lower())
        field, nested, _ = name.partition("__")
        known = field == "engines" if nested else field in settings_cls.model_fields
        if name != variable and not known and not _KUBERNETES.fullmatch(name):
            raise unknown_setting(
                field,
                settings_cls.model_fields,
                f"There is no setting {variable.upper()}, as {where} has it.",
            )


def unknown_setting(name: str, known: Iterable[str], message: str) -> SettingsError:
    """What to raise of a name that is no setting, with the one that was probably meant."""
    names = sorted(known)
    close = difflib.get_close_matches(name, [each for each in names if each != name], n=1, cutoff=0.5)
    meant = f"Did you mean '{close[0]}'? " if close else ""
    return SettingsError(message, hint=f"{meant}Known: {', '.join(names)}.")


def is_secret(option: str) -> bool:
    """Whether the option of an engine is hidden wherever settings are shown."""
    return any(word in option.lower() for word in _SECRET_WORDS)


def names_given(values: Mapping[str, Any]) -> Iterator[str]:
    """The settings that a source gives."""
    for name, value in values.items():
        if name == "engines":
            yield from (f"engines.{engine}.{option}" for engine in value for option in value[engine])
        elif value is not None:
            yield name
