"""The seams that engines stand behind: pictures, chat, speech. One verb each."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import BaseModel

from studiolo.chat import ChatCapabilities, ChatRequest, Completion
from studiolo.embedding import TextEmbedder
from studiolo.engines.capabilities import Capabilities
from studiolo.engines.pricing import FREE, UNKNOWN, Estimate
from studiolo.errors import UnknownEngineError
from studiolo.requests import GeneratedImage, ImageRequest, ProgressCallback, ignore_progress
from studiolo.speech import Clip, SpeechCapabilities, SpeechRequest, Voice


@dataclass(frozen=True, kw_only=True)
class EngineConfig:
    """All an engine is told about the world: it reads no settings, no environment and no gallery.

    ``name`` is what it was asked for by, which a config file may make (``[engines.lab] uses = "openai"``);
    ``model`` is what stands behind the colon in ``engine:model``; ``options`` come from the
    table ``[engines.<name>]`` of the config file. ``embedder`` is the one the gallery searches with,
    so that an engine which needs one does not load it a second time.
    """

    name: str = ""
    model: str | None = None
    models_folder: Path | None = None
    offline: bool = False
    threads: int | None = None
    embedder: TextEmbedder | None = None
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, kw_only=True)
class Availability:
    """Whether an engine works here; if not, why, and the command that mends it.

    ``models`` are those it was found to have, where it was asked: see :meth:`Engine.probe`.
    """

    ready: bool
    reason: str = ""
    hint: str = ""
    models: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Advice:
    """A sentence on how an engine runs on this machine; ``hint`` is what would make it better."""

    topic: str
    detail: str
    hint: str = ""
    warning: bool = False


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """A model that an engine knows by name, and how much of it is on this machine.

    ``name`` is what stands behind the colon in ``engine:model``, or names weights that belong to several
    models (``sdxl-control``). ``download_bytes`` is what pulling it takes when nothing is here, about.
    """

    name: str
    description: str
    licence: str
    download_bytes: int
    bytes_here: int = 0
    ready: bool = False


class Engine(ABC):  # noqa: B024 - each kind adds its own verb
    """What all engines share: a config, a word on whether they work here, and an end.

    Building one must be cheap and do no input or output; load weights, connect and import heavy libraries
    on first use.
    """

    options_type: ClassVar[type[BaseModel] | None] = None
    """What ``[engines.<name>]`` may say to it; None: it does not tell, and reads what it knows."""

    key_option: ClassVar[str] = ""
    """The option that is the key of its service (``api_key``); empty where there is no such single one."""

    def __init__(self, config: EngineConfig | None = None) -> None:
        self.config = config or EngineConfig()

    def availability(self) -> Availability:
        """Whether this engine can work here. Quick: looks, loads nothing."""
        return Availability(ready=True)

    def probe(self) -> Availability:
        """As :meth:`availability`, having asked the server it needs on this machine, if there is one.

        Takes a few seconds at most, and connects to nothing beyond this machine.
        """
        return self.availability()

    def advice(self) -> tuple[Advice, ...]:
        """How it runs on this machine and why so, for `studiolo doctor`. May load libraries, but no model."""
        return ()

    def model_cards(self) -> tuple[ModelCard, ...]:
        """The models that can be pulled, and those that are here. Looks; loads and asks nothing."""
        return ()

    def pull(self, model: str, progress: ProgressCallback = ignore_progress) -> ModelCard:
        """Bring ``model`` onto this machine; what is here already is kept, what broke off goes on.

        ``progress`` has bytes as steps and the file's name as stage; what it raises ends the download.

        Raises:
            UnknownEngineError: there is no such model.
            OfflineError: connections are forbidden.
            EngineError: the disk is too small (with figures), or the hub did not give it.
            Cancelled: ``progress`` asked to stop; what had come is kept for the next time.
        """
        del progress
        raise UnknownEngineError(
            f"Engine '{self.config.name}' has no model '{model}' to pull.", hint="See: studiolo models"
        )

    def forget(self, model: str) -> int:
        """Delete ``model`` from this machine, except what other models share; returns the bytes freed.

        Raises:
            UnknownEngineError: there is no such model here.
        """
        raise UnknownEngineError(
            f"Engine '{self.config.name}' has no model '{model}' here.", hint="See: studiolo models"
        )

    def close(self) -> None:  # noqa: B027 - an engine that holds nothing has nothing to free
        """Free what was loaded. The engine may be used again: it loads anew."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


