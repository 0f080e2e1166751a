"""Paints through Hugging Face's router, with whoever offers the model."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property, partial
from typing import Final, Self

from pydantic import Field, field_validator

from studiolo.engines.base import Availability, EngineConfig, ImageEngine
from studiolo.engines.capabilities import KNOBS, Capabilities, Sizes, task_of
from studiolo.engines.http import Fault, Host, HostedImageOptions, Service
from studiolo.engines.http.failures import words_of
from studiolo.engines.http.hosting import reachable
from studiolo.engines.huggingface.answering import paint
from studiolo.engines.huggingface.mapping import Offered, find_provider
from studiolo.engines.huggingface.providers import PROVIDERS, Task
from studiolo.engines.parallel import Places
from studiolo.engines.pricing import UNKNOWN, Estimate
from studiolo.errors import (
    Cancelled,
    ContentRefusedError,
    CredentialsError,
    StudioloError,
    UnknownEngineError,
    UnsupportedRequestError,
)
from studiolo.imaging.flattening import flattened
from studiolo.offline import is_loopback
from studiolo.requests import GeneratedImage, ImageRequest, Progress, ProgressCallback, ignore_progress

ROUTER: Final = "https://router.huggingface.co"
DEFAULT_MODEL: Final = "black-forest-labs/FLUX.1-dev"
_DECLINED: Final = re.compile(r"content_policy|content policy|nsfw|safety|moderat", re.IGNORECASE)
_TAKEN: Final = {"steps", "guidance_scale"}
_SIZES: Final = Sizes(minimum=64, maximum=2048, multiple=8, default=(1024, 1024))


class HuggingFaceOptions(HostedImageOptions):
    """What ``[engines.huggingface]`` may say."""

    # A picture comes all at once.
    timeout_s: float = Field(default=300, gt=0, description="Longest silence.")
    provider: str = Field(
        default="auto", description=f"`auto`: the first in your order; or {', '.join(PROVIDERS)}."
    )
    hub_url: str = Field(default="https://huggingface.co", description="Where models are looked up.")

    @field_validator("hub_url")
    @classmethod
    def _check_hub(cls, value: str) -> str:
        return cls._check_address(value)

    @property
    def of_hub(self) -> Self:
        """The same of the hub. The key of a router that is not Hugging Face's own is not shown there."""
        hub = self.model_copy(update={"base_url": self.hub_url})
        known = self.base_url == ROUTER or hub.origin == self.origin
        return hub if known else hub.model_copy(update={"api_key": None})


