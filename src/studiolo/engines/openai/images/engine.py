"""Paints through ``/v1/images``: OpenAI's, or any server that speaks as it does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import cached_property, partial
from typing import Any, ClassVar

from pydantic import ValidationError

from studiolo.engines.base import Availability, EngineConfig, ImageEngine
from studiolo.engines.capabilities import Capabilities
from studiolo.engines.http.worker import Beat
from studiolo.engines.openai import profiles
from studiolo.engines.openai.account import Account
from studiolo.engines.openai.images import abilities, faults, pricing
from studiolo.engines.openai.images.canvas import Ground
from studiolo.engines.openai.images.dialects import DIALECTS, Dialect, DialectName
from studiolo.engines.openai.images.models import DEFAULT_QUALITY, MODELS, RETIRED, ImageModel, find
from studiolo.engines.openai.images.options import ImageOptions, Wishes
from studiolo.engines.openai.images.painting import Painting
from studiolo.engines.parallel import Places
from studiolo.engines.pricing import Estimate
from studiolo.errors import UnknownEngineError
from studiolo.requests import (
    GeneratedImage,
    ImageRequest,
    Progress,
    ProgressCallback,
    explain,
    ignore_progress,
)


class OpenAIImageEngine(ImageEngine):
    """``openai:MODEL``, or with ``base_url`` any server that has ``/images/generations``.

    Each picture is a request of its own, sent once: the API documents no key by which a repeated one would be
    known, and OpenAI's own client (3.54.0) sends none.
    """

    options_type = ImageOptions
    key_option = "api_key"

    profile: ClassVar[profiles.Profile] = profiles.OPENAI
    dialect_name: ClassVar[DialectName] = "openai"

    def __init__(self, config: EngineConfig | None = None) -> None:
        super().__init__(config)
        self._account = Account(self.config, self.profile, faults.explained_later, options_type=ImageOptions)
        self._places: Places | None = None
        self._lock = threading.Lock()

    @property
    def capabilities(self) -> Capabilities:
        """What the model takes, where it is one of OpenAI's own; else what the server's dialect has."""
        shared = abilities.shared(self._account, parallel=self._options.max_parallel)
        if self._own is not None:
            return abilities.of_model(self._own, shared)
        return abilities.of_dialect(self._dialect, shared, size=self._options.size)

    def availability(self) -> Availability:
        """Ready if it may connect and has the key it needs."""
        return self._account.availability()

    def probe(self) -> Availability:
        """As :meth:`availability`; a server on this machine is asked whether it is there."""
        return self._account.probe()

    def check(self, request: ImageRequest) -> None:
        """Refuse what the model, or the server's dialect, is known not to take."""
        wishes = _wishes(request)
        if self._own is None:
            abilities.check_dialect(
                self._dialect, request, wishes, engine=self._account.name, model=self._named
            )
            return
        if self._own.name in RETIRED:
            raise faults.retired(self._own.name, instead=MODELS[0].name)
        abilities.check_model(self._own, wishes)

    def estimate(self, request: ImageRequest) -> Estimate:
        """By the published prices of OpenAI's models, else as the settings say."""
        price = self._options.price_per_image
        if price is not None:
            return Estimate.per_image(price, request.count, source="price_per_image in your settings")
        if self._own is None:
            return super().estimate(request)
        wishes = _wishes(request)
        return pricing.estimate(
            self._own,
            request,
            size=Ground.size_of(request, self._own.sizes),
            quality=wishes.quality or self._quality,
            partial_images=wishes.partial_images,
        )

    def generate(
        self, request: ImageRequest, progress: ProgressCallback = ignore_progress
    ) -> Iterator[GeneratedImage]:
        """Paint each picture by itself, several at once.

        Raises:
            ContentRefusedError: the content filter declined.
            UnknownEngineError: there is no such model.
            CredentialsError, RateLimitedError, EngineTimeoutError, BrokenStreamError, EngineError: as they
                say; also whether a picture that did not come may be charged.
        """
        self.check(request)
        self._account.check_key()
        beat = partial(progress, Progress(step=0, total=1, count=request.count, stage="waiting"))
        painting = Painting(
            account=self._account,
            model=self._model(beat),
            dialect=self._dialect,
            sizes=self.capabilities.sizes,
            own=self._own,
            price=self._options.price_per_image,
            extra=self._extra,
        )
        wishes = _wishes(request)
        yield from self._ready().paint_each(
            request, lambda single, tell: painting.paint(single, wishes, tell), progress
        )

    def close(self) -> None:
        """End what runs and the connections."""
        self._account.close()

    @cached_property
    def _options(self) -> ImageOptions:
        return ImageOptions.read(self._account.name, self.config.options, base_url=self.profile.base_url)

    @cached_property
    def _dialect(self) -> Dialect:
        return DIALECTS[self._options.image_dialect or self.dialect_name]

    @property
    def _named(self) -> str:
        """The model that was asked for, empty if none was."""
        return self.config.model or self._options.image_model

    @cached_property
    def _own(self) -> ImageModel | None:
        """The model, where it is one of OpenAI's at OpenAI."""
        if self.profile.name != profiles.OPENAI.name or not self._account.at_home:
            return None
        return find(self._named or MODELS[0].name)

    @property
    def _quality(self) -> str:
        return self._options.image_quality or DEFAULT_QUALITY

    @property
    def _extra(self) -> dict[str, Any]:
        """What the settings put into every request; a quality by name makes the price known before."""
        quality = self._quality if self._own is not None else self._options.image_quality
        return {**({"quality": quality} if quality else {}), **self._options.image_extra}

    def _ready(self) -> Places:
        with self._lock:
            if self._places is None:
                self._places = Places(self._options.max_parallel)
            return self._places

    def _model(self, beat: Beat) -> str:
        usual = "" if self.profile.name == profiles.OPENAI.name else self.profile.default_model
        model = self._own.name if self._own is not None else self._named or usual
        if not model:
            raise UnknownEngineError(
                f"Which model of {self._account.host.title}?",
                hint=f"Say it: {self._account.name}:MODEL. {self._account.known(beat)}".strip(),
            )
        return model


def _wishes(request: ImageRequest) -> Wishes:
    try:
        return Wishes.model_validate(dict(request.options))
    except ValidationError as error:
        raise explain(error, Wishes) from error
