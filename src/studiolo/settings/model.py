"""Every setting: what it may be, and where it is read from.

Strongest first: arguments, ``STUDIOLO_*`` in the environment, ``.env`` in the working folder,
``config.toml``, the secret that ``secrets`` names, defaults. ``STUDIOLO_HOME`` moves gallery, models
and config into one folder.
"""

from __future__ import annotations

import tomllib
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self, cast

import platformdirs
from pydantic import Field, PrivateAttr, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings import SettingsError as UnparsableError

from studiolo.errors import SettingsError, reason
from studiolo.settings.secrets import find_secret, read_once
from studiolo.settings.sources import (
    PREFIX,
    Conventional,
    DotEnv,
    Environment,
    is_secret,
    names_given,
    unknown_setting,
    variables_here,
)

EngineOptions = dict[str, str | int | float | bool | SecretStr]


class Settings(BaseSettings):
    """Everything that can be configured. Secrets are hidden when printed.

    Engines have a table each in the config file, ``[engines.<name>]``, or environment variables
    such as ``STUDIOLO_ENGINES__REPLICATE__API_KEY``.
    """

    _file: Path | None = PrivateAttr(default=None)

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
    assistant: str = Field(
        default="pocket", description="Assistant that suggests, answers and translates.", min_length=1
    )
    speech: str = Field(default="espeak", description="Engine that speaks when none is named.", min_length=1)
    max_cost: float | None = Field(
        default=None,
        ge=0,
        allow_inf_nan=False,
        description="US dollars one call may cost at most, where it does not say itself; empty: no limit.",
    )
    offline: bool = Field(default=False, description="Refuse every connection beyond this machine.")
    threads: int | None = Field(
        default=None, ge=1, le=256, description="CPU threads an engine may use; empty: what the machine has."
    )
    server_host: str = Field(
        default="127.0.0.1",
        min_length=1,
        description="Address the server listens on; any but this machine's own requires tokens.",
    )
    server_port: int = Field(default=7333, ge=0, le=65_535, description="Port; 0: any that is free.")
    server_names: tuple[str, ...] = Field(
        default=(), description="Names under which the server is reached, such as those of a proxy."
    )
    server_tokens: bool = Field(
        default=False, description="Require tokens on this machine's own address, too: behind a proxy."
    )
    queue_size: int = Field(default=100, ge=1, le=100_000, description="Jobs that may wait at once.")
    upload_mb: int = Field(
        default=32, ge=1, le=1024, description="Largest picture a client may bring, in MB."
    )
    secrets: str | None = Field(
        default=None,
        description="A secret that holds settings, such as aws:studiolo; config.toml counts more than it.",
    )
    secrets_region: str | None = Field(
        default=None, min_length=1, description="AWS region of the secret; empty: as AWS tools find it."
    )
    secrets_profile: str | None = Field(
        default=None, min_length=1, description="Profile of ~/.aws/config to read the secret with."
    )
    engines: dict[str, EngineOptions] = Field(
        default_factory=dict[str, EngineOptions], description="Options of each engine, keys among them."
    )

    @classmethod
    def load(cls, **overrides: Any) -> Self:
        """Read every source.

        Raises:
            SettingsError: a value is wrong, a name unknown, a file or secret unreadable; which, and where.
            EngineError: the secret that ``secrets`` names cannot be had: no extra, network, or permission.
        """
        home = overrides.get("home")
        with _faults(home):
            settings = cls(**overrides)
            settings._file = cls.config_file(home)
            return settings

    @classmethod
    def config_file(cls, home: Path | str | None = None) -> Path:
        """Where ``config.toml`` is read from; it need not exist, or be readable.

        Args:
            home: the settings' ``home``, where it is given as an argument.

        Raises:
            SettingsError: ``.env`` cannot be read, or ``home`` cannot be found.
        """
        with _faults():
            for source in (Environment(cls), DotEnv(cls, env_file=".env")):
                home = home or source.env_vars.get(f"{PREFIX}home".lower())
            folder = _expand(Path(home)) if home else platformdirs.user_config_path("studiolo")
            return folder / "config.toml"

    @classmethod
    def origins(cls) -> dict[str, str]:
        """Where each setting comes from: ``environment``, ``.env``, ``config.toml``, a secret, or ``home``.

        By name, options of engines as ``engines.<name>.<option>``. What is not in it has its default.

        Raises:
            StudioloError: as :meth:`load`.
        """
        origins: dict[str, str] = {}
        with read_once():
            cls.load()  # what is wrong is said before anything is said of where it comes from
            for origin, source in reversed(cls._sources()):
                origins |= dict.fromkeys(names_given(source()), origin)
        return ({"gallery": "home", "models": "home"} if "home" in origins else {}) | origins

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, environment, ``.env``, config file, secret: strongest first."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return init_settings, *(source for _, source in cls._sources(init_settings))

    @classmethod
    def _sources(
        cls, arguments: PydanticBaseSettingsSource | None = None
    ) -> list[tuple[str, PydanticBaseSettingsSource]]:
        """What is read beside arguments, with where it is, strongest first."""
        home = arguments().get("home") if arguments else None
        ours: list[tuple[str, PydanticBaseSettingsSource]] = [
            ("environment", Environment(cls)),
            (".env", DotEnv(cls, env_file=".env")),
            ("config.toml", TomlConfigSettingsSource(cls, cls.config_file(home))),
        ]
        stronger = [arguments] if arguments else []
        secret = find_secret(cls, [*stronger, *(source for _, source in ours)])
        if secret:
            ours.append((secret.origin, secret))
        given = [source for _, source in ours]
        ours.append(("the service's own variable", Conventional(cls, given, lambda: variables_here(cls))))
        if secret:
            ours.append((secret.origin, Conventional(cls, given, secret.variables)))
        return ours

    @field_validator("engines", mode="before")
    @classmethod
    def _hide_secrets_of_engines(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        tables = cast("Mapping[str, Any]", value)
        return {name: _hide_secrets(options) for name, options in tables.items()}

    @property
    def file(self) -> Path:
        """The ``config.toml`` that belongs to these settings; it need not exist."""
        return self._file or self.config_file()

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
            return _expand(given)
        return (_expand(self.home) if self.home else platform_folder) / name


def _expand(folder: Path) -> Path:
    try:
        return folder.expanduser()
    except RuntimeError as error:
        raise SettingsError(
            f"There is no user's folder for '{folder}'.", hint="Write the whole path, without ~."
        ) from error


def _hide_secrets(options: Any) -> Any:
    if not isinstance(options, Mapping):
        return options
    return {
        name: SecretStr(option) if isinstance(option, str) and is_secret(name) else option
        for name, option in cast("Mapping[str, Any]", options).items()
    }


@contextmanager
def _faults(home: Path | str | None = None) -> Generator[None]:
    """Raise what reading the sources raises as SettingsError."""
    try:
        yield
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
            hint=f"Mend that line, or move the file away: {Settings.config_file(home)}",
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError(
            "A settings file cannot be read: it is not UTF-8.",
            hint="Save .env in this folder, or config.toml (studiolo config --path), as UTF-8.",
        ) from error
    except OSError as error:
        raise SettingsError(
            f"The settings in {error.filename} cannot be read: {reason(error)}.",
            hint="Give yourself permission, or move the file away.",
        ) from error


def _explain(error: ValidationError) -> SettingsError:
    """One line a person can act on, from pydantic's first finding; never the value, it may be a key."""
    finding = error.errors(include_url=False, include_input=False)[0]
    # A path such as engines.replicate.timeout_s, without the name of the type that was tried.
    parts = [str(part) for part in finding["loc"]]
    name = ".".join(parts[:3] if parts[0] == "engines" else parts[:1])
    if finding["type"] == "extra_forbidden":
        return unknown_setting(name, Settings.model_fields, f"There is no setting '{name}'.")
    said = finding["msg"].removeprefix("Input should be ")
    variable = PREFIX + "__".join(name.split(".")).upper()
    return SettingsError(
        f"Setting '{name}' must be {said}.",
        hint=f"Look at {variable} in the environment and .env, and at {name} in config.toml, or the secret "
        "if there is one; then: studiolo config",
    )
