"""Talks to any language or vision model that Replicate runs, LLaVA first among them."""

from __future__ import annotations

from collections.abc import Generator
from typing import Final

from pydantic import Field

from studiolo.chat import MAX_IMAGES, ChatCapabilities, ChatRequest, Completion, Finish, Usage
from studiolo.engines.base import Availability, ChatEngine, EngineConfig
from studiolo.engines.http import HostedOptions, Pace
from studiolo.engines.http.failures import sentence
from studiolo.engines.replicate import inputs
from studiolo.engines.replicate.account import Account
from studiolo.engines.replicate.files import place
from studiolo.engines.replicate.models import named
from studiolo.engines.replicate.predictions import Prediction, begin, follow
from studiolo.errors import (
    EngineError,
    EngineTimeoutError,
)
from studiolo.imaging.sending import MAX_SIDE_PX
from studiolo.offline import is_loopback
from studiolo.requests import ProgressCallback, ignore_progress

DEFAULT_MODEL: Final = "yorickvp/llava-13b"


class Options(HostedOptions):
    """What ``[engines.replicate]`` may say."""

    model: str = DEFAULT_MODEL
    price_per_second: float | None = Field(default=None, ge=0, description="US dollars, of the hardware.")
    max_image_side_px: int = Field(default=MAX_SIDE_PX, ge=32, le=8192)


class ReplicateChatEngine(ChatEngine):
    """``replicate:owner/name``, of its newest version, or ``replicate:owner/name:version``."""

    options_type = Options
    key_option = "api_key"

    def __init__(self, config: EngineConfig | None = None) -> None:
        super().__init__(config)
        self._account = Account(self.config, Options, usual_model=lambda options: options.model)

    @property
    def capabilities(self) -> ChatCapabilities:
        """Whether a model sees, its schema says, and that is at Replicate."""
        return ChatCapabilities(
            description="Any language or vision model that Replicate runs.",
            vision=None,
            max_images=MAX_IMAGES,
            offline=is_loopback(self._account.options.host),
        )

    def availability(self) -> Availability:
        """Ready if there is a key and it may connect."""
        return self._account.availability()

    def chat(
        self, request: ChatRequest, progress: ProgressCallback = ignore_progress
    ) -> Generator[str, None, Completion]:
        """Answer, piece by piece; a run that is not wanted any more is called off at Replicate too."""
        pace = Pace(progress, total=request.max_tokens)
        pace.beat()
        service = self._account.connect()
        model = self._account.model
        target = self._account.target(pace.beat)
        given = inputs.build(
            request,
            target.openapi_schema,
            model=model,
            max_image_side_px=self._account.options.max_image_side_px,
            place=lambda sendable: place(service, sendable.data, sendable.media_type, pace.beat),
            beat=pace.beat,
        )
        with named(model):
            prediction = begin(service, target.path, target.body(given.values) | {"stream": True}, pace.beat)
        over = False
        try:
            ended = yield from follow(service, prediction, pace)
            over = True
        finally:
            if not over:
                service.tell(f"predictions/{prediction.id}/cancel")
        finish = self._finish(ended, request)
        return Completion(
            engine=self._account.name,
            model=target.full_name(ended.model or model),
            finish=finish,
            usage=_usage(ended),
            cost=self._cost(ended),
            timings=pace.timings,
            notes=(*given.notes, *([str(ended.error)] if finish == "refused" else [])),
        )

    def close(self) -> None:
        """End what runs and the connections, and forget the model's schema."""
        self._account.close()

    def _finish(self, ended: Prediction, request: ChatRequest) -> Finish:
        if ended.status == "succeeded":
            written = ended.metric("output_token_count")
            return "length" if written is not None and written >= request.max_tokens else "complete"
        said = sentence(str(ended.error or "it says nothing"))
        if ended.declined:
            return "refused"
        if ended.status == "failed":
            raise EngineError(f"The model failed: {said}", hint="Ask again, or choose another model.")
        raise EngineTimeoutError(
            f"Replicate called the run off ({ended.status}) before it ended.",
            hint=f"Ask again, or set total_timeout_s in [engines.{self._account.name}] higher.",
        )

    def _cost(self, ended: Prediction) -> float | None:
        price, seconds = self._account.options.price_per_second, ended.metric("predict_time")
        return None if price is None or seconds is None else price * seconds


def _usage(ended: Prediction) -> Usage | None:
    read, written = ended.metric("input_token_count"), ended.metric("output_token_count")
    if read is None or written is None:
        return None
    return Usage(input_tokens=round(read), output_tokens=round(written))
