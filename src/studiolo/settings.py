"""The only reader of the environment, ``.env`` and the config file.

Strongest first: arguments, ``STUDIOLO_*`` in the environment, ``.env`` in the working folder,
``config.toml``, defaults. ``STUDIOLO_HOME`` moves gallery, models and config into one folder.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Self, cast

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings import SettingsError as UnparsableError

from studiolo.errors import SettingsError

PREFIX: Final = "STUDIOLO_"
_SECRET_WORDS: Final = ("key", "token", "secret", "password")

EngineOptions = dict[str, str | int | float | bool | SecretStr]


def config_file(home: Path | str | None = None) -> Path:
    """Where ``config.toml`` is read from; it need not exist.

    Args:
        home: the settings' ``home``, if it was not given by ``STUDIOLO_HOME`` in the environment.
    """
    home = home or os.environ.get(f"{PREFIX}HOME")
    return (Path(home).expanduser() if home else platformdirs.user_config_path("studiolo")) / "config.toml"


class Settings(BaseSettings):
    """Everything that can be configured. Secrets are hidden when printed.

    Engines have a table each in the config file, ``[engines.<name>]``, or environment variables
    such as ``STUDIOLO_ENGINES__REPLICATE__API_KEY``.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        env_file=".env",
        extra="forbid",
        frozen=True,
        env_ignore_empty=True,
        hide_input_in_errors=True,  # what was given may be a key
    )

    home: Path | None = Field(
        default=None,
        description="One folder for gallery, models and config.toml, instead of the platform's own.",
    )
    gallery: Path | None = Field(default=None, description="Folder of the gallery.")
    models: Path | None = Field(default=None, description="Folder of downloaded models.")
    engine: str = Field(default="pocket", description="Engine that paints when none is named.", min_length=1)
    offline: bool = Field(default=False, description="Refuse every connection beyond this machine.")
    threads: int | None = Field(
        default=None, ge=1, le=256, description="CPU threads an engine may use; empty: what the machine has."
    )
    engines: dict[str, EngineOptions] = Field(
        default_factory=dict[str, EngineOptions], description="Options of each engine, keys among them."
    )

    @classmethod
    def load(cls, **overrides: Any) -> Self:
        """Read every source.

        Raises:
            SettingsError: a value is wrong, a name unknown, or a file unreadable; says which and where.
        """
        try:
            return cls(**overrides)
        except ValidationError as error:
            raise _explain(error) from error
        except UnparsableError as error:
            raise SettingsError(
                f"{error}: not valid JSON.",
                hint=f"Give each option its own variable, such as {PREFIX}ENGINES__REPLICATE__API_KEY.",
            ) from error
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(
                f"config.toml is not valid TOML: {error}.",
                hint=f"Mend that line, or move the file away: {config_file(overrides.get('home'))}",
            ) from error
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                f"A settings file cannot be read: {error}.", hint="Check its mode."
            ) from error

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, environment, ``.env``, config file: strongest first."""
        del dotenv_settings, file_secret_settings
        stronger = init_settings, env_settings, _OwnNamesOnly(settings_cls, env_file=".env")
        home = next((home for source in stronger if (home := source().get("home"))), None)
        return *stronger, TomlConfigSettingsSource(settings_cls, config_file(home))

    @field_validator("engines", mode="before")
    @classmethod
    def _hide_secrets_of_engines(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        tables = cast("Mapping[str, Any]", value)
        return {name: _hide_secrets(options) for name, options in tables.items()}

    @property
    def gallery_folder(self) -> Path:
        """Where pictures are kept."""
        return self._folder(self.gallery, "gallery", platformdirs.user_data_path("studiolo"))

    @property
    def models_folder(self) -> Path:
        """Where downloaded models are kept."""
        return self._folder(self.models, "models", platformdirs.user_cache_path("studiolo"))

    def _folder(self, given: Path | None, name: str, platform_folder: Path) -> Path:
        if given is not None:
            return given.expanduser()
        return (self.home.expanduser() if self.home else platform_folder) / name


class _OwnNamesOnly(DotEnvSettingsSource):
    """``.env`` is often shared with other programs: names without our prefix are theirs."""

    def __call__(self) -> dict[str, Any]:
        ours = {
            name.removeprefix(PREFIX.lower()) for name in self.env_vars if name.startswith(PREFIX.lower())
        }
        known = {name: value for name, value in super().__call__().items() if name in Settings.model_fields}
        misspelt = {name for name in ours if name.partition("__")[0] not in Settings.model_fields}
        return known | dict.fromkeys(misspelt)  # unknown names are refused where every source's are


def _hide_secrets(options: Any) -> Any:
    if not isinstance(options, Mapping):
        return options
    return {
        name: SecretStr(option)
        if isinstance(option, str) and any(word in name.lower() for word in _SECRET_WORDS)
        else option
        for name, option in cast("Mapping[str, Any]", options).items()
    }


def _explain(error: ValidationError) -> SettingsError:
    """One line a person can act on, from pydantic's first finding; never the value, it may be a key."""
    finding = error.errors(include_url=False, include_input=False)[0]
    # A path such as engines.replicate.timeout_s, without the name of the type that was tried.
    parts = [str(part) for part in finding["loc"]]
    name = ".".join(parts[:3] if parts[0] == "engines" else parts[:1])
    if finding["type"] == "extra_forbidden":
        close = difflib.get_close_matches(name, Settings.model_fields, n=1, cutoff=0.5)
        meant = f"Did you mean '{close[0]}'? " if close else ""
        return SettingsError(
            f"There is no setting '{name}'.",
            hint=f"{meant}Known: {', '.join(sorted(Settings.model_fields))}.",
        )
    said = finding["msg"].removeprefix("Input should be ")
    variable = PREFIX + "__".join(name.split(".")).upper()
    return SettingsError(
        f"Setting '{name}' must be {said}.",
        hint=f"Look at {variable} in the environment and .env, and at {name} in config.toml; "
        "then: studiolo config",
    )
