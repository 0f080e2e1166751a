"""boto3 clients, made on first use from the options."""

# pyright: reportMissingTypeStubs=false

from __future__ import annotations

import importlib.util
import threading
from typing import Any, Literal
from urllib.parse import urlsplit

from studiolo import offline
from studiolo.engines.bedrock.options import BedrockOptions
from studiolo.errors import CredentialsError, MissingExtraError, OfflineError, SettingsError

Service = Literal["bedrock-runtime", "bedrock"]


class Clients:
    """The clients of one engine. They are safe to use from several threads; making them is not.

    Raises:
        MissingExtraError: boto3 is not installed.
        OfflineError: the service is not on this machine, and connections are forbidden.
        SettingsError: there is no region, or no such profile.
        CredentialsError: there is half a pair of keys.
    """

    def __init__(self, options: BedrockOptions, *, offline: bool) -> None:
        self._options = options
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
        from botocore.exceptions import (
            BotoCoreError,
            NoRegionError,
            PartialCredentialsError,
            ProfileNotFound,
        )

        from studiolo.engines.bedrock.connections import hold_connections

        try:
            client = self._session().client(
                service, endpoint_url=self._place(service), config=self._config(service)
            )
        except NoRegionError as error:
            raise SettingsError(
                "Bedrock needs to know the AWS region.",
                hint='Set region = "us-east-1" (or yours) under [engines.bedrock], or AWS_DEFAULT_REGION.',
            ) from error
        except ProfileNotFound as error:
            raise SettingsError(
                f"There is no AWS profile '{self._options.profile}'."
                if self._options.profile
                else f"{error}.",
                hint="See which there are: aws configure list-profiles",
            ) from error
        except PartialCredentialsError as error:
            raise _half_a_pair() from error
        except (BotoCoreError, ValueError) as error:  # ValueError: an endpoint that is no URL
            raise SettingsError(
                f"The settings for AWS do not work: {error}.", hint="Look at [engines.bedrock] and ~/.aws."
            ) from error
        hold_connections(client)
        return client

    def _session(self) -> Any:
        from boto3 import Session

        given = self._options
        if bool(given.access_key_id) != bool(given.secret_access_key):
            raise _half_a_pair()  # boto3 would sign with nothing, and be refused
        secrets = {
            "aws_access_key_id": given.access_key_id,
            "aws_secret_access_key": given.secret_access_key,
            "aws_session_token": given.session_token,
        }
        return Session(
            region_name=given.region,
            profile_name=given.profile,
            **{name: value.get_secret_value() for name, value in secrets.items() if value},
        )

    def _config(self, service: Service) -> Any:
        from botocore.config import Config

        asking = service == "bedrock"  # only asked why a call failed: quickly, or not at all
        return Config(
            connect_timeout=3 if asking else self._options.connect_timeout_s,
            read_timeout=5 if asking else self._options.timeout_s,
            retries={"mode": "standard", "total_max_attempts": 1 if asking else self._options.max_attempts},
            user_agent_appid="studiolo",
        )


def _half_a_pair() -> CredentialsError:
    return CredentialsError(
        "Of the AWS credentials one half is missing.",
        hint="Set access_key_id and secret_access_key under [engines.bedrock], or neither.",
    )
