"""What a picture's file is called where people see it."""

from __future__ import annotations

import re
from typing import Final

_LONGEST_NAME: Final = 48


def slug(prompt: str) -> str:
    """A prompt as part of a file name: its words, in lower case, between hyphens."""
    words = re.findall(r"\w+", prompt.lower())
    name = ""
    for word in words:
        if len(name) + len(word) + 1 > _LONGEST_NAME:
            break
        name = f"{name}-{word}" if name else word
    return name or (words[0][:_LONGEST_NAME] if words else "picture")
