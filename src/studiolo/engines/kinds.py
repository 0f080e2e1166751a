"""What engines are for."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What an engine is for."""

    IMAGE = "image"
    CHAT = "chat"
    SPEECH = "speech"
