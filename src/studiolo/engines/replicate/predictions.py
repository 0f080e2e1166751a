"""One run of a model: begun, followed by its stream or by looking again, ended or called off."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Final, Literal, cast
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

from studiolo.engines.http import Pace, Service
from studiolo.engines.http.worker import Beat
from studiolo.errors import EngineError, EngineTimeoutError

if TYPE_CHECKING:
    import httpx2

_LOOK_AGAIN_S: Final = 0.5
# Streams are not where the API is: replicate.com/docs/topics/predictions/streaming (read 2026-11-22).
_SITES: Final = (".replicate.com", ".replicate.net")
_DECLINED: Final = re.compile(r"nsfw|safety|content polic|flagged|sensitive|moderation", re.IGNORECASE)


class _Urls(BaseModel):
    stream: str = ""


class Prediction(BaseModel):
    """What Replicate says of a run."""

    id: str
    status: Literal["starting", "processing", "succeeded", "failed", "canceled", "aborted"]
    model: str | None = None
    version: str | None = None
    input: Any = None
    output: Any = None
    logs: str | None = None
    error: Any = None
    metrics: dict[str, Any] | None = None
    created_at: str = ""
    urls: _Urls = _Urls()

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.status not in {"starting", "processing"}

    @property
    def text(self) -> str:
        """The output so far: a text, or a list of pieces of one."""
        output: Any = self.output
        if isinstance(output, list):
            return "".join(str(piece) for piece in cast("list[Any]", output))
        return output if isinstance(output, str) else json.dumps(output) if output else ""

    @property
    def declined(self) -> bool:
        """Whether it failed because a filter found what was asked for, or what came of it, improper."""
        return self.status == "failed" and bool(_DECLINED.search(str(self.error or "")))

    def metric(self, name: str) -> float | None:
        """A number among the metrics."""
        value = (self.metrics or {}).get(name)
        return value if isinstance(value, int | float) else None


def begin(service: Service, path: str, body: dict[str, Any], beat: Beat, *, once: bool = False) -> Prediction:
    """Start a run; it is called off by itself when its time is over, should we be gone by then.

    ``once`` as for :meth:`Service.post`.
    """
    limit = f"{max(5, round(service.options.total_timeout_s))}s"
    return read(service, service.post(path, body, beat, headers={"Cancel-After": limit}, once=once))


def follow(service: Service, prediction: Prediction, pace: Pace) -> Generator[str, None, Prediction]:
    """The words of a run as they come; returns how it ended.

    A stream that breaks, or is silent while a machine starts, is no loss: the run goes on, and what it said
    can be looked up.

    Raises:
        EngineTimeoutError: it did not end in time.
        EngineError: Replicate cannot be asked any more.
    """
    said = ""
    until = time.monotonic() + service.options.total_timeout_s
    if _is_replicates(prediction.urls.stream, service):
        try:
            for piece in _streamed(service, prediction.urls.stream, pace):
                if piece:
                    said += piece
                    pace.piece()
                    yield piece
        except EngineError:
            pace.beat()  # if it is more than the stream, the next question is told
    while True:
        prediction = read(service, service.get(f"predictions/{prediction.id}", pace.beat))
        text = prediction.text
        if text.startswith(said) and len(text) > len(said):
            pace.piece()
            yield text[len(said) :]
            said = text
        if prediction.over:
            return prediction
        if time.monotonic() > until:
            raise EngineTimeoutError(
                f"{service.host.title} did not finish within {service.options.total_timeout_s:g} s.",
                hint=f"Ask again, or set total_timeout_s in [engines.{service.host.engine}] higher.",
            )
        service.pause(_LOOK_AGAIN_S, pace.beat)


def _is_replicates(url: str, service: Service) -> bool:
    """Whether our key may be shown at ``url``: it is at the API itself, or at a name of Replicate's."""
    if not url.startswith(("http://", "https://")):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if (parts.scheme, parts.netloc.lower()) == service.options.origin:
        return True
    host = f".{(parts.hostname or '').lower()}"
    return parts.scheme == "https" and service.options.host.endswith(_SITES[0]) and host.endswith(_SITES)


def _streamed(service: Service, url: str, pace: Pace) -> Generator[str]:
    with service.stream(
        url, None, pace.beat, headers={"Cache-Control": "no-store"}, is_last=_is_last
    ) as reply:
        if not reply.is_stream:
            raise service.unreadable("no event stream")
        event: httpx2.ServerSentEvent
        for event in reply.items:
            pace.beat()
            if event.event == "output":
                yield event.data


def _is_last(event: httpx2.ServerSentEvent) -> bool:
    return event.event in {"done", "error"}


def read(service: Service, content: Any) -> Prediction:
    """What an answer says of a run.

    Raises:
        EngineError: it says nothing of one.
    """
    try:
        return Prediction.model_validate(content)
    except ValidationError as error:
        raise service.unreadable("no prediction") from error
