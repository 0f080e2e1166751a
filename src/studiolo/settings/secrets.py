"""Settings from a secret: a JSON object that ``secrets = "aws:NAME"`` names.

In it a setting is named as here (``"engines.openai.api_key"``, or tables within tables), or as in the
environment (``"STUDIOLO_ENGINE"``, ``"OPENAI_API_KEY"``), where other programs' names are left alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from typing import Any, Final, cast

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource

from studiolo import offline
from studiolo.errors import OfflineError, SettingsError
from studiolo.settings.aws import Secret, read_secret
from studiolo.settings.sources import PREFIX, refuse_unknown, unknown_setting

_SCHEME: Final = "aws:"
_VARIABLE: Final = re.compile(r"[A-Z][A-Z0-9_]*")
_READ_BEFORE: Final = ("home", "secrets", "secrets_region", "secrets_profile")
"""What decides which secret is read cannot stand in it."""

_kept: ContextVar[dict[Secret, str] | None] = ContextVar("secrets", default=None)


@contextmanager
def read_once() -> Generator[None]:
    """However often settings are read within, each secret is asked for once."""
    token = _kept.set({} if _kept.get() is None else _kept.get())
    try:
        yield
    finally:
        _kept.reset(token)


class SecretVariables(EnvSettingsSource):
    """What a secret gives under names of the environment."""

    def __init__(self, settings_cls: type[BaseSettings], variables: Mapping[str, str]) -> None:
        self._variables = variables
        super().__init__(settings_cls)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return self._variables


class SecretSettings(PydanticBaseSettingsSource):
    """The secret that stronger sources name; nothing is read before it is called."""

    def __init__(self, settings_cls: type[BaseSettings], secret: Secret, *, forbidden: bool) -> None:
        super().__init__(settings_cls)
        self._secret = secret
        self._forbidden = forbidden
        self.origin = f"AWS Secrets Manager: {secret.name}"

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Unused: all settings are given at once."""
        del field
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """What it gives."""
        return self._values

    def variables(self) -> dict[str, str]:
        """What it gives under names of the environment, in lower case: ours, services' and others'."""
        return {
            name.lower(): _as_text(value) for name, value in self._object.items() if _is_variable(name, value)
        }

    @cached_property
    def _values(self) -> dict[str, Any]:
        where = f"the secret '{self._secret.name}'"
        ours = {name: value for name, value in self.variables().items() if name.startswith(PREFIX.lower())}
        refuse_unknown(ours, self.settings_cls, where)
        values = SecretVariables(self.settings_cls, ours)()
        for name, value in self._object.items():
            if not _VARIABLE.fullmatch(name) and value is not None:
                self._put(values, name, value)
        for name in _READ_BEFORE:
            if name in values:
                raise SettingsError(
                    f"The secret '{self._secret.name}' sets '{name}', which is needed to find it.",
                    hint=f"Take it out there; set {name} in the environment, .env or config.toml.",
                )
        return values

    def _put(self, values: dict[str, Any], name: str, value: Any) -> None:
        first, *rest = name.split(".")
        if first not in self.settings_cls.model_fields or (rest and first != "engines"):
            said = f"There is no setting '{name}', as the secret '{self._secret.name}' has it."
            raise unknown_setting(name, self.settings_cls.model_fields, said)
        for part in reversed(rest):
            value = {part: value}
        values[first] = _merged(values.get(first), value)

    @cached_property
    def _object(self) -> dict[str, Any]:
        try:
            found: Any = json.loads(self._text())
        except ValueError:
            found = None
        if not isinstance(found, dict):
            # Without a cause: that would carry the secret.
            raise SettingsError(
                f"The secret '{self._secret.name}' is no JSON object.",
                hint='Store settings in it: {"engines.openai.api_key": "…"}',
            )
        return cast("dict[str, Any]", found)

    def _text(self) -> str:
        if self._forbidden or offline.is_forbidden():
            raise OfflineError(
                f"The secret '{self._secret.name}' cannot be read: STUDIOLO_OFFLINE is set.",
                hint="Unset STUDIOLO_OFFLINE, or take the setting out: studiolo config unset secrets",
            )
        kept = _kept.get()
        if kept is None:
            return read_secret(self._secret)
        if self._secret not in kept:
            kept[self._secret] = read_secret(self._secret)
        return kept[self._secret]


def find_secret(
    settings_cls: type[BaseSettings], stronger: Sequence[PydanticBaseSettingsSource]
) -> SecretSettings | None:
    """The source that ``stronger`` ones, strongest first, name; None if they name none.

    Raises:
        SettingsError: what they name is no secret.
    """
    given: dict[str, Any] = {}
    for source in reversed(stronger):
        given |= {name: value for name, value in source().items() if value is not None}
    place: object = given.get("secrets")
    if place is None:
        return None
    name = place.removeprefix(_SCHEME).strip() if isinstance(place, str) else ""
    if not name or name == place:
        raise SettingsError(
            "Setting 'secrets' must be aws: and the name or ARN of a secret of AWS Secrets Manager.",
            hint='Such as: secrets = "aws:studiolo"',
        )
    secret = Secret(
        name, region=_text_of(given, "secrets_region"), profile=_text_of(given, "secrets_profile")
    )
    return SecretSettings(settings_cls, secret, forbidden=_is_true(given.get("offline", False)))


def _text_of(given: Mapping[str, Any], name: str) -> str | None:
    value: object = given.get(name)
    if value is None or (isinstance(value, str) and value):
        return value
    raise SettingsError(f"Setting '{name}' must be a text.", hint=f"Write it so, or take {name} out.")


def _is_true(value: object) -> bool:
    """As the setting will be read; what cannot be read so allows nothing."""
    try:
        return TypeAdapter(bool).validate_python(value)
    except ValidationError:
        return True


def _is_variable(name: str, value: object) -> bool:
    return _VARIABLE.fullmatch(name) is not None and value is not None


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _merged(below: Any, above: Any) -> Any:
    """Tables within tables, put together; ``above`` counts more."""
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    tables = cast("dict[str, Any]", below)
    return {
        **tables,
        **{name: _merged(tables.get(name), value) for name, value in cast("dict[str, Any]", above).items()},
    }
