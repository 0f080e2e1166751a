"""What every part of the facade shares: settings, engines, gallery, the assistant; and stopping."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final, Self

from pydantic import SecretStr

from studiolo import offline
from studiolo.assistant.base import Assistant
from studiolo.embedding import TextEmbedder
from studiolo.errors import Cancelled, UnknownEngineError, require_text
from studiolo.gallery import Gallery
from studiolo.registry import ChatRegistry, EngineRegistry, SpeechRegistry, build_registry
from studiolo.requests import Progress, ProgressCallback
from studiolo.settings import Settings

if TYPE_CHECKING:
    from studiolo.assistant.pocket.assistant import PocketAssistant
    from studiolo.studio.sight import Sight

POCKET: Final = "pocket"


class Core:
    """A studio's parts, and how it is opened and closed."""

    def __init__(
        self,
        settings: Settings,
        registry: EngineRegistry,
        gallery: Gallery,
        *,
        chat: ChatRegistry | None = None,
        speech: SpeechRegistry | None = None,
        embedder: TextEmbedder | None = None,
    ) -> None:
        self.settings = settings
        self.registry = registry
        self.gallery = gallery
        self.chat = chat or build_registry(settings, embedder, kind=ChatRegistry)
        self.speech = speech or build_registry(settings, embedder, kind=SpeechRegistry)
        self._embedder = embedder
        self._pocket: PocketAssistant | None = None
        self._sight: Sight | None = None
        self._lock = threading.Lock()

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
        return cls(settings, build_registry(settings, embedder), gallery, embedder=embedder)

    def assistant(self, name: str | None = None) -> Assistant:
        """The assistant of that name: the pocket one, or one with a language model behind it.

        Raises:
            UnknownEngineError: there is none.
        """
        name = require_text(self.settings.assistant if name is None else name, "engine").strip()
        if name == POCKET:
            return self._pocket_assistant()
        from studiolo.assistant.chat import ChatAssistant

        try:
            return ChatAssistant(self.chat.resolve(name), name=name)
        except UnknownEngineError as error:
            raise UnknownEngineError(
                error.message, hint=f"{error.hint} The assistant '{POCKET}' needs no model."
            ) from error

    def _pocket_assistant(self) -> PocketAssistant:
        from studiolo.assistant.pocket.assistant import PocketAssistant

        with self._lock:
            if self._pocket is None:
                self._pocket = PocketAssistant(embedder=self._embedder, threads=self.settings.threads or 2)
            return self._pocket

    def _looking(self) -> Sight:
        """What makes control maps and finds masks; it loads with its first use."""
        from studiolo.studio.sight import Sight

        pocket = self._pocket_assistant()
        with self._lock:
            if self._sight is None:
                self._sight = Sight(self.chat.config("transformers"), pocket)
            return self._sight

    def _hide_secrets(self, text: str) -> str:
        """``text`` without the keys in the settings; an engine that fails may quote one."""
        for options in self.settings.engines.values():
            for value in options.values():
                if isinstance(value, SecretStr) and value.get_secret_value():
                    text = text.replace(value.get_secret_value(), "***")
        return text

    def close(self) -> None:
        """Free the engines and close the gallery."""
        for registry in (self.registry, self.chat, self.speech):
            registry.close()
        with self._lock:
            self._pocket = None
            if self._sight is not None:
                self._sight.close()
            self._sight = None
        self.gallery.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


def cancellable(progress: ProgressCallback, cancel: threading.Event | None) -> ProgressCallback:
    """``progress``, but for the end that ``cancel`` puts to it."""
    if cancel is None:
        return progress

    def report(step: Progress) -> None:
        if cancel.is_set():
            raise Cancelled
        progress(step)

    return report
