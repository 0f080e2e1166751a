"""Where an engine that speaks as OpenAI does is reached, and with which key, whatever it is asked for."""

from __future__ import annotations

import difflib
import json
import threading
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

from pydantic import BaseModel, Field, ValidationError, field_validator

from studiolo.engines.base import Availability, EngineConfig
from studiolo.engines.http import Fault, Host, HostedOptions, Service
from studiolo.engines.http.hosting import reachable
from studiolo.engines.http.judging import Explain
from studiolo.engines.http.worker import Beat
from studiolo.engines.openai.profiles import OLLAMA, Profile
from studiolo.errors import EngineError, SettingsError, StudioloError
from studiolo.imaging.sending import MAX_SIDE_PX
from studiolo.offline import is_loopback

_MOST_SHOWN: Final = 12
_QUICK: Final = {"connect_timeout_s": 1, "timeout_s": 2, "total_timeout_s": 3, "max_retries": 0}
"""How a server of this machine is asked whether it is there."""


class Options(HostedOptions):
    """What ``[engines.openai]`` and the tables of its like may say; ``extra`` goes into the body."""

    organization: str = ""
    model: str = ""
    price_input_per_million: float | None = Field(default=None, ge=0, description="US dollars.")
    price_output_per_million: float | None = Field(default=None, ge=0, description="US dollars.")
    max_image_side_px: int = Field(default=MAX_SIDE_PX, ge=32, le=8192)
    extra: dict[str, Any] = Field(default_factory=dict[str, Any], description="A JSON object.")

    @field_validator("extra", mode="before")
    @classmethod
    def _read_json(cls, value: Any) -> Any:
        return json.loads(value) if isinstance(value, str) else value  # an environment has only text


class _Model(BaseModel):
    id: str = ""


class _Models(BaseModel):
    data: list[_Model]


class Account:
    """An address, a key and the service behind them. Does nothing until it is used."""

    def __init__(
        self,
        config: EngineConfig,
        profile: Profile,
        explain: Explain,
        *,
        options_type: type[Options] = Options,
    ) -> None:
        self.config = config
        self.profile = profile
        self._explain = explain
        self._options_type = options_type
        self._service: Service | None = None
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """What the engine is called here: ``[engines.<name>]``."""
        return self.config.name or self.profile.name

    @cached_property
    def options(self) -> Options:
        """Its settings.

        Raises:
            SettingsError: one of them is wrong.
        """
        return self._options_type.read(self.name, self.config.options, base_url=self.profile.base_url)

    @property
    def at_home(self) -> bool:
        """Whether it is the service the profile was written for, not another of the same tongue."""
        return self.options.base_url == self.profile.base_url

    @cached_property
    def host(self) -> Host:
        """How messages speak of it."""
        return Host(
            engine=self.name,
            title=self.profile.title if self.at_home or self.profile.start else self.name,
            key_variable=self.profile.key_variable if self.at_home else "",
            start=self.profile.start if is_loopback(self.options.host) else "",
            charges=self._needs_key or not is_loopback(self.options.host),
        )

    @property
    def service(self) -> Service:
        """The connection.

        Raises:
            CredentialsError: it needs a key, and has none.
        """
        self.check_key()
        organization = self.options.organization
        with self._lock:
            if self._service is None:
                self._service = Service(
                    self.host,
                    self.options,
                    offline=self.config.offline,
                    headers={"OpenAI-Organization": organization} if organization else {},
                    explain=self._explain,
                )
            return self._service

    @property
    def _needs_key(self) -> bool:
        return bool(self.profile.key_variable) and self.at_home

    def check_key(self) -> None:
        """Raise CredentialsError if a key is needed and missing."""
        if self._needs_key and not self.options.key:
            raise self.host.no_key()

    def availability(self) -> Availability:
        """Whether it may be connected to, and has the key it needs; connects to nothing."""
        try:
            return reachable(self.host, self.options, offline=self.config.offline, needs_key=self._needs_key)
        except SettingsError as error:
            return Availability(ready=False, reason=error.message, hint=error.hint)

    def probe(self) -> Availability:
        """As :meth:`availability`; a server on this machine is asked for its models, too."""
        known = self.availability()
        if not known.ready or not is_loopback(self.options.host):
            return known
        config = replace(self.config, options={**self.config.options, **_QUICK})
        asking = Account(config, self.profile, _plainly)
        try:
            models = asking.models(_no_beat)
        except StudioloError as error:
            return Availability(ready=False, reason=error.message, hint=error.hint)
        finally:
            asking.close()
        if not models and not self.profile.default_model:
            fetch = ": ollama pull llava" if self.profile is OLLAMA else "."
            return Availability(
                ready=False,
                reason=f"{self.host.title} has no model yet.",
                hint=f"Fetch or load one there first{fetch}",
            )
        return Availability(ready=True, models=models)

    def models(self, beat: Beat) -> tuple[str, ...]:
        """Names of the models it has, as the service lists them."""
        content = self.service.get("models", beat)
        try:
            listed = _Models.model_validate(content)
        except ValidationError as error:
            raise self.service.unreadable("no list of models") from error
        # Gemini lists "models/gemini-…" and takes both.
        return tuple(entry.id.removeprefix("models/") for entry in listed.data if entry.id)

    def known(self, beat: Beat, wanted: str = "") -> str:
        """For a hint: the model closest to ``wanted``, and what there is, if the service says."""
        try:
            models = self.models(beat)
        except EngineError:
            return ""
        close = difflib.get_close_matches(wanted, models, n=1, cutoff=0.5) if wanted else []
        meant = f"Did you mean '{self.name}:{close[0]}'? " if close else ""
        more = " …" if len(models) > _MOST_SHOWN else ""
        return f"{meant}It has: {', '.join(models[:_MOST_SHOWN])}{more}." if models else ""

    def close(self) -> None:
        """End what runs and the connections, if there are any."""
        if self._service is not None:
            self._service.close()


def _no_beat() -> None:
    """Too short a wait to beat."""


def _plainly(fault: Fault) -> None:
    """A fault means what it says."""
    del fault
