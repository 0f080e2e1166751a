"""The engine ``diffusers:``: SDXL and its kin, painted in this process in the caller's thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any

from studiolo.engines.base import Availability, EngineConfig, ImageEngine, ModelCard
from studiolo.engines.capabilities import Capabilities
from studiolo.engines.diffusers import abilities, pulling, schedulers
from studiolo.engines.diffusers.calls import call_for, finished
from studiolo.engines.diffusers.finding import Weights, find_weights
from studiolo.engines.diffusers.fitting import Fitted, Fitting
from studiolo.engines.diffusers.options import DiffusersOptions
from studiolo.engines.diffusers.running import run
from studiolo.engines.local import libraries
from studiolo.engines.options import read_options
from studiolo.requests import GeneratedImage, ImageRequest, Progress, ProgressCallback, ignore_progress


class DiffusersImageEngine(ImageEngine):
    """A diffusion model in this process, loaded with the first picture and kept; one picture at a time."""

    options_type = DiffusersOptions
    key_option = "token"

    def __init__(self, config: EngineConfig | None = None) -> None:
        super().__init__(config)
        self._turn = threading.Lock()
        self._fitting: Fitting | None = None

    @cached_property
    def _options(self) -> DiffusersOptions:
        return read_options(DiffusersOptions, "diffusers", self.config.options)

    @cached_property
    def _weights(self) -> Weights:
        return find_weights(self.config.model, self.config, self._options)

    @cached_property
    def _capabilities(self) -> Capabilities:
        return abilities.of(self._weights, self._options)

    @property
    def capabilities(self) -> Capabilities:
        """What the model can do. Looks once at its files; loads nothing."""
        return self._capabilities

    def availability(self) -> Availability:
        """Whether the libraries are installed; the model may still have to be pulled."""
        missing = libraries.missing(libraries.NEEDED_TO_PAINT)
        if not missing:
            return Availability(ready=True)
        return Availability(
            ready=False,
            reason=f"{', '.join(missing)} not installed",
            hint="Run: pip install 'studiolo[local]'",
        )

    def generate(
        self, request: ImageRequest, progress: ProgressCallback = ignore_progress
    ) -> Iterator[GeneratedImage]:
        """Paint picture after picture; what ``progress`` raises ends the painting within one step."""
        first = request.seed or 0
        for start in range(0, request.count, self._options.batch_size):
            seeds = tuple(range(first + start, first + min(start + self._options.batch_size, request.count)))
            with self._turn:
                pictures, notes = self._paint_within_memory(request, seeds, start, progress)
            for picture in pictures:
                yield replace(picture, notes=(*notes, *picture.notes))

    def model_cards(self) -> tuple[ModelCard, ...]:
        """The models that can be pulled, and those that are here."""
        return pulling.model_cards(self.config, self._options)

    def pull(self, model: str, progress: ProgressCallback = ignore_progress) -> ModelCard:
        """Bring ``model`` here: a name of the catalogue, or a repository on the hub."""
        return pulling.pull(model, self.config, self._options, progress)

    def forget(self, model: str) -> int:
        """Delete ``model`` from this machine, except what other models share; returns the bytes freed."""
        return pulling.forget(model, self.config, self._options)

    def close(self) -> None:
        """Free the model's memory, once the picture under way is finished."""
        with self._turn:
            if self._fitting is not None:
                self._fitting.clear()

    def _paint_within_memory(
        self, request: ImageRequest, seeds: tuple[int, ...], start: int, progress: ProgressCallback
    ) -> tuple[list[GeneratedImage], tuple[str, ...]]:
        if self.config.threads is not None:
            libraries.load_torch().set_num_threads(self.config.threads)
        self._fitting = self._fitting or Fitting(self._weights, self._options)
        return self._fitting.work(lambda fitted: self._paint(fitted, request, seeds, start, progress))

    def _paint(
        self,
        fitted: Fitted,
        request: ImageRequest,
        seeds: tuple[int, ...],
        start: int,
        progress: ProgressCallback,
    ) -> list[GeneratedImage]:
        began = time.perf_counter()
        loaded = fitted.loaded

        def tell(step: int, total: int) -> None:
            for index in range(start, start + len(seeds)):
                progress(Progress(step=step, total=total, index=index, count=request.count))

        call = call_for(loaded, request, count=len(seeds))
        scheduler = schedulers.build(
            libraries.load_diffusers(),
            schedulers.table(loaded.weights.family),
            request.scheduler or "euler",
            loaded.base.scheduler.config,
            seeds=seeds,
        )
        with fitted.force.at_work(call.pipeline):
            images = run(call, scheduler=scheduler, generators=self._generators(seeds), tell=tell)
        took = time.perf_counter() - began
        return [
            GeneratedImage(
                image=finished(image, request),
                request=request.model_copy(update={"count": 1, "seed": seed}),
                engine="diffusers",
                model=loaded.weights.name,
                timings={"total": took / len(seeds)},
            )
            for image, seed in zip(images, seeds, strict=True)
        ]

    def _generators(self, seeds: tuple[int, ...]) -> list[Any]:
        """On the CPU: the same noise on every device."""
        torch = libraries.load_torch()
        return [torch.Generator("cpu").manual_seed(seed) for seed in seeds]
