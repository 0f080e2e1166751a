"""The only reader of the environment, ``.env`` and the config file.

Strongest first: arguments, ``STUDIOLO_*`` in the environment, ``.env`` in the working folder,
``config.toml``, defaults. ``STUDIOLO_HOME`` moves gallery, models and config into one folder.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any, Final, Self

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from studiolo.errors import SettingsError

PREFIX: Final = "STUDIOLO_"
_SECRET_WORDS: Final = ("key", "token", "secret", "password")

EngineOptions = dict[str, str | int | float | bool | SecretStr]


def config_file() -> Path:
    """Where ``config.toml`` is read from; it need not exist."""
    home = os.environ.get(f"{PREFIX}HOME")
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
    )

    home: Path | None = Field(
        None, description="One folder for gallery, models and config.toml, instead of the platform's own."
    )
    gallery: Path | None = Field(None, description="Folder of the gallery.")
    models: Path | None = Field(None, description="Folder of downloaded models.")
    engine: str = Field("pocket", description="Engine that paints when none is named.", min_length=1)
    offline: bool = Field(False, description="Refuse every connection beyond this machine.")
    threads: int | None = Field(
        None, ge=1, le=256, description="CPU threads an engine may use; empty: what the machine has."
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
            finding = error.errors(include_url=False)[0]
            name = ".".join(str(part) for part in finding["loc"])
            raise SettingsError(
                f"Setting '{name}': {finding['msg']}.",
                hint=f"Look at {PREFIX}{name.upper().replace('.', '__')}, .env and {config_file()}, "
                "then: studiolo config",
            ) from error
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(
                f"{config_file()} is not valid TOML: {error}.", hint="Mend that line, or move the file away."
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
        dotenv = _OwnNamesOnly(settings_cls, env_file=".env")
        return init_settings, env_settings, dotenv, TomlConfigSettingsSource(settings_cls, config_file())

    @field_validator("engines", mode="before")
    @classmethod
    def _hide_secrets(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value

        def hide(options: Any) -> Any:
            if not isinstance(options, dict):
                return options
            return {
                name: SecretStr(option)
                if isinstance(option, str) and any(word in str(name).lower() for word in _SECRET_WORDS)
                else option
                for name, option in options.items()
            }

        return {name: hide(options) for name, options in value.items()}

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
        return {name: value for name, value in super().__call__().items() if name in Settings.model_fields}
