"""Opening what a command works in, and no more of it than it needs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studiolo.gallery import Gallery


def open_gallery() -> Gallery:
    """The gallery as the settings describe it; close it, or use it as a context manager.

    Raises:
        SettingsError: the settings are wrong.
        GalleryError: the gallery cannot be opened.
    """
    from studiolo.embedding import TextEmbedder
    from studiolo.gallery import Gallery

    return Gallery.open(gallery_folder(), embedder=TextEmbedder())


def gallery_folder() -> Path:
    """Where the settings say the gallery is.

    Raises:
        SettingsError: the settings are wrong.
    """
    from studiolo import offline
    from studiolo.settings import Settings

    settings = Settings.load()
    if settings.offline:
        offline.forbid()
    return settings.gallery_folder
