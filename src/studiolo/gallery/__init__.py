"""The gallery: every picture kept, with what makes it again, and found by words and by meaning."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studiolo.gallery.answers import Answers, KeptAnswer, Speech
    from studiolo.gallery.collections import Collection, Collections
    from studiolo.gallery.gallery import Gallery
    from studiolo.gallery.picture import (
        CheckReport,
        ImportReport,
        Month,
        Page,
        Picture,
        PictureFilter,
        SearchHit,
    )
    from studiolo.gallery.shares import Share, Shares
    from studiolo.gallery.spending import Spent
    from studiolo.gallery.tokens import Token, Tokens
    from studiolo.gallery.uploads import Uploads

_HOME_OF = {
    "Answers": "answers",
    "CheckReport": "picture",
    "Collection": "collections",
    "Collections": "collections",
    "Gallery": "gallery",
    "ImportReport": "picture",
    "KeptAnswer": "answers",
    "Month": "picture",
    "Page": "picture",
    "Picture": "picture",
    "PictureFilter": "picture",
    "SearchHit": "picture",
    "Share": "shares",
    "Shares": "shares",
    "Speech": "answers",
    "Spent": "spending",
    "Token": "tokens",
    "Tokens": "tokens",
    "Uploads": "uploads",
}

__all__ = [
    "Answers",
    "CheckReport",
    "Collection",
    "Collections",
    "Gallery",
    "ImportReport",
    "KeptAnswer",
    "Month",
    "Page",
    "Picture",
    "PictureFilter",
    "SearchHit",
    "Share",
    "Shares",
    "Speech",
    "Spent",
    "Token",
    "Tokens",
    "Uploads",
]


def __getattr__(name: str) -> object:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'studiolo.gallery' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"studiolo.gallery.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value
