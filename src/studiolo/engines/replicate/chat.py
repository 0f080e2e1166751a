"""Talks to any language or vision model that Replicate runs, LLaVA first among them."""

from __future__ import annotations

import re
import threading
from collections.abc import Generator
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Final

from pydantic import BaseModel, Field, ValidationError

from studiolo.chat import MAX_IMAGES, ChatCapabilities, ChatRequest, Completion, Finish, Usage
from studiolo.engines.base import Availability, ChatEngine, EngineConfig
from studiolo.engines.http import Fault, Host, HostedOptions, Pace, Service
from studiolo.engines.http.hosting import reachable
from studiolo.engines.replicate import inputs
from studiolo.engines.replicate.predictions import Prediction, begin, follow
from studiolo.errors import (
    EngineError,
    EngineTimeoutError,
    SettingsError,
    StudioloError,
    UnknownEngineError,
)
from studiolo.imaging.sending import MAX_SIDE_PX, Sendable
from studiolo.offline import is_loopback
from studiolo.requests import ProgressCallback, ignore_progress

BASE_URL: Final = "https://api.replicate.com/v1"
DEFAULT_MODEL: Final = "yorickvp/llava-13b"
_NAME: Final = re.compile(r"(\w[\w.-]*)/(\w[\w.-]*)(?::([0-9a-f]{64}))?")
_DECLINED: Final = re.compile(r"nsfw|safety|content polic|flagged|sensitive|moderation", re.IGNORECASE)


class Options(HostedOptions):
    """What ``[engines.replicate]`` may say."""

    model: str = DEFAULT_MODEL
    price_per_second: float | None = Field(default=None, ge=0, description="US dollars, of the hardware.")
    max_image_side_px: int = Field(default=MAX_SIDE_PX, ge=32, le=8192)


class _Version(BaseModel):
    id: str
    openapi_schema: dict[str, Any] = {}


class _Model(BaseModel):
    is_official: bool = False
    latest_version: _Version | None = None


class _Target(BaseModel):
    """Where a run of the model is begun, and what the model takes."""

    path: str
    version: str = ""
    openapi_schema: dict[str, Any] = {}


class _MissingError(EngineError):
    """There is no such thing at Replicate."""


