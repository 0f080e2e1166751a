"""Paints with the models of Amazon Bedrock: those of Stability AI, Titan Image Generator, Nova Canvas."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property

from studiolo.engines.base import Availability, EngineConfig, ImageEngine
from studiolo.engines.bedrock import amazon, amazon_abilities, prices, stability, stability_checking
from studiolo.engines.bedrock.invocation import Invocation, read_reply
from studiolo.engines.bedrock.models import NAMES, ImageModel, find
from studiolo.engines.bedrock.options import BedrockOptions
from studiolo.engines.bedrock.painting import Painter
from studiolo.engines.bedrock.session import Clients
from studiolo.engines.bedrock.stability_abilities import ABILITIES
from studiolo.engines.capabilities import Capabilities
from studiolo.engines.options import read_options
from studiolo.engines.parallel import Places
from studiolo.engines.pricing import Estimate
from studiolo.errors import Cancelled, EngineError, InputError
from studiolo.requests import GeneratedImage, ImageRequest, Progress, ProgressCallback, ignore_progress


class BedrockImageEngine(ImageEngine):
    """``bedrock`` or ``bedrock:<model>``, where the model is a name of ours, an id, or an ARN.

    Each picture is a call of its own, several at once; each is told the seed that makes it again.
    """

    options_type = BedrockOptions

    def __init__(self, config: EngineConfig | None = None) -> None:
        super().__init__(config)
        self._lock = threading.Lock()
        self._clients: Clients | None = None
        self._places: Places | None = None

    @cached_property
    def _options(self) -> BedrockOptions:
        return read_options(BedrockOptions, "bedrock", self.config.options)

    @cached_property
    def _model(self) -> ImageModel:
        return find(self.config.model, stands_for=self._options.image_model)

    @property
    def capabilities(self) -> Capabilities:
        """What the model can do, as its documentation says.

        Raises:
            UnknownEngineError: we know of no such model that paints.
        """
        stable = self._model.family == "stability"
        able = ABILITIES[self._model.name] if stable else amazon_abilities.capabilities(self._model)
        return able.model_copy(
            update={"models": NAMES, "device": "bedrock", "parallel": self._options.max_parallel}
        )

    def availability(self) -> Availability:
        """Whether boto3 is there and the model is known; credentials are looked for by the first call."""
        try:
            _ = self._model
            self._connected().check("bedrock-runtime")
        except (EngineError, InputError) as error:
            return Availability(ready=False, reason=error.message, hint=error.hint)
        return Availability(ready=True)

    def check(self, request: ImageRequest) -> None:
        """What the model has no word for, or lacks something to do."""
        if self._model.family == "stability":
            stability_checking.check(self._model, request)
        else:
            amazon_abilities.check(self._model, request)

    def estimate(self, request: ImageRequest) -> Estimate:
        """AWS' price for each picture."""
        return prices.estimate(self._model, request, self._options)

    def close(self) -> None:
        """Close idle connections."""
        with self._lock:
            if self._clients is not None:
                self._clients.close()

    def generate(
        self, request: ImageRequest, progress: ProgressCallback = ignore_progress
    ) -> Iterator[GeneratedImage]:
        """Paint ``request.count`` pictures, several at once."""
        self.check(request)
        yield from self._at_once().paint_each(request, self._paint, progress)

    def _paint(self, request: ImageRequest, progress: ProgressCallback) -> GeneratedImage:
        began = time.perf_counter()

        def beat() -> None:
            progress(Progress(step=0, total=1, stage="waiting"))

        beat()
        invocation = self._invocation(request)
        painter = Painter(self._connected(), self._model, attempts=self._options.max_attempts)
        received = read_reply(painter.ask(invocation.body, beat), self._model.title)
        image, notes = invocation.picture(received)
        with suppress(Cancelled):  # it is here, and paid for
            progress(Progress(step=1, total=1))
        return GeneratedImage(
            image=image,
            request=request,
            engine="bedrock",
            model=self._model.call_id,
            timings={"total": time.perf_counter() - began},
            notes=notes,
            cost=prices.price(self._model, request, self._options),
        )

    def _invocation(self, request: ImageRequest) -> Invocation:
        family = stability if self._model.family == "stability" else amazon
        return family.invocation(self._model, request)

    def _at_once(self) -> Places:
        """The same for all requests, whichever comes first."""
        with self._lock:
            if self._places is None:
                self._places = Places(self._options.max_parallel)
            return self._places

    def _connected(self) -> Clients:
        with self._lock:
            if self._clients is None:
                region, *_ = self._model.regions or ("us-east-1",)
                self._clients = Clients(self._options, offline=self.config.offline, once=True, region=region)
            return self._clients
