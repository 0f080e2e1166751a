"""Emoji in a prompt, said in words: the drawings are known by their names."""

from __future__ import annotations

import re
import unicodedata

# What holds emoji together or changes how they look: joiners, variation selectors, skin tones.
_GLUE = re.compile("[\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")
# Of "CAT FACE", "HEAVY BLACK HEART" and "HOUSE BUILDING" one word is what anyone would say.
_PADDING = re.compile(r"\b(?:heavy black|face|building|symbol|emoji)\b")


def in_words(prompt: str) -> str:
    """``prompt`` with each emoji as its Unicode name, between commas: "🐱 🌙" is "cat, crescent moon"."""
    if prompt.isascii():
        return prompt
    spelled = "".join(_spelled(letter) for letter in _GLUE.sub("", prompt))
    return re.sub(r"(?:\s*,)+\s*", ", ", spelled).strip(" ,") if spelled != prompt else prompt


def _spelled(letter: str) -> str:
    if unicodedata.category(letter) != "So":
        return letter
    name = unicodedata.name(letter, "").lower()
    short = " ".join(_PADDING.sub(" ", name).split())
    return f", {short or name}, "
