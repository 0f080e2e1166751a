"""What boto3 raises, in our words."""

# pyright: reportMissingTypeStubs=false

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, cast

from studiolo.errors import (
    BrokenStreamError,
    CredentialsError,
    EngineError,
    EngineTimeoutError,
    RateLimitedError,
    StudioloError,
    UnknownEngineError,
    UnsupportedRequestError,
    reason,
)

LIST_MODELS: Final = (
    "List what there is: aws bedrock list-inference-profiles, aws bedrock list-foundation-models"
)
_TRY_AGAIN: Final = "Try again in a moment."

_WRONG_KEYS = frozenset(
    {
        "unrecognizedclientexception",
        "invalidsignatureexception",
        "signaturedoesnotmatch",
        "incompletesignature",
        "invalidclienttokenid",
        "missingauthenticationtoken",
        "missingauthenticationtokenexception",
        "notauthorized",
        "optinrequired",
    }
)
_EXPIRED = frozenset({"expiredtoken", "expiredtokenexception"})
_WRONG_TIME = frozenset({"requesttimetooskewed", "requestexpired", "requestinthefuture"})
_BUSY = frozenset({"throttlingexception", "throttling", "toomanyrequestsexception"})
_NO_KEYS = frozenset(
    {
        "NoCredentialsError",
        "PartialCredentialsError",
        "CredentialRetrievalError",
        "NoAuthTokenError",
    }
)
_LATE = frozenset({"ConnectTimeoutError", "ReadTimeoutError"})


def explained(
    error: Exception, *, model: str, started: bool = False, lifecycle: Callable[[], str] = lambda: ""
) -> StudioloError:
    """``error``, from botocore or urllib3, as ours.

    ``started`` says that words had come before it. ``lifecycle`` is asked what became of a model that is
    not there.
    """
    from botocore.exceptions import ClientError

    if started:
        return BrokenStreamError(
            f"The answer broke off: {_said(error)}.", hint="What had come is kept. Ask again for the whole."
        )
    if isinstance(error, ClientError):
        return _of_service(error, model, lifecycle)
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if kinds & _NO_KEYS or any("Token" in kind or "SSO" in kind for kind in kinds):
        return CredentialsError(
            f"There are no AWS credentials that work: {_said(error)}.",
            hint="Sign in (aws configure, or aws sso login), or set profile under [engines.bedrock].",
        )
    if "ParamValidationError" in kinds:
        said = " ".join(str(error).split())  # it comes on several lines
        return UnsupportedRequestError(f"'{model}' cannot be asked that: {said}", hint="Change the request.")
    if kinds & _LATE:
        return EngineTimeoutError(
            "Bedrock did not answer in time.", hint="Try again, or raise timeout_s under [engines.bedrock]."
        )
    return EngineError(
        f"Bedrock cannot be reached: {_said(error)}.",
        hint="Check your connection, and region and endpoint_url under [engines.bedrock].",
    )


def _of_service(error: Any, model: str, lifecycle: Callable[[], str]) -> StudioloError:
    code, said = refusal(error)
    if code in _WRONG_TIME or re.match(r"signature (expired|not yet current)", said, re.IGNORECASE):
        now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M")
        return CredentialsError(
            f"AWS finds the time of this request wrong: {said}.",
            hint=f"This machine's clock says {now} UTC. Set it right, then ask again.",
        )
    if code in _EXPIRED:
        return CredentialsError("The AWS credentials have expired.", hint="Sign in again: aws sso login")
    if code in _WRONG_KEYS:
        return CredentialsError(
            f"AWS does not take these credentials: {said}.",
            hint="Check them: aws sts get-caller-identity",
        )
    if code == "accessdeniedexception":
        return CredentialsError(
            f"Bedrock does not let you use '{model}': {said}.",
            hint="Allow bedrock:InvokeModel and bedrock:InvokeModelWithResponseStream for the model and its "
            f"inference profile (IAM). {_maker_wants(model)}",
        )
    if code in _BUSY:
        return RateLimitedError(
            f"Bedrock asks to wait: {said}.",
            hint="Wait a minute, or ask for a larger quota: AWS console, Service Quotas, Amazon Bedrock.",
            retry_after_s=retry_after_s(error.response),
        )
    if code == "servicequotaexceededexception":
        return RateLimitedError(
            f"The quota at Bedrock is used up: {said}.",
            hint="Ask for a larger one: AWS console, Service Quotas, Amazon Bedrock.",
        )
    if code == "resourcenotfoundexception":
        return _not_there(said, model, lifecycle)
    if code == "validationexception":
        return _not_valid(said, model, lifecycle)
    if code == "modeltimeoutexception":
        return EngineTimeoutError("The model took too long.", hint="Ask for less, or another model.")
    return EngineError(f"Bedrock could not answer: {said}.", hint=_TRY_AGAIN)


def _maker_wants(model: str) -> str:
    if "stability." in model:
        return (
            "Stability AI's models are subscribed to once, by somebody who may aws-marketplace:Subscribe: "
            "Bedrock console, Model catalog."
        )
    return "Anthropic's models also want a form filled in once: Bedrock console, Model catalog."


def _not_there(said: str, model: str, lifecycle: Callable[[], str]) -> StudioloError:
    if "use case" in said.lower():
        return CredentialsError(
            f"Bedrock does not let you use '{model}' yet: {said}.",
            hint="Fill in Anthropic's form once: Bedrock console, Model catalog. It takes some minutes.",
        )
    return UnknownEngineError(f"Bedrock has no '{model}': {said}.{lifecycle()}", hint=LIST_MODELS)


def _not_valid(said: str, model: str, lifecycle: Callable[[], str]) -> StudioloError:
    lower = said.lower()
    if "on-demand throughput" in lower:
        return UnknownEngineError(
            f"Bedrock has '{model}' only through an inference profile.",
            hint=f"Name the profile, such as bedrock:us.{model} or bedrock:global.{model}. {LIST_MODELS}",
        )
    if "model identifier" in lower or "end of its life" in lower:
        return UnknownEngineError(f"Bedrock has no '{model}': {said}.{lifecycle()}", hint=LIST_MODELS)
    if "image" in lower and re.search(r"support|modalit", lower):
        return UnsupportedRequestError(
            f"'{model}' does not look at pictures: {said}.",
            hint="Name a model that sees: aws bedrock list-foundation-models --by-output-modality TEXT "
            "shows inputModalities.",
        )
    return UnsupportedRequestError(f"'{model}' cannot do that: {said}.", hint="Change the request.")


def refusal(error: Any) -> tuple[str, str]:
    """Code (in small letters: event streams write it differently) and words of a ClientError."""
    details = cast("Mapping[str, Any]", error.response).get("Error", {})
    return str(details.get("Code", "")).lower(), str(details.get("Message", "")).strip().rstrip(".")


def _said(error: Exception) -> str:
    response = getattr(error, "response", None)
    said = refusal(error)[1] if isinstance(response, Mapping) else ""
    return said or reason(error)


def retry_after_s(response: Mapping[str, Any]) -> float | None:
    """From ``Retry-After`` (seconds) or ``x-amz-retry-after`` (milliseconds)."""
    headers = response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    for name, unit_s in (("retry-after", 1.0), ("x-amz-retry-after", 0.001)):
        value = str(headers.get(name, ""))
        if value.isdecimal():
            return int(value) * unit_s
    return None
