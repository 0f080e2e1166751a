"""A secret of AWS Secrets Manager, read once: the client, and what boto3 raises in our words."""

# pyright: reportMissingTypeStubs=false

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from studiolo.errors import (
    CredentialsError,
    EngineError,
    EngineTimeoutError,
    MissingExtraError,
    RateLimitedError,
    SettingsError,
    StudioloError,
    reason,
)

_CONNECT_TIMEOUT_S: Final = 5
_READ_TIMEOUT_S: Final = 10
_ATTEMPTS: Final = 3  # reading a secret changes nothing
_ARN: Final = re.compile(r"arn:[^:]+:secretsmanager:(?P<region>[^:]+):")

# Codes: of GetSecretValue (botocore's model, 2017-10-17), and of every service (AWS, "Common errors").
_CREDENTIALS: Final = frozenset(
    {
        "UnrecognizedClientException",
        "InvalidSignatureException",
        "IncompleteSignature",
        "InvalidClientTokenId",
    }
)
_EXPIRED: Final = frozenset({"ExpiredTokenException", "ExpiredToken", "RequestExpired"})
_FORBIDDEN: Final = frozenset({"AccessDeniedException", "DecryptionFailure"})
_BUSY: Final = frozenset({"ThrottlingException", "TooManyRequestsException"})
_WRONG: Final = frozenset({"InvalidParameterException", "InvalidRequestException", "ValidationException"})


@dataclass(frozen=True)
class Secret:
    """Which secret: its name or ARN, and where to look; None: as every AWS tool finds it."""

    name: str
    region: str | None = None
    profile: str | None = None


def read_secret(secret: Secret) -> str:
    """The current text of ``secret``.

    Raises:
        MissingExtraError: boto3 is not installed.
        SettingsError: there is no such secret, region or profile, or it holds no text.
        CredentialsError: there are no credentials, or they may not read it.
        RateLimitedError: AWS asks to wait.
        EngineTimeoutError: no answer came in time.
        EngineError: AWS cannot be reached, or does not do its work.
    """
    try:
        from boto3 import Session
        from botocore.exceptions import BotoCoreError, ClientError
    except ModuleNotFoundError as error:
        raise MissingExtraError("aws", needed_for=f"The setting secrets = 'aws:{secret.name}'") from error
    try:
        client = _client(Session(profile_name=secret.profile), secret)
        answer: Mapping[str, Any] = client.get_secret_value(SecretId=secret.name)
    except ClientError as error:
        raise _refused(error, secret) from error
    except (BotoCoreError, ValueError) as error:  # ValueError: an endpoint in the environment that is no URL
        raise _not_asked(error, secret) from error
    if "SecretString" not in answer:
        raise SettingsError(
            f"The secret '{secret.name}' holds bytes, not text.", hint="Store a JSON object as its text."
        )
    return answer["SecretString"]


def _client(session: Any, secret: Secret) -> Any:
    from botocore.config import Config

    arn = _ARN.match(secret.name)  # it is read where it says it is
    return session.client(
        "secretsmanager",
        region_name=secret.region or (arn["region"] if arn else None),
        config=Config(
            connect_timeout=_CONNECT_TIMEOUT_S,
            read_timeout=_READ_TIMEOUT_S,
            retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
            user_agent_appid="studiolo",
        ),
    )


def _refused(error: Any, secret: Secret) -> StudioloError:
    """What AWS answered instead of the secret."""
    details = cast("Mapping[str, Any]", error.response).get("Error", {})
    code = str(details.get("Code", ""))
    said = " ".join(str(details.get("Message", "")).split()).rstrip(".") or code
    if code == "ResourceNotFoundException":
        return SettingsError(
            f"There is no secret '{secret.name}' in AWS Secrets Manager.",
            hint="See which there are: aws secretsmanager list-secrets. Is secrets_region the right one?",
        )
    if code in _FORBIDDEN:
        return CredentialsError(
            f"AWS does not let you read the secret '{secret.name}': {said}.",
            hint="Allow secretsmanager:GetSecretValue for it, and kms:Decrypt if it has a key of its own.",
        )
    if code in _EXPIRED:
        return CredentialsError("The AWS credentials have expired.", hint="Sign in again: aws sso login")
    if code in _CREDENTIALS:
        return CredentialsError(
            f"AWS does not take these credentials for the secret '{secret.name}': {said}.",
            hint="Check them, and this machine's clock: aws sts get-caller-identity",
        )
    if code in _BUSY:
        return RateLimitedError(f"AWS Secrets Manager asks to wait: {said}.", hint="Try again in a moment.")
    if code in _WRONG:
        return SettingsError(
            f"The secret '{secret.name}' cannot be read: {said}.",
            hint=f"Look at it: aws secretsmanager describe-secret --secret-id '{secret.name}'",
        )
    return EngineError(f"AWS Secrets Manager could not answer: {said}.", hint="Try again in a moment.")


def _not_asked(error: Exception, secret: Secret) -> StudioloError:
    """Why the secret could not even be asked for, or no answer came."""
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if "NoRegionError" in kinds:
        return SettingsError(
            f"In which AWS region the secret '{secret.name}' is, is not known.",
            hint='Set secrets_region = "us-east-1" (or yours), or AWS_DEFAULT_REGION, or give its whole ARN.',
        )
    if "ProfileNotFound" in kinds:
        return SettingsError(f"{error}.", hint="See which there are: aws configure list-profiles")
    if kinds & {"NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError"} or any(
        "Token" in kind or "SSO" in kind for kind in kinds
    ):
        return CredentialsError(
            f"There are no AWS credentials that work, to read the secret '{secret.name}': {reason(error)}.",
            hint="Sign in (aws configure, or aws sso login), or set secrets_profile.",
        )
    if kinds & {"ConnectTimeoutError", "ReadTimeoutError"}:
        return EngineTimeoutError(
            "AWS Secrets Manager did not answer in time.", hint="Check your connection, and secrets_region."
        )
    if kinds & {"HTTPClientError", "ConnectionError"}:
        return EngineError(
            f"AWS Secrets Manager cannot be reached: {reason(error)}.",
            hint="Check your connection, and secrets_region; without it: studiolo config unset secrets",
        )
    return SettingsError(
        f"The secret '{secret.name}' cannot be asked for: {reason(error)}.",
        hint="Look at secrets, secrets_region and secrets_profile, and at ~/.aws.",
    )
