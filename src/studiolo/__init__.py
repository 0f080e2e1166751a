"""studiolo: write better prompts, make pictures, ask about them, and find every one again.

    from studiolo import Studio

    with Studio.open() as studio:
        picture = studio.generate("two red apples left of a blue car in the snow")[0]
        print(studio.gallery.path(picture))
        print(studio.ask(picture, "how many apples are there?").read().text)

Importing this package loads nothing; each name is fetched when first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studiolo._version import __version__
    from studiolo.assistant.base import (
        Answer,
        Assistant,
        Location,
        Sampling,
        SuggestionRequest,
        Suggestions,
        Tags,
        Translation,
    )
    from studiolo.assistant.stream import AnswerStream
    from studiolo.chat import ChatCapabilities, ChatRequest, Completion, Message, Usage
    from studiolo.embedding import TextEmbedder
    from studiolo.engines.base import Availability, ChatEngine, EngineConfig, ImageEngine, SpeechEngine
    from studiolo.engines.capabilities import Capabilities, Range, Sizes
    from studiolo.engines.pricing import Estimate
    from studiolo.errors import (
        BadAnswerError,
        BrokenStreamError,
        Cancelled,
        ContentRefusedError,
        CostLimitError,
        CredentialsError,
        DiskFullError,
        EngineError,
        EngineTimeoutError,
        GalleryCorruptError,
        GalleryError,
        GalleryReadOnlyError,
        GalleryTooNewError,
        InputError,
        InvalidImageError,
        InvalidRequestError,
        MissingExtraError,
        NotFoundError,
        OfflineError,
        PictureNotFoundError,
        QueueFullError,
        RateLimitedError,
        SettingsError,
        StudioloError,
        UnknownEngineError,
        UnsafeAddressError,
        UnsupportedRequestError,
    )
    from studiolo.gallery import (
        Answers,
        Collection,
        Gallery,
        KeptAnswer,
        Month,
        Page,
        Picture,
        PictureFilter,
        SearchHit,
        Share,
        Speech,
        Spent,
        Token,
    )
    from studiolo.jobs.job import Job, JobProgress
    from studiolo.jobs.queue import JobQueue
    from studiolo.registry import ChatRegistry, EngineRegistry, SpeechRegistry
    from studiolo.requests import GeneratedImage, ImageRequest, Lora, Progress, SourceImage
    from studiolo.settings import Settings
    from studiolo.speech import Clip, SpeechCapabilities, SpeechRequest, Voice
    from studiolo.studio import Studio
    from studiolo.studio.engines import EngineFacts
    from studiolo.studio.sentences import Spoken
    from studiolo.studio.several import Painted
    from studiolo.studio.sight import ControlMap
    from studiolo.studio.spending import Quote
    from studiolo.studio.trying import Trial

_HOMES = {
    "studiolo._version": ("__version__",),
    "studiolo.assistant.base": (
        "Answer",
        "Assistant",
        "Location",
        "Sampling",
        "SuggestionRequest",
        "Suggestions",
        "Tags",
        "Translation",
    ),
    "studiolo.assistant.stream": ("AnswerStream",),
    "studiolo.chat": ("ChatCapabilities", "ChatRequest", "Completion", "Message", "Usage"),
    "studiolo.embedding": ("TextEmbedder",),
    "studiolo.engines.base": ("Availability", "ChatEngine", "EngineConfig", "ImageEngine", "SpeechEngine"),
    "studiolo.engines.capabilities": ("Capabilities", "Range", "Sizes"),
    "studiolo.engines.pricing": ("Estimate",),
    "studiolo.errors": (
        "BadAnswerError",
        "BrokenStreamError",
        "Cancelled",
        "ContentRefusedError",
        "CostLimitError",
        "CredentialsError",
        "DiskFullError",
        "EngineError",
        "EngineTimeoutError",
        "GalleryCorruptError",
        "GalleryError",
        "GalleryReadOnlyError",
        "GalleryTooNewError",
        "InputError",
        "InvalidImageError",
        "InvalidRequestError",
        "MissingExtraError",
        "NotFoundError",
        "OfflineError",
        "PictureNotFoundError",
        "QueueFullError",
        "RateLimitedError",
        "SettingsError",
        "StudioloError",
        "UnknownEngineError",
        "UnsafeAddressError",
        "UnsupportedRequestError",
    ),
    "studiolo.gallery": (
        "Answers",
        "Collection",
        "Gallery",
        "KeptAnswer",
        "Month",
        "Page",
        "Picture",
        "PictureFilter",
        "SearchHit",
        "Share",
        "Speech",
        "Spent",
        "Token",
    ),
    "studiolo.jobs.job": ("Job", "JobProgress"),
    "studiolo.jobs.queue": ("JobQueue",),
    "studiolo.registry": ("ChatRegistry", "EngineRegistry", "SpeechRegistry"),
    "studiolo.requests": ("GeneratedImage", "ImageRequest", "Lora", "Progress", "SourceImage"),
    "studiolo.settings": ("Settings",),
    "studiolo.studio.sentences": ("Spoken",),
    "studiolo.studio.sight": ("ControlMap",),
    "studiolo.speech": ("Clip", "SpeechCapabilities", "SpeechRequest", "Voice"),
    "studiolo.studio": ("Studio",),
    "studiolo.studio.engines": ("EngineFacts",),
    "studiolo.studio.several": ("Painted",),
    "studiolo.studio.spending": ("Quote",),
    "studiolo.studio.trying": ("Trial",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Answer",
    "AnswerStream",
    "Answers",
    "Assistant",
    "Availability",
    "BadAnswerError",
    "BrokenStreamError",
    "Cancelled",
    "Capabilities",
    "ChatCapabilities",
    "ChatEngine",
    "ChatRegistry",
    "ChatRequest",
    "Clip",
    "Collection",
    "Completion",
    "ContentRefusedError",
    "ControlMap",
    "CostLimitError",
    "CredentialsError",
    "DiskFullError",
    "EngineConfig",
    "EngineError",
    "EngineFacts",
    "EngineRegistry",
    "EngineTimeoutError",
    "Estimate",
    "Gallery",
    "GalleryCorruptError",
    "GalleryError",
    "GalleryReadOnlyError",
    "GalleryTooNewError",
    "GeneratedImage",
    "ImageEngine",
    "ImageRequest",
    "InputError",
    "InvalidImageError",
    "InvalidRequestError",
    "Job",
    "JobProgress",
    "JobQueue",
    "KeptAnswer",
    "Location",
    "Lora",
    "Message",
    "MissingExtraError",
    "Month",
    "NotFoundError",
    "OfflineError",
    "Page",
    "Painted",
    "Picture",
    "PictureFilter",
    "PictureNotFoundError",
    "Progress",
    "QueueFullError",
    "Quote",
    "Range",
    "RateLimitedError",
    "Sampling",
    "SearchHit",
    "Settings",
    "SettingsError",
    "Share",
    "Sizes",
    "SourceImage",
    "Speech",
    "SpeechCapabilities",
    "SpeechEngine",
    "SpeechRegistry",
    "SpeechRequest",
    "Spent",
    "Spoken",
    "Studio",
    "StudioloError",
    "SuggestionRequest",
    "Suggestions",
    "Tags",
    "TextEmbedder",
    "Token",
    "Translation",
    "Trial",
    "UnknownEngineError",
    "UnsafeAddressError",
    "UnsupportedRequestError",
    "Usage",
    "Voice",
    "__version__",
]


def __getattr__(name: str) -> object:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module 'studiolo' has no attribute {name!r}")
    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
