"""What engines of Amazon's services share: where credentials and region come from, and clients of them."""

# pyright: reportMissingTypeStubs=false

from __future__ import annotations

from typing import Any

from pydantic import Field, SecretStr

from studiolo.engines.options import EngineOptions
from studiolo.errors import CredentialsError, SettingsError


class AwsOptions(EngineOptions):
    """Where credentials and region are not given, they are found the way every AWS tool finds them."""

    region: str | None = Field(default=None, description="Such as us-east-1.")
    profile: str | None = Field(default=None, description="A profile of ~/.aws/config.")
    access_key_id: SecretStr | None = None
    secret_access_key: SecretStr | None = None
    session_token: SecretStr | None = None
    endpoint_url: str | None = Field(default=None, description="Another place of the service (a VPC's).")
    timeout_s: float = Field(default=120, gt=0, description="Longest silence.")
    connect_timeout_s: float = Field(default=10, gt=0)
    max_attempts: int = Field(default=3, ge=1, le=10, description="Tries of a call that is throttled.")


def make_client(
    service: str,
    options: AwsOptions,
    *,
    engine: str,
    endpoint_url: str | None,
    connect_timeout_s: float,
    timeout_s: float,
    attempts: int,
    connections: int = 10,
    region: str = "us-east-1",
) -> Any:
    """A boto3 client for ``service``; ``engine`` names the table that ``options`` come from.

    It keeps up to ``connections`` open for calls to come. ``region`` is proposed where none is set.

    Raises:
        SettingsError: there is no region, no such profile, or the endpoint is no URL.
        CredentialsError: there is half a pair of keys.
    """
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, NoRegionError, PartialCredentialsError, ProfileNotFound

    config = Config(
        connect_timeout=connect_timeout_s,
        read_timeout=timeout_s,
        retries={"mode": "standard", "total_max_attempts": attempts},
        max_pool_connections=connections,
        user_agent_appid="studiolo",
    )
    try:
        return _session(options, engine).client(service, endpoint_url=endpoint_url, config=config)
    except NoRegionError as error:
        raise SettingsError(
            f"The engine {engine} needs to know the AWS region.",
            hint=f"Set yours: studiolo config set engines.{engine}.region {region} (or AWS_DEFAULT_REGION).",
        ) from error
    except ProfileNotFound as error:
        raise SettingsError(
            f"There is no AWS profile '{options.profile}'." if options.profile else f"{error}.",
            hint="See which there are: aws configure list-profiles",
        ) from error
    except PartialCredentialsError as error:
        raise _half_a_pair(engine) from error
    except (BotoCoreError, ValueError) as error:  # ValueError: an endpoint that is no URL
        raise SettingsError(
            f"The settings for AWS do not work: {error}.",
            hint=f"Look at [engines.{engine}], its endpoint_url among them, and at ~/.aws.",
        ) from error


def _session(given: AwsOptions, engine: str) -> Any:
    from boto3 import Session

    if bool(given.access_key_id) != bool(given.secret_access_key):
        raise _half_a_pair(engine)  # boto3 would sign with nothing, and be refused
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


def _half_a_pair(engine: str) -> CredentialsError:
    return CredentialsError(
        "Of the AWS credentials one half is missing.",
        hint=f"Set access_key_id and secret_access_key under [engines.{engine}], or neither.",
    )
