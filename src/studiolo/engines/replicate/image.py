"""Paints with any image model that Replicate runs, SDXL first among them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, partial

from studiolo.engines.base import Availability, EngineConfig, ImageEngine
from studiolo.engines.capabilities import Capabilities
from studiolo.engines.parallel import Places
from studiolo.engines.pricing import Estimate
from studiolo.engines.replicate import pricing
from studiolo.engines.replicate.abilities import abilities, open_ended
from studiolo.engines.replicate.account import Account, ImageOptions
from studiolo.engines.replicate.catalogue import KNOWN, Known
from studiolo.engines.replicate.models import bare
from studiolo.engines.replicate.painting import Painter, as_painted, beat_of
from studiolo.engines.replicate.runs import Runs
from studiolo.engines.replicate.schema import inputs_of
from studiolo.engines.replicate.translating import translate
from studiolo.offline import is_loopback
from studiolo.requests import GeneratedImage, ImageRequest, ProgressCallback, ignore_progress


class ReplicateImageEngine(ImageEngine):
    """``replicate:owner/name``, of its newest version, or ``replicate:owner/name:version``.

    What a model in the catalogue takes is known and declared; what any other takes is asked of Replicate, and
    checked before a run is begun.
    """

    options_type = ImageOptions
    key_option = "api_key"

    def __init__(self, config: EngineConfig | None = None) -> None:
        super().__init__(config)
        self._account = Account(self.config, ImageOptions, usual_model=lambda options: options.image_model)
        self._runs = Runs()

    @property
    def capabilities(self) -> Capabilities:
        """Of a known model what its inputs say; else whatever there may be."""
        known = self._known
        able = open_ended() if known is None else abilities(known)
        where = {"device": self._account.name, "parallel": self._account.options.max_parallel}
        return able.model_copy(
            update={**where, "offline": is_loopback(self._account.options.host), "served": True}
        )

    def availability(self) -> Availability:
        """Ready if there is a key and it may connect."""
        return self._account.availability()

    def check(self, request: ImageRequest) -> None:
        """Refuse what a known model does not take; of another it is found out before a run is begun."""
        known = self._known
        if known is not None:
            painted = as_painted(request, self.capabilities)
            translate(
                painted, known.takes, model=self._account.model, strength_asked=request.strength is not None
            )

    def estimate(self, request: ImageRequest) -> Estimate:
        """By the price of each picture, or by about how long its machine will take."""
        return pricing.estimate(request, self._account.options, self._known)

    def generate(
        self, request: ImageRequest, progress: ProgressCallback = ignore_progress
    ) -> Iterator[GeneratedImage]:
        """Paint each picture in a run of its own, several at once.

        Raises:
            CredentialsError, UnknownEngineError: there is no key, or no such model.
            UnsupportedRequestError, InvalidRequestError: the model does not take that; nothing was begun.
            ContentRefusedError: its filter declined.
            EngineError: the model, or Replicate, failed.
        """
        service = self._account.connect()
        beat = beat_of(request, progress)
        beat()
        target = self._account.target(beat)
        painter = Painter(
            service=service,
            target=target,
            takes=inputs_of(target.openapi_schema),
            model=self._account.model,
            runs=self._runs,
            cost=partial(pricing.cost, options=self._account.options, known=self._known),
        )
        plan = painter.plan(request, self.capabilities, beat)
        yield from self._places.paint_each(request, partial(painter.paint, plan), progress)

    def close(self) -> None:
        """End what runs and the connections, and forget the model's schema."""
        self._account.close()

    @cached_property
    def _places(self) -> Places:
        return Places(self._account.options.max_parallel)

    @property
    def _known(self) -> Known | None:
        return KNOWN.get(bare(self._account.model))
