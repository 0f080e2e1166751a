"""The engine ``diffusers:``: SDXL and its kin, painted in this process in the caller's thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import cached_property

from studiolo.engines.base import Advice, Availability, EngineConfig, ImageEngine, ModelCard
from studiolo.engines.capabilities import Capabilities
from studiolo.engines.diffusers import abilities, pulling
from studiolo.engines.diffusers.advising import advise
from studiolo.engines.diffusers.choosing import choose_weights, likely_device
from studiolo.engines.diffusers.extras import Extras
from studiolo.engines.diffusers.families import SDXL
from studiolo.engines.diffusers.finding import Weights
from studiolo.engines.diffusers.fitting import Fitted, Fitting
from studiolo.engines.diffusers.loras import read_prompt
from studiolo.engines.diffusers.options import DiffusersOptions
from studiolo.engines.diffusers.painting import Painted, paint, teller
from studiolo.engines.diffusers.upscaling import upscale
from studiolo.engines.local import libraries
from studiolo.engines.options import read_options
from studiolo.errors import EngineError, StudioloError
from studiolo.requests import GeneratedImage, ImageRequest, ProgressCallback, ignore_progress


class DiffusersImageEngine(ImageEngine):
    """A diffusion model in this process, loaded with the first picture and kept; one picture at a time."""

    options_type = DiffusersOptions
    key_option = "token"

    def __init__(self, config: EngineConfig | None = None) -> None:
        super().__init__(config)
        self._turn = threading.Lock()
        self._fitting: Fitting | None = None
        self._extras = Extras(self.config)
        self._found: Weights | None = None
        self._able: Capabilities | None = None

    @cached_property
    def _options(self) -> DiffusersOptions:
        return read_options(DiffusersOptions, "diffusers", self.config.options)

    @property
    def capabilities(self) -> Capabilities:
        """What the model can do. Looks once at its files; loads nothing."""
        self._able = self._able or self._declared()
        return self._able

    def _declared(self) -> Capabilities:
        device, previews = likely_device(self._options), self._options.previews
        try:
            return abilities.of(self._weights, device=device, previews=previews)
        except EngineError:
            if self.config.model is not None:
                raise
            # Nothing is here yet: what there would be.
            return abilities.of_family(SDXL, device=device, previews=previews)

    @property
    def _weights(self) -> Weights:
        self._found = self._found or choose_weights(self.config, self._options)
        return self._found

    def availability(self) -> Availability:
        """Whether the libraries are installed, and a model is here."""
        if missing := libraries.missing(libraries.NEEDED_TO_PAINT):
            return Availability(
                ready=False,
                reason=f"{', '.join(missing)} not installed",
                hint="Run: pip install 'studiolo[local]'",
            )
        try:
            _ = self._weights
        except StudioloError as error:
            return Availability(ready=False, reason=error.message, hint=error.hint)
        return Availability(ready=True)

    def generate(
        self, request: ImageRequest, progress: ProgressCallback = ignore_progress
    ) -> Iterator[GeneratedImage]:
        """Paint picture after picture; what ``progress`` raises ends the painting within one step."""
        first = request.seed or 0
        for start in range(0, request.count, self._options.batch_size):
            seeds = tuple(range(first + start, first + min(start + self._options.batch_size, request.count)))
            with self._turn:
                pictures = self._paint(request, seeds, start, progress)
            yield from pictures

    def advice(self) -> tuple[Advice, ...]:
        """The device, the plan and why, and which of the models here fit."""
        if libraries.missing(libraries.NEEDED_TO_PAINT):
            return ()
        return tuple(advise(self.config, self._options, self.model_cards()))

    def model_cards(self) -> tuple[ModelCard, ...]:
        """The models that can be pulled, and those that are here."""
        return pulling.model_cards(self.config, self._options)

    def pull(self, model: str, progress: ProgressCallback = ignore_progress) -> ModelCard:
        """Bring ``model`` here: a name of the catalogue, or a repository on the hub."""
        card = pulling.pull(model, self.config, self._options, progress)
        self._look_anew()
        return card

    def forget(self, model: str) -> int:
        """Delete ``model`` from this machine, except what other models share; returns the bytes freed."""
        freed = pulling.forget(model, self.config, self._options)
        self._look_anew()
        return freed

    def close(self) -> None:
        """Free the model's memory, once the picture under way is finished."""
        with self._turn:
            self._extras.clear()
            if self._fitting is not None:
                self._fitting.clear()

    def _paint(
        self, request: ImageRequest, seeds: tuple[int, ...], start: int, progress: ProgressCallback
    ) -> list[GeneratedImage]:
        if self.config.threads is not None:
            libraries.load_torch().set_num_threads(self.config.threads)
        self._fitting = self._fitting or Fitting(self._weights, self._options)
        prompt, loras, words = read_prompt(request.prompt, request.loras)
        worded = request.model_copy(update={"prompt": prompt, "loras": loras})
        previews = self._options.previews

        def job(fitted: Fitted) -> Painted:
            tell = teller(fitted.loaded, request, progress, first=start, count=len(seeds), previews=previews)
            if request.upscale is not None:
                return upscale(fitted, worded, seeds, tell)
            return paint(fitted, self._extras, worded, seeds, tell)

        painted, notes = self._fitting.work(job)
        return [
            GeneratedImage(
                image=image,
                request=request.model_copy(update={"count": 1, "seed": seed}),
                engine="diffusers",
                model=self._weights.name,
                timings={stage: seconds / len(seeds) for stage, seconds in painted.timings.items()},
                notes=(*words, *notes, *painted.notes),
            )
            for image, seed in zip(painted.images, seeds, strict=True)
        ]

    def _look_anew(self) -> None:
        """With the next request: what is on disk has changed."""
        self._found = self._able = None