class ReplicateChatEngine(ChatEngine):
    """``replicate:owner/name``, of its newest version, or ``replicate:owner/name:version``."""

    options_type = Options
    key_option = "api_key"

    def __init__(self, config: EngineConfig | None = None) -> None:
        super().__init__(config)
        self._service: Service | None = None
        self._target: _Target | None = None
        self._lock = threading.Lock()

    @property
    def capabilities(self) -> ChatCapabilities:
        """Whether a model sees, its schema says, and that is at Replicate."""
        return ChatCapabilities(
            description="Any language or vision model that Replicate runs.",
            vision=None,
            max_images=MAX_IMAGES,
            offline=is_loopback(self._options.host),
        )

    def availability(self) -> Availability:
        """Ready if there is a key and it may connect."""
        try:
            options = self._options
        except SettingsError as error:
            return Availability(ready=False, reason=error.message, hint=error.hint)
        return reachable(self._host, options, offline=self.config.offline, needs_key=True)

    def chat(
        self, request: ChatRequest, progress: ProgressCallback = ignore_progress
    ) -> Generator[str, None, Completion]:
        """Answer, piece by piece; a run that is not wanted any more is called off at Replicate too."""
        pace = Pace(progress, total=request.max_tokens)
        pace.beat()
        service = self._connected()
        model = self.config.model or self._options.model
        target = self._found(service, model, pace)
        given = inputs.build(
            request,
            target.openapi_schema,
            model=model,
            max_image_side_px=self._options.max_image_side_px,
            upload=lambda sendable: _upload(service, sendable, pace),
            beat=pace.beat,
        )
        body: dict[str, Any] = {"input": given.values, "stream": True}
        if target.version:
            body["version"] = target.version
        with self._named(model):
            prediction = begin(service, target.path, body, pace)
        over = False
        try:
            ended = yield from follow(service, prediction, pace)
            over = True
        finally:
            if not over:
                service.tell(f"predictions/{prediction.id}/cancel")
        finish = self._finish(ended, request)
        return Completion(
            engine=self._host.engine,
            model=f"{ended.model or model}{f':{target.version}' if target.version else ''}",
            finish=finish,
            usage=_usage(ended),
            cost=self._cost(ended),
            timings=pace.timings,
            notes=(*given.notes, *([str(ended.error)] if finish == "refused" else [])),
        )

    def close(self) -> None:
        """End what runs and the connections, and forget the model's schema."""
        self._target = None
        if self._service is not None:
            self._service.close()

    @cached_property
    def _options(self) -> Options:
        return Options.read(self._engine, self.config.options, base_url=BASE_URL)

    @property
    def _engine(self) -> str:
        return self.config.name or "replicate"

    @property
    def _host(self) -> Host:
        return Host(engine=self._engine, title="Replicate", key_variable="REPLICATE_API_TOKEN")

    def _connected(self) -> Service:
        if not self._options.key:
            raise self._host.no_key()
        with self._lock:
            if self._service is None:
                self._service = Service(
                    self._host, self._options, offline=self.config.offline, explain=_missing
                )
            return self._service

    @contextmanager
    def _named(self, model: str) -> Generator[None]:
        """What is missing while this lasts is the model."""
        try:
            yield
        except _MissingError as error:
            raise UnknownEngineError(
                f"Replicate has no model '{model}': {error.message}",
                hint="Find one at https://replicate.com/explore and name it replicate:owner/name",
            ) from error

    def _found(self, service: Service, model: str, pace: Pace) -> _Target:
        """Which version is meant, and what it takes; asked once."""
        if self._target is None:
            name = _NAME.fullmatch(model)
            if name is None:
                raise UnknownEngineError(
                    f"'{model}' is no model of Replicate.",
                    hint="Name it replicate:owner/name, or replicate:owner/name:version with all 64 digits.",
                )
            with self._named(model):
                self._target = _target(service, *name.groups(default=""), pace=pace)
        return self._target

    def _finish(self, ended: Prediction, request: ChatRequest) -> Finish:
        if ended.status == "succeeded":
            written = ended.metric("output_token_count")
            return "length" if written is not None and written >= request.max_tokens else "complete"
        said = str(ended.error or "it says nothing")
        if ended.status == "failed" and _DECLINED.search(said):
            return "refused"
        if ended.status == "failed":
            raise EngineError(f"The model failed: {said}", hint="Ask again, or choose another model.")
        raise EngineTimeoutError(
            f"Replicate called the run off ({ended.status}) before it ended.",
            hint=f"Ask again, or set total_timeout_s in [engines.{self._engine}] higher.",
        )

    def _cost(self, ended: Prediction) -> float | None:
        price, seconds = self._options.price_per_second, ended.metric("predict_time")
        return None if price is None or seconds is None else price * seconds


def _missing(fault: Fault) -> StudioloError | None:
    if fault.status == 404 or (fault.status == 422 and "version" in fault.message.lower()):
        return _MissingError(fault.message or "not found")
    return None


def _target(service: Service, owner: str, name: str, version: str, *, pace: Pace) -> _Target:
    path = f"models/{owner}/{name}"
    try:
        if version:
            pinned = _Version.model_validate(service.get(f"{path}/versions/{version}", pace.beat))
            return _Target(path="predictions", version=pinned.id, openapi_schema=pinned.openapi_schema)
        model = _Model.model_validate(service.get(path, pace.beat))
    except ValidationError as error:
        raise service.unreadable("no model") from error
    newest = model.latest_version
    schema = newest.openapi_schema if newest is not None else {}
    if model.is_official or newest is None:
        return _Target(path=f"{path}/predictions", openapi_schema=schema)
    return _Target(path="predictions", version=newest.id, openapi_schema=schema)


def _upload(service: Service, sendable: Sendable, pace: Pace) -> str:
    name = "picture.png" if sendable.media_type == "image/png" else "picture.jpg"
    content = service.upload("files", [("content", (name, sendable.data, sendable.media_type))], pace.beat)
    try:
        return str(content["urls"]["get"])
    except (TypeError, KeyError) as error:
        raise service.unreadable("no file") from error


def _usage(ended: Prediction) -> Usage | None:
    read, written = ended.metric("input_token_count"), ended.metric("output_token_count")
    if read is None or written is None:
        return None
    return Usage(input_tokens=round(read), output_tokens=round(written))