class ImageEngine(Engine):
    """Paints pictures. Two methods: say what you can do, and do it.

    The caller checks and resolves the request first, so every default is filled in.
    ``studiolo.testing.ImageEngineContract`` is the test suite an engine must pass.
    """

    @property
    @abstractmethod
    def capabilities(self) -> Capabilities:
        """What this engine can do, with the model it was built for."""

    def check(self, request: ImageRequest) -> None:
        """Refuse what the capabilities cannot say: wishes that this engine has, but not together.

        Called with the complete request before anything is sent or paid. No input or output.

        Raises:
            UnsupportedRequestError: it cannot do that.
            InvalidRequestError: a value, most often of an option, is not one it takes.
        """

    def estimate(self, request: ImageRequest) -> Estimate:
        """What painting the complete ``request`` will cost. No input or output."""
        del request
        return FREE if self.capabilities.offline else UNKNOWN

    @abstractmethod
    def generate(
        self, request: ImageRequest, progress: ProgressCallback = ignore_progress
    ) -> Iterator[GeneratedImage]:
        """Paint ``request.count`` pictures, yielding each as soon as it is finished, in whatever order.

        The n-th picture (from 0) has seed ``request.seed + n`` and, where the engine is ``seeded``, equals
        what that seed gives alone. ``progress`` is called after each step; what it raises ends the painting.
        What is finished by then, or was paid for when another picture failed, is yielded before the error.

        Raises:
            EngineError: the engine could not do its work.
            Cancelled: ``progress`` asked to stop.
        """


class ChatEngine(Engine):
    """Talks: text in and out, pictures in. ``studiolo.testing.ChatEngineContract`` is its test suite.

    The caller checks the request against the capabilities first.
    """

    @property
    @abstractmethod
    def capabilities(self) -> ChatCapabilities:
        """What this engine can do, with the model it was built for. No input or output."""

    @abstractmethod
    def chat(
        self, request: ChatRequest, progress: ProgressCallback = ignore_progress
    ) -> Generator[str, None, Completion]:
        """Answer, piece by piece as the words come; the generator's return value says how it ended.

        ``progress`` is called at least five times a second, also while waiting for the first word
        (``stage`` is ``"loading"``, ``"waiting"`` or ``"writing"``, ``step`` counts pieces); what it raises
        ends the answer and frees the connection at once. So does closing the generator.

        Raises:
            CredentialsError: there is no key, or a wrong one.
            UnknownEngineError: the service has no such model.
            UnsupportedRequestError: this model cannot do that (look at pictures, for example).
            RateLimitedError: the service asked to wait longer than the engine does by itself.
            EngineTimeoutError: no word came in time.
            BrokenStreamError: the connection broke after some words; those were yielded.
            EngineError: anything else the service or model could not do; says what it said.
            Cancelled: ``progress`` asked to stop.
        """


class SpeechEngine(Engine):
    """Speaks. ``studiolo.testing.SpeechEngineContract`` is its test suite."""

    @property
    @abstractmethod
    def capabilities(self) -> SpeechCapabilities:
        """What this engine can do, with the model it was built for. No input or output."""

    @abstractmethod
    def voices(self) -> tuple[Voice, ...]:
        """The voices there are. May ask the service."""

    @abstractmethod
    def speak(self, request: SpeechRequest, progress: ProgressCallback = ignore_progress) -> Iterator[Clip]:
        """Say the text, yielding speech as soon as some is there; all clips of a call have one rate.

        The caller splits long texts into sentences of at most ``capabilities.max_characters``.

        Raises:
            UnsupportedRequestError: it has no such language or voice; the hint names what it has.
            CredentialsError, RateLimitedError, EngineTimeoutError, EngineError: as :class:`ChatEngine`.
            Cancelled: ``progress`` asked to stop.
        """
