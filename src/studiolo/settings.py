"""The only reader of the environment, ``.env`` and the config file.

Strongest first: arguments, ``STUDIOLO_*`` in the environment, ``.env`` in the working folder,
``config.toml``, defaults. ``STUDIOLO_HOME`` moves gallery, models and config into one folder.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self, cast

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings import SettingsError as UnparsableError

from studiolo.errors import SettingsError, reason

PREFIX: Final = "STUDIOLO_"
_SECRET_WORDS: Final = ("key", "token", "secret", "password")
_KUBERNETES: Final = re.compile(r"(\w+_)?(service_(host|port\w*)|port(_\d+_(tcp|udp|sctp)\w*)?)")
"""What every container finds in its environment if a service is called studiolo, less the prefix."""

CONVENTIONAL: Final = {
    "GEMINI_API_KEY": ("gemini", "api_key"),
    "MISTRAL_API_KEY": ("mistral", "api_key"),
    "OPENAI_API_KEY": ("openai", "api_key"),
    "OPENAI_BASE_URL": ("openai", "base_url"),
    "OPENROUTER_API_KEY": ("openrouter", "api_key"),
    "REPLICATE_API_TOKEN": ("replicate", "api_key"),
}
"""Variables that the services' own tools read, and the option each fills where it is set nowhere else."""

EngineOptions = dict[str, str | int | float | bool | SecretStr]


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
    assistant: str = Field(
        default="pocket", description="Assistant that suggests, answers and translates.", min_length=1
    )
    speech: str = Field(default="espeak", description="Engine that speaks when none is named.", min_length=1)
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
    upload_mb: int = Field(default=32, ge=1, le=1024, description="Largest picture a client may bring, in MB.")
    engines: dict[str, EngineOptions] = Field(
        default_factory=dict[str, EngineOptions], description="Options of each engine, keys among them."
    )

    @classmethod
    def load(cls, **overrides: Any) -> Self:
        """Read every source.

        Raises:
            SettingsError: a value is wrong, a name unknown, or a file unreadable; says which and where.
        """
        with _faults(overrides.get("home")):
            return cls(**overrides)

    @classmethod
    def config_file(cls, home: Path | str | None = None) -> Path:
        """Where ``config.toml`` is read from; it need not exist, or be readable.

        Args:
            home: the settings' ``home``, where it is given as an argument.

        Raises:
            SettingsError: ``.env`` cannot be read, or ``home`` cannot be found.
        """
        with _faults():
            for source in (_Environment(cls), _DotEnv(cls, env_file=".env")):
                home = home or source.env_vars.get(f"{PREFIX}home".lower())
            folder = _expand(Path(home)) if home else platformdirs.user_config_path("studiolo")
            return folder / "config.toml"

    @classmethod
    def origins(cls) -> dict[str, str]:
        """Where each setting comes from: ``environment``, ``.env``, ``config.toml``, or ``home``.

        By name, options of engines as ``engines.<name>.<option>``. What is not in it has its default.

        Raises:
            SettingsError: as :meth:`load`.
        """
        cls.load()  # what is wrong is said before anything is said of where it comes from
        origins: dict[str, str] = {}
        for origin, source in reversed(cls._sources().items()):
            origins |= dict.fromkeys(_names(source()), origin)
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
        """Arguments, environment, ``.env``, config file: strongest first."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return init_settings, *cls._sources(init_settings().get("home")).values()

    @classmethod
    def _sources(cls, home: Path | str | None = None) -> dict[str, PydanticBaseSettingsSource]:
        """What is read beside arguments, by where it is, strongest first."""
        ours: dict[str, PydanticBaseSettingsSource] = {
            "environment": _Environment(cls),
            ".env": _DotEnv(cls, env_file=".env"),
            "config.toml": TomlConfigSettingsSource(cls, cls.config_file(home)),
        }
        return {**ours, "the service's own variable": _Conventional(cls, list(ours.values()))}

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
            return _expand(given)
        return (_expand(self.home) if self.home else platform_folder) / name


class _Environment(EnvSettingsSource):
    """The environment; a name with our prefix that is no setting is refused."""

    def __call__(self) -> dict[str, Any]:
        _refuse_unknown(self.env_vars, "the environment")
        return super().__call__()


class _DotEnv(DotEnvSettingsSource):
    """``.env`` is often shared with other programs: names without our prefix are theirs."""

    def __call__(self) -> dict[str, Any]:
        _refuse_unknown(self.env_vars, ".env")
        return {name: value for name, value in super().__call__().items() if name in Settings.model_fields}


class _Conventional(PydanticBaseSettingsSource):
    """Keys that the environment or ``.env`` has under the names their services gave them.

    A key is meant for its service: where ``ours`` give an engine another address, it is not sent there.
    """

    def __init__(self, settings_cls: type[BaseSettings], ours: Sequence[PydanticBaseSettingsSource]) -> None:
        super().__init__(settings_cls)
        self._ours = ours

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Unused: all options are given at once."""
        del field
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        sources = (_DotEnv(Settings, env_file=".env"), _Environment(Settings))
        found = {name: value for source in sources for name, value in source.env_vars.items() if value}
        moved = {engine for source in self._ours for engine in _with_address(source().get("engines"))}
        engines: dict[str, dict[str, str]] = {}
        for variable, (engine, option) in CONVENTIONAL.items():
            value = found.get(variable.lower())
            if value and engine not in moved:
                engines.setdefault(engine, {})[option] = value
        return {"engines": engines} if engines else {}


def _with_address(tables: Any) -> Iterator[str]:
    """The engines that were given an address; nothing here was validated yet."""
    if isinstance(tables, Mapping):
        for name, options in cast("Mapping[str, Any]", tables).items():
            if isinstance(options, Mapping) and "base_url" in options:
                yield name


def _refuse_unknown(variables: Mapping[str, str | None], where: str) -> None:
    for variable in variables:
        name = variable.removeprefix(PREFIX.lower())
        field, nested, _ = name.partition("__")
        known = field == "engines" if nested else field in Settings.model_fields
        if name != variable and not known and not _KUBERNETES.fullmatch(name):
            raise _unknown(field, f"There is no setting {variable.upper()}, as {where} has it.")


def _unknown(name: str, message: str) -> SettingsError:
    others = [field for field in Settings.model_fields if field != name]
    close = difflib.get_close_matches(name, others, n=1, cutoff=0.5)
    meant = f"Did you mean '{close[0]}'? " if close else ""
    return SettingsError(message, hint=f"{meant}Known: {', '.join(sorted(Settings.model_fields))}.")


def _names(values: Mapping[str, Any]) -> Iterator[str]:
    """The settings that a source gives."""
    for name, value in values.items():
        if name == "engines":
            yield from (f"engines.{engine}.{option}" for engine in value for option in value[engine])
        elif value is not None:
            yield name


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
        name: SecretStr(option)
        if isinstance(option, str) and any(word in name.lower() for word in _SECRET_WORDS)
        else option
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
        return _unknown(name, f"There is no setting '{name}'.")
    said = finding["msg"].removeprefix("Input should be ")
    variable = PREFIX + "__".join(name.split(".")).upper()
    return SettingsError(
        f"Setting '{name}' must be {said}.",
        hint=f"Look at {variable} in the environment and .env, and at {name} in config.toml; "
        "then: studiolo config",
    )
