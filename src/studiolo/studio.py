"""The facade: what Python, the command line and the server all call."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from pydantic import SecretStr

from studiolo import offline
from studiolo.embedding import TextEmbedder
from studiolo.engines.base import EngineConfig, ImageEngine
from studiolo.engines.capabilities import check, resolve
from studiolo.errors import Cancelled, InvalidRequestError, UnsupportedRequestError
from studiolo.gallery import Gallery
from studiolo.registry import EngineRegistry
from studiolo.requests import GeneratedImage, ImageRequest, Progress, ProgressCallback, ignore_progress
from studiolo.settings import Settings

if TYPE_CHECKING:
    from studiolo.gallery import Picture


class Studio:
    """Engines and a gallery under one roof.

    Build it from its parts, or with :meth:`open` from the settings. Use it as a context
    manager, or call :meth:`close`. One studio may serve several threads.
    """

    def __init__(self, settings: Settings, registry: EngineRegistry, gallery: Gallery) -> None:
        self.settings = settings
        self.registry = registry
        self.gallery = gallery

    @classmethod
    def open(cls, settings: Settings | None = None) -> Self:
        """A studio as the settings describe it; reads them from their sources if not given.

        Raises:
            SettingsError: the settings are wrong.
            GalleryError: the gallery cannot be opened.
        """
        settings = settings or Settings.load()
        if settings.offline:
            offline.forbid()
        embedder = TextEmbedder()
        gallery = Gallery.open(settings.gallery_folder, embedder=embedder)
        return cls(settings, build_registry(settings, embedder), gallery)

    def generate(
        self,
        prompt: str | ImageRequest | None = None,
        /,
        *,
        engine: str | None = None,
        progress: ProgressCallback = ignore_progress,
        cancel: threading.Event | None = None,
        **fields: Any,
    ) -> list[Picture]:
        """Paint, keep, and return the pictures; arguments as for :meth:`generate_each`."""
        return list(self.generate_each(prompt, engine=engine, progress=progress, cancel=cancel, **fields))

    def generate_each(
        self,
        prompt: str | ImageRequest | None = None,
        /,
        *,
        engine: str | None = None,
        progress: ProgressCallback = ignore_progress,
        cancel: threading.Event | None = None,
        **fields: Any,
    ) -> Iterator[Picture]:
        """Paint pictures; each is in the gallery before it is yielded.

        Args:
            prompt: what to paint, or a whole request; may as well stand among the fields.
            engine: ``"pocket"``, ``"name:model"``, …; the settings' engine if not given.
            progress: called after each step, in the caller's thread.
            cancel: set it (from any thread) to stop within one step.
            fields: fields of :class:`ImageRequest`; beside a whole request, what changes in it.

        Raises:
            InputError: the request cannot be done as asked; nothing was painted.
            EngineError: the engine failed; pictures yielded before are kept.
            GalleryError: a picture could not be kept.
            Cancelled: ``cancel`` was set; pictures yielded before are kept.
        """
        # Checked here, not at the first next(): a wrong request fails where it is made.
        spec = self.settings.engine if engine is None else engine
        painter, request = self.prepare(self.request(prompt, **fields), engine=spec)
        return self._paint_and_keep(painter, request, _cancellable(progress, cancel))

    def draft(self, prompt: str | ImageRequest | None = None, /, **fields: Any) -> GeneratedImage:
        """The pocket painter's draft alone: the planned scene, composed; not kept in the gallery.

        It can steer another engine as its init picture, which helps big models count
        and tell left from right.
        """
        request = self.request(prompt, **fields).model_copy(update={"strength": 0.0, "count": 1})
        painter, request = self.prepare(request, engine="pocket")
        return next(painter.generate(request))

    def request(self, prompt: str | ImageRequest | None = None, /, **fields: Any) -> ImageRequest:
        """The validated request for these arguments, as for :meth:`generate_each`.

        Raises:
            InvalidRequestError: a field is unknown, missing or out of range, or there are two prompts.
            InvalidImageError: a picture cannot be opened.
        """
        if isinstance(prompt, ImageRequest):
            if not fields:
                return prompt
            fields = {**dict(prompt), **fields}
        elif prompt is not None:
            if "prompt" in fields:
                raise InvalidRequestError("There are two prompts.", hint="Give one of them.")
            fields["prompt"] = prompt
        return ImageRequest.parse(fields, find_image=self.gallery.source_image)

    def prepare(self, request: ImageRequest, *, engine: str) -> tuple[ImageEngine, ImageRequest]:
        """The engine for ``request`` and the request with every default filled in; paints nothing.

        Raises:
            UnknownEngineError: no such engine.
            UnsupportedRequestError: it cannot do this; the hint names engines that can.
            InvalidRequestError: a value is outside what it takes.
        """
        painter = self.registry.resolve(engine)
        capabilities = painter.capabilities
        try:
            check(capabilities, request, engine=engine)
        except UnsupportedRequestError as error:
            able = [name for name in self.registry.able_to(request) if name != "fake"]
            others = f"Engines here that can: {', '.join(able)}." if able else "No engine here can."
            raise UnsupportedRequestError(
                error.message, hint=f"{error.hint} {others} See: studiolo engines".strip()
            ) from error
        return painter, resolve(capabilities, request)

    def _paint_and_keep(
        self, painter: ImageEngine, request: ImageRequest, progress: ProgressCallback
    ) -> Iterator[Picture]:
        for generated in painter.generate(request, progress):
            yield self.gallery.add(generated)

    def close(self) -> None:
        """Free the engines and close the gallery."""
        self.registry.close()
        self.gallery.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


def build_registry(settings: Settings, embedder: TextEmbedder | None = None) -> EngineRegistry:
    """The registry as the settings describe it: each engine is told only what concerns it."""
    default = EngineConfig(
        models_folder=settings.models_folder,
        offline=settings.offline,
        threads=settings.threads,
        embedder=embedder,
    )

    def plain(value: object) -> object:
        return value.get_secret_value() if isinstance(value, SecretStr) else value

    configs = {
        name: replace(default, options={option: plain(value) for option, value in options.items()})
        for name, options in settings.engines.items()
    }
    return EngineRegistry(configs, default=default)


def _cancellable(progress: ProgressCallback, cancel: threading.Event | None) -> ProgressCallback:
    if cancel is None:
        return progress

    def report(step: Progress) -> None:
        if cancel.is_set():
            raise Cancelled
        progress(step)

    return report
