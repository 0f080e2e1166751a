"""A boto3 client for Polly, made on first use, and what it raises in our words."""

# pyright: reportMissingTypeStubs=false

from __future__ import annotations

import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any, Final, Literal, cast
from urllib.parse import urlsplit

from pydantic import Field

from studiolo.engines.aws import AwsOptions, make_client
from studiolo.errors import (
    BrokenStreamError,
    CredentialsError,
    EngineError,
    EngineTimeoutError,
    MissingExtraError,
    OfflineError,
    RateLimitedError,
    SettingsError,
    StudioloError,
    UnsupportedRequestError,
    reason,
)
from studiolo.offline import is_forbidden, is_loopback

_WRONG_KEYS: Final = {
    "unrecognizedclientexception",
    "invalidsignatureexception",
    "signaturedoesnotmatch",
    "invalidclienttokenid",
    "missingauthenticationtokenexception",
    "expiredtokenexception",
    "expiredtoken",
    "accessdeniedexception",
}
_BUSY: Final = {
    "throttlingexception",
    "throttling",
    "toomanyrequestsexception",
    "servicequotaexceededexception",
}
_REFUSED: Final = {
    "textlengthexceededexception",
    "invalidssmlexception",
    "languagenotsupportedexception",
    "enginenotsupportedexception",
    "validationexception",
}

Engine = Literal["standard", "neural", "long-form", "generative"]


class PollyOptions(AwsOptions):
    """``[engines.polly]``."""

    timeout_s: float = Field(default=60, gt=0, description="Longest silence.")
    voice: str | None = Field(default=None, description="Such as Joanna.")
    engine: Engine | None = Field(default=None, description="The voice's best if not given.")
    format: Literal["pcm", "mp3"] = Field(default="pcm", description="16 kHz as it comes, or 24 kHz whole.")


class Polly:
    """The client, safe to use from several threads."""

    def __init__(self, options: PollyOptions, *, offline: bool) -> None:
        self._options = options
        self._offline = offline
        self._lock = threading.Lock()
        self._client: Any = None

    @property
    def at_home(self) -> bool:
        """Whether it is on this machine."""
        place = self._options.endpoint_url
        return bool(place) and is_loopback(urlsplit(place).hostname or "-")

    @contextmanager
    def calls(self) -> Generator[Any]:
        """The client; what it raises within comes out in our words.

        Raises:
            MissingExtraError, OfflineError, SettingsError: it cannot be asked at all.
            CredentialsError, RateLimitedError, EngineTimeoutError, EngineError: as they say.
        """
        if find_spec("boto3") is None:
            raise MissingExtraError("aws", needed_for="The engine polly")
        if (self._offline or is_forbidden()) and not self.at_home:
            raise OfflineError(
                "Polly is a service on the web, and STUDIOLO_OFFLINE is set.",
                hint="Unset STUDIOLO_OFFLINE (or offline in the config file), or use espeak or piper.",
            )
        from botocore.exceptions import BotoCoreError, ClientError
        from urllib3.exceptions import HTTPError

        try:
            yield self._ready()
        except (BotoCoreError, ClientError, HTTPError) as error:
            raise _explained(error) from error

    def close(self) -> None:
        """Close the idle connections."""
        with self._lock:
            if self._client is not None:
                self._client.close()
            self._client = None

    def _ready(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = self._make()
            return self._client

    def _make(self) -> Any:
        given = self._options
        return make_client(
            "polly",
            given,
            engine="polly",
            endpoint_url=given.endpoint_url,
            connect_timeout_s=given.connect_timeout_s,
            timeout_s=given.timeout_s,
            attempts=given.max_attempts,
        )


def _explained(error: Exception) -> StudioloError:
    from botocore.exceptions import ClientError

    if isinstance(error, ClientError):
        return _of_service(cast("Any", error).response)
    kinds = {kind.__name__ for kind in type(error).__mro__}
    said = reason(error)
    if kinds & {"NoRegionError", "ProfileNotFound", "PartialCredentialsError"}:
        return SettingsError(
            f"The settings for AWS do not work: {said}.",
            hint="Set region (and profile, or both keys) in [engines.polly], or as for every AWS tool.",
        )
    if kinds & {"NoCredentialsError", "CredentialRetrievalError"} or any("Token" in kind for kind in kinds):
        return CredentialsError(
            f"There are no AWS credentials that work: {said}.",
            hint="Sign in (aws configure, or aws sso login), or set profile in [engines.polly].",
        )
    if kinds & {"ConnectTimeoutError", "ReadTimeoutError"}:
        return EngineTimeoutError(
            "Polly did not answer in time.", hint="Ask again, or raise timeout_s in [engines.polly]."
        )
    if kinds & {"ResponseStreamingError", "IncompleteReadError", "ProtocolError"}:
        return BrokenStreamError(f"The speech of Polly broke off: {said}.", hint="Ask again.")
    return EngineError(
        f"Polly cannot be reached: {said}.",
        hint="Check your connection, and region and endpoint_url in [engines.polly].",
    )


def _of_service(response: Mapping[str, Any]) -> StudioloError:
    details = response.get("Error", {})
    code, said = str(details.get("Code", "")).lower(), str(details.get("Message", "")).strip().rstrip(".")
    if code in _WRONG_KEYS:
        return CredentialsError(
            f"AWS does not let you use Polly: {said}.",
            hint="Check who you are: aws sts get-caller-identity. It needs the permissions "
            "polly:SynthesizeSpeech and polly:DescribeVoices.",
        )
    if code in _BUSY:
        return RateLimitedError(f"Polly asks to wait: {said}.", hint="Wait a minute, and ask again.")
    if code in _REFUSED:
        return UnsupportedRequestError(
            f"Polly cannot say that: {said}.", hint="Change the text, the voice or its engine."
        )
    return EngineError(f"Polly could not answer: {said or code}.", hint="Try again in a moment.")
