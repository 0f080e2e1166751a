"""What boto3 raises of a call that paints, in our words: what is gone, declined, or paid all the same."""

# pyright: reportMissingTypeStubs=false

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any, Final, cast

from studiolo.engines.bedrock.errors import LIST_MODELS, explained, refusal, retry_after_s
from studiolo.engines.bedrock.invocation import HOST, refused
from studiolo.engines.bedrock.lifecycle import Lifecycle
from studiolo.engines.bedrock.models import DEFAULT, ImageModel
from studiolo.engines.http.failures import perhaps_paid
from studiolo.errors import (
    BrokenStreamError,
    EngineError,
    EngineTimeoutError,
    RateLimitedError,
    StudioloError,
    UnknownEngineError,
    UnsupportedRequestError,
    reason,
)

_LONGEST_PAUSE_S: Final = 20.0
_FILTERED = re.compile(r"content (filter|moderation|polic)|responsible ai policy", re.IGNORECASE)
_ADDRESS = re.compile(r" (from|on|to) endpoint URL: .*")
_ENDED = re.compile(r"end of its life|marked by provider as legacy", re.IGNORECASE)
_OVERLOADED = frozenset({"serviceunavailableexception", "modelnotreadyexception"})
_PASSING = _OVERLOADED | {"throttlingexception"}
_PASSING_STATUS = frozenset({429, 503})
_OPEN_STATUS = frozenset({408, 424, 500, 502, 504})
"""After these the model may have worked: it took too long, stumbled, or its answer was lost."""


def explained_painting(
    error: Exception, *, model: ImageModel, region: str, lifecycle: Callable[[], Lifecycle | None]
) -> StudioloError:
    """``error``, from botocore or urllib3, as ours. ``lifecycle`` is asked of a model that is not there."""
    from botocore.exceptions import ClientError, ConnectionClosedError

    if isinstance(error, ClientError):
        return _of_service(error, model, region, lifecycle)
    ours = explained(error, model=model.call_id)
    if not _was_sent(error):
        return ours
    if not isinstance(ours, EngineTimeoutError):
        cause = _ADDRESS.sub("", reason(error))
        kind = EngineError if isinstance(error, ConnectionClosedError) else BrokenStreamError
        ours = kind(f"Bedrock broke off before the picture was here: {cause}.", hint="Ask again.")
    return perhaps_paid(ours, HOST)


def pause_s(error: Exception, attempt: int) -> float | None:
    """How long to wait before asking again after ``attempt`` (from 0), where that is safe and may help.

    None for all else: what may have been painted is paid, and not asked for twice. Where Bedrock does not
    say, the time is drawn from up to 1, 2, 4 … seconds, as boto3 does it.
    """
    from botocore.exceptions import ClientError

    if not isinstance(error, ClientError):
        return None
    code, _ = refusal(error)
    if code not in _PASSING and _status(error) not in _PASSING_STATUS:
        return None
    asked = retry_after_s(cast("Any", error).response)
    pause = random.random() * 2**attempt if asked is None else asked  # noqa: S311 - to spread, not to hide
    return min(pause, _LONGEST_PAUSE_S)


def _of_service(
    error: Any, model: ImageModel, region: str, lifecycle: Callable[[], Lifecycle | None]
) -> StudioloError:
    code, said = refusal(error)
    if _FILTERED.search(said):
        return refused(model.title, said)
    no_such = code == "validationexception" and "model identifier" in said.lower()
    if no_such or code == "resourcenotfoundexception" or _ENDED.search(said):
        return _gone(said, model, region, lifecycle())
    if code == "validationexception" and "on-demand throughput" not in said.lower():
        return UnsupportedRequestError(f"{model.title} cannot do that: {said}.", hint="Change the request.")
    if code in _OVERLOADED:
        return RateLimitedError(
            f"Bedrock is overloaded: {said}.",
            hint="Ask again in a minute.",
            retry_after_s=retry_after_s(error.response),
        )
    ours = explained(error, model=model.call_id)
    return perhaps_paid(ours, HOST) if _status(error) in _OPEN_STATUS else ours


def _gone(said: str, model: ImageModel, region: str, stage: Lifecycle | None) -> StudioloError:
    """With the day it went, and what to use instead; or with where it is, if it is still about."""
    message = f"Bedrock has no '{model.call_id}' in {region}: {said}."
    if stage is not None:
        message = f"{message} {stage}"
    elif model.ended is not None:
        message = f"{message} AWS ended {model.title} on {model.ended.isoformat()}."
    if not (stage or model.successor):
        there = f"{model.title} is in {', '.join(model.regions)}: set region under [engines.bedrock]. "
        return UnknownEngineError(message, hint=f"{'' if region in model.regions else there}{LIST_MODELS}")
    return UnknownEngineError(
        message,
        hint=f"Use bedrock:{model.successor or DEFAULT} instead, or paint on this machine: diffusers:sdxl "
        f"does each of the tasks. {LIST_MODELS}",
    )


def _status(error: Any) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _was_sent(error: Exception) -> bool:
    """Whether the call may have reached the model: the connection stood."""
    from botocore.exceptions import ConnectionError as NotConnected
    from botocore.exceptions import HTTPClientError, IncompleteReadError
    from urllib3.exceptions import HTTPError

    stood = isinstance(error, (HTTPClientError, IncompleteReadError, HTTPError))
    return stood and not isinstance(error, NotConnected)