class HuggingFaceImageEngine(ImageEngine):
    """``huggingface:MAKER/MODEL``."""

    options_type = HuggingFaceOptions
    key_option = "api_key"

    def __init__(self, config: EngineConfig | None = None) -> None:
        super().__init__(config)
        self._lock = threading.Lock()
        self._services: tuple[Service, Service] | None = None
        self._places: Places | None = None

    @property
    def capabilities(self) -> Capabilities:
        """What some provider takes; which of it this model's does is asked before it paints."""
        return Capabilities(
            description="Open image models, run by the inference providers behind Hugging Face.",
            tasks=frozenset({"text-to-image", "image-to-image"}),
            sizes=_SIZES,
            max_count=10,
            max_seed=2**31 - 1,
            negative_prompt=True,
            open_ended=True,
            offline=is_loopback(self._options.host),
            served=True,
            languages=(),
            device=self._name,
            parallel=self._options.max_parallel,
            licence="the model's and the provider's own terms",
        )

    def availability(self) -> Availability:
        """Ready if it may connect and has a token."""
        return reachable(self._host, self._options, offline=self.config.offline, needs_key=True)

    def check(self, request: ImageRequest) -> None:
        """Refuse what no provider takes."""
        asked = [name for name in (*KNOBS, "scheduler") if getattr(request, name) is not None]
        asked += ["refiner"] if request.refiner not in (None, "none") else []
        asked += list(request.options)
        missing = [name for name in asked if name not in _TAKEN]
        if missing:
            raise UnsupportedRequestError(
                f"Engine '{self._name}' has no setting '{missing[0]}'.",
                hint="Its providers take steps, guidance_scale, negative_prompt and a seed.",
            )
        if self._options.provider not in ("auto", *PROVIDERS):
            raise UnsupportedRequestError(
                f"The provider '{self._options.provider}' is not known here.",
                hint=f"Set provider in [engines.{self._name}] to auto or one of {', '.join(PROVIDERS)}.",
            )

    def estimate(self, request: ImageRequest) -> Estimate:
        """As the settings say: providers publish prices by model, and the router hands none out."""
        price = self._options.price_per_image
        if price is None:
            return UNKNOWN
        return Estimate.per_image(price, request.count, source="price_per_image in your settings")

    def generate(
        self, request: ImageRequest, progress: ProgressCallback = ignore_progress
    ) -> Iterator[GeneratedImage]:
        """Find who offers the model, then paint each picture by itself, several at once.

        Calling it off closes the connection; a provider may finish, and charge for, what it has begun.

        Raises:
            UnknownEngineError: nobody offers the model.
            UnsupportedRequestError: who offers it does not take what was asked for.
            ContentRefusedError, CredentialsError, RateLimitedError, EngineError: as they say.
        """
        self.check(request)
        if not self._options.key:
            raise self._host.no_key()
        beat = partial(progress, Progress(step=0, total=1, count=request.count, stage="waiting"))
        task: Task = "text-to-image" if task_of(request) == "text-to-image" else "image-to-image"
        service, hub = self._connected()
        offered = find_provider(hub, self._model, beat, wanted=self._options.provider, task=task)
        self._check_offer(request, offered)
        yield from self._ready().paint_each(request, partial(self._paint, service, offered), progress)

    def close(self) -> None:
        """End what runs and the connections."""
        for service in self._services or ():
            service.close()

    @property
    def _name(self) -> str:
        return self.config.name or "huggingface"

    @property
    def _model(self) -> str:
        return self.config.model or DEFAULT_MODEL

    @cached_property
    def _options(self) -> HuggingFaceOptions:
        return HuggingFaceOptions.read(self._name, self.config.options, base_url=ROUTER)

    @cached_property
    def _host(self) -> Host:
        return Host(engine=self._name, title="Hugging Face", key_variable="HF_TOKEN")

    def _connected(self) -> tuple[Service, Service]:
        """The router, and the hub."""
        with self._lock:
            if self._services is None:
                self._services = self._service(self._options), self._service(self._options.of_hub)
            return self._services

    def _service(self, options: HuggingFaceOptions) -> Service:
        return Service(self._host, options, offline=self.config.offline, explain=self._explained)

    def _ready(self) -> Places:
        with self._lock:
            if self._places is None:
                self._places = Places(self._options.max_parallel)
            return self._places

    def _check_offer(self, request: ImageRequest, offered: Offered) -> None:
        asked = [name for name in ("steps", "guidance_scale") if getattr(request, name) is not None]
        asked += ["negative_prompt"] if request.negative_prompt else []
        missing = [name for name in asked if name not in offered.provider.names]
        if missing:
            raise UnsupportedRequestError(
                f"{offered.name}, which offers '{self._model}', takes no {missing[0]}.",
                hint=f"Leave it out, or set another provider in [engines.{self._name}].",
            )

    def _paint(
        self, service: Service, offered: Offered, request: ImageRequest, progress: ProgressCallback
    ) -> GeneratedImage:
        begun = time.perf_counter()
        beat = partial(progress, Progress(step=0, total=1, stage="waiting"))
        beat()
        from PIL import Image

        size = request.width or 0, request.height or 0
        init = None
        if request.init_image is not None:
            init = flattened(request.init_image.image).resize(size, Image.Resampling.LANCZOS)
        provider = offered.provider
        body = provider.body(offered.model, provider.knobs(request), size, init)
        queued = provider.queue and init is not None
        patience_s = self._options.total_timeout_s
        image = flattened(paint(service, offered, body, beat, queued=queued, patience_s=patience_s))
        notes = [f"Painted by {offered.name}."]
        if "seed" not in provider.names:
            notes.append(f"{offered.name} takes no seed: this one only numbers the picture.")
        if image.size != size:
            was = f"{image.width}x{image.height}"
            notes.append(f"It was painted in {was} and brought to {size[0]}x{size[1]}.")
            image = image.resize(size, Image.Resampling.LANCZOS)
        with suppress(Cancelled):  # it is here, and paid for
            progress(Progress(step=1, total=1))
        return GeneratedImage(
            image=image,
            request=request,
            engine=self._name,
            model=self._model,
            timings={"total": round(time.perf_counter() - begun, 4)},
            notes=tuple(notes),
            cost=self._options.price_per_image,
        )

    def _explained(self, fault: Fault) -> StudioloError | None:
        said = words_of(fault)
        if fault.status in {400, 403, 422} and _DECLINED.search(f"{fault.code} {fault.message}"):
            return ContentRefusedError(
                f"Hugging Face's provider declined to paint this{said}",
                hint="Say it in other words, or take another engine.",
            )
        if fault.status == 403:
            return CredentialsError(
                f"Hugging Face does not let this token use '{self._model}'{said}",
                hint="Allow it to call inference providers, and accept the model's terms on its page.",
            )
        if fault.status == 404:
            return UnknownEngineError(
                f"Hugging Face has no model '{self._model}' to paint with{said}",
                hint="See huggingface.co/models?inference_provider=all for models that are offered.",
            )
        return None
