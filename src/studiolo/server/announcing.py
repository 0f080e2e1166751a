"""Changes of the gallery, told to everybody who watches."""

from __future__ import annotations

from collections.abc import Iterable

from studiolo.jobs.events import GalleryChange, GalleryChangeKind
from studiolo.studio import Studio


def announce(studio: Studio, change: GalleryChangeKind, picture_ids: Iterable[str] = ()) -> None:
    """Tell that pictures came, changed or went; without ids, that it may be any."""
    studio.jobs.events.publish("gallery", GalleryChange(change=change, ids=tuple(picture_ids)))
