"""boto3 clients, made on first use from the options."""

from __future__ import annotations

import importlib.util
import threading
from typing import Any, Literal
from urllib.parse import urlsplit

from studiolo import offline
from studiolo.engines.aws import make_client
from studiolo.engines.bedrock.options import BedrockOptions
from studiolo.errors import MissingExtraError, OfflineError

Service = Literal["bedrock-runtime", "bedrock"]


class Clients:
    """The clients of one engine. They are safe to use from several threads; making them is not.

    With ``once``, no call is sent a second time by boto3, which does that after silence, too: what was
    asked for is paid. Whoever calls asks again where nothing was done. ``region`` is one that would do, for
    whoever has set none.

    Raises:
        MissingExtraError: boto3 is not installed.
        OfflineError: the service is not on this machine, and connections are forbidden.
        SettingsError: there is no region, or no such profile.
        CredentialsError: there is half a pair of keys.
    """

    def __init__(
        self, options: BedrockOptions, *, offline: bool, once: bool = False, region: str = "us-east-1"
    ) -> None:
        self._region = region
        self._options = options
        self._once = once
        self._offline = offline
        self._lock = threading.Lock()
        self._made: dict[Service, Any] = {}

    def __getitem__(self, service: Service) -> Any:
        self.check(service)
        with self._lock:
            if service not in self._made:
                self._made[service] = self._make(service)
            return self._made[service]

    def close(self) -> None:
        """Close the idle connections; those in use end with their call."""
        with self._lock:
            for client in self._made.values():
                client.close()
            self._made.clear()

    def check(self, service: Service) -> None:
        """Whether there can be a client at all; nothing is loaded or connected to."""
        if importlib.util.find_spec("boto3") is None:
            raise MissingExtraError("aws", needed_for="The engine bedrock")
        place = self._place(service)
        if self._offline and not (place and offline.is_loopback(urlsplit(place).hostname or "-")):
            raise OfflineError(
                "Bedrock is a service on the web, and STUDIOLO_OFFLINE is set.",
                hint="Unset STUDIOLO_OFFLINE (or offline in the config file), or use another engine.",
            )

    def _place(self, service: Service) -> str | None:
        options = self._options
        return options.endpoint_url if service == "bedrock-runtime" else options.control_endpoint_url

    def _make(self, service: Service) -> Any:
        from studiolo.engines.bedrock.connections import hold_connections

        options = self._options
        asking = service == "bedrock"  # only asked why a call failed: quickly, or not at all
        client = make_client(
            service,
            options,
            engine="bedrock",
            endpoint_url=self._place(service),
            connect_timeout_s=3 if asking else options.connect_timeout_s,
            timeout_s=5 if asking else options.timeout_s,
            attempts=1 if asking or self._once else options.max_attempts,
            connections=max(10, options.max_parallel),
            region=self._region,
        )
        hold_connections(client)
        return client
