"""The gallery: every picture kept, with what makes it again, and found by words and by meaning."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studiolo.gallery.answers import Answers, KeptAnswer, Speech
    from studiolo.gallery.gallery import Gallery
    from studiolo.gallery.picture import CheckReport, ImportReport, Page, Picture, PictureFilter, SearchHit

_HOME_OF = {
    "Answers": "answers",
    "CheckReport": "picture",
    "Gallery": "gallery",
    "ImportReport": "picture",
    "KeptAnswer": "answers",
    "Page": "picture",
    "Picture": "picture",
    "PictureFilter": "picture",
    "SearchHit": "picture",
    "Speech": "answers",
}

__all__ = [
    "Answers",
    "CheckReport",
    "Gallery",
    "ImportReport",
    "KeptAnswer",
    "Page",
    "Picture",
    "PictureFilter",
    "SearchHit",
    "Speech",
]


def __getattr__(name: str) -> object:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'studiolo.gallery' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"studiolo.gallery.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value
