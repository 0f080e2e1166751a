"""Opening what a command works in, and no more of it than it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studiolo.gallery import Gallery


def open_gallery() -> Gallery:
    """The gallery as the settings describe it; close it, or use it as a context manager.

    Raises:
        SettingsError: the settings are wrong.
        GalleryError: the gallery cannot be opened.
    """
    from studiolo import offline
    from studiolo.embedding import TextEmbedder
    from studiolo.gallery import Gallery
    from studiolo.settings import Settings

    settings = Settings.load()
    if settings.offline:
        offline.forbid()
    return Gallery.open(settings.gallery_folder, embedder=TextEmbedder())
