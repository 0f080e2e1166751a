"""Replicate's address, options and service, as every engine there has them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cached_property, partial
from typing import Final, Generic, TypeVar

from studiolo.engines.base import Availability, EngineConfig
from studiolo.engines.http import Host, HostedImageOptions, HostedOptions, Service
from studiolo.engines.http.hosting import reachable
from studiolo.engines.http.worker import Beat
from studiolo.engines.replicate.catalogue import DEFAULT_MODEL
from studiolo.engines.replicate.models import Target, explain, find
from studiolo.errors import SettingsError

BASE_URL: Final = "https://api.replicate.com/v1"
NAME: Final = "replicate"

O = TypeVar("O", bound=HostedOptions)  # noqa: E741 - a type of options


class ImageOptions(HostedImageOptions):
    """What ``[engines.replicate]`` may say of pictures; the language model there has its own ``model``."""

    image_model: str = DEFAULT_MODEL


class Account(Generic[O]):
    """An address, a key, and the model that is asked. Does nothing until it is used.

    Args:
        config: what the engine is told.
        options_type: what its table may say.
        usual_model: the model where none stands behind the engine's name.
    """

    def __init__(
        self, config: EngineConfig, options_type: type[O], *, usual_model: Callable[[O], str]
    ) -> None:
        self._config = config
        self._options_type = options_type
        self._usual_model = usual_model
        self._service: Service | None = None
        self._target: Target | None = None
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """What the engine is called here: ``[engines.<name>]``."""
        return self._config.name or NAME

    @cached_property
    def options(self) -> O:
        """Its settings.

        Raises:
            SettingsError: one of them is wrong.
        """
        return self._options_type.read(self.name, self._config.options, base_url=BASE_URL)

    @property
    def host(self) -> Host:
        """Replicate under the name that the engine was asked for by."""
        return Host(engine=self.name, title="Replicate", key_variable="REPLICATE_API_TOKEN")

    @property
    def model(self) -> str:
        """``owner/name``, or ``owner/name:version``."""
        return self._config.model or self._usual_model(self.options)

    def availability(self) -> Availability:
        """Ready if there is a key and it may connect."""
        try:
            options = self.options
        except SettingsError as error:
            return Availability(ready=False, reason=error.message, hint=error.hint)
        return reachable(self.host, options, offline=self._config.offline, needs_key=True)

    def connect(self) -> Service:
        """The service, whose faults speak of the model.

        Raises:
            CredentialsError: there is no key.
        """
        with self._lock:
            if self._service is None:
                if not self.options.key:
                    raise self.host.no_key()
                meaning = partial(explain, self.model, self.host)
                self._service = Service(
                    self.host, self.options, offline=self._config.offline, explain=meaning
                )
            return self._service

    def target(self, beat: Beat) -> Target:
        """Which version of the model is meant, and what it takes; asked once.

        Raises:
            CredentialsError: there is no key.
            UnknownEngineError: there is no such model.
        """
        if self._target is None:
            self._target = find(self.connect(), self.model, beat)
        return self._target

    def close(self) -> None:
        """End what runs and the connections, and forget what the model takes."""
        self._target = None
        if self._service is not None:
            self._service.close()
