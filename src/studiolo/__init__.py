"""studiolo: write better prompts, make pictures, ask about them, and find every one again.

    from studiolo import Studio

    with Studio.open() as studio:
        picture = studio.generate("two red apples left of a blue car in the snow")[0]
        print(studio.gallery.path(picture))

Importing this package loads nothing; each name is fetched when first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studiolo._version import __version__
    from studiolo.embedding import TextEmbedder
    from studiolo.engines.base import Availability, EngineConfig, ImageEngine
    from studiolo.engines.capabilities import Capabilities, Range, Sizes
    from studiolo.errors import (
        Cancelled,
        DiskFullError,
        EngineError,
        GalleryCorruptError,
        GalleryError,
        GalleryReadOnlyError,
        GalleryTooNewError,
        InputError,
        InvalidImageError,
        InvalidRequestError,
        MissingExtraError,
        OfflineError,
        PictureNotFoundError,
        SettingsError,
        StudioloError,
        UnknownEngineError,
        UnsupportedRequestError,
    )
    from studiolo.gallery import Gallery, Page, Picture, PictureFilter, SearchHit
    from studiolo.registry import EngineRegistry
    from studiolo.requests import GeneratedImage, ImageRequest, Progress, SourceImage
    from studiolo.settings import Settings
    from studiolo.studio import Studio

_HOMES = {
    "studiolo._version": ("__version__",),
    "studiolo.embedding": ("TextEmbedder",),
    "studiolo.engines.base": ("Availability", "EngineConfig", "ImageEngine"),
    "studiolo.engines.capabilities": ("Capabilities", "Range", "Sizes"),
    "studiolo.errors": (
        "Cancelled",
        "DiskFullError",
        "EngineError",
        "GalleryCorruptError",
        "GalleryError",
        "GalleryReadOnlyError",
        "GalleryTooNewError",
        "InputError",
        "InvalidImageError",
        "InvalidRequestError",
        "MissingExtraError",
        "OfflineError",
        "PictureNotFoundError",
        "SettingsError",
        "StudioloError",
        "UnknownEngineError",
        "UnsupportedRequestError",
    ),
    "studiolo.gallery": ("Gallery", "Page", "Picture", "PictureFilter", "SearchHit"),
    "studiolo.registry": ("EngineRegistry",),
    "studiolo.requests": ("GeneratedImage", "ImageRequest", "Progress", "SourceImage"),
    "studiolo.settings": ("Settings",),
    "studiolo.studio": ("Studio",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Availability",
    "Cancelled",
    "Capabilities",
    "DiskFullError",
    "EngineConfig",
    "EngineError",
    "EngineRegistry",
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
    "MissingExtraError",
    "OfflineError",
    "Page",
    "Picture",
    "PictureFilter",
    "PictureNotFoundError",
    "Progress",
    "Range",
    "SearchHit",
    "Settings",
    "SettingsError",
    "Sizes",
    "SourceImage",
    "Studio",
    "StudioloError",
    "TextEmbedder",
    "UnknownEngineError",
    "UnsupportedRequestError",
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
