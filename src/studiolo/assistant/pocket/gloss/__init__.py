"""Word-by-word English for prompts in other languages, offline: a gloss, not a translation."""

from __future__ import annotations

from studiolo.assistant.pocket.gloss.glossary import MAX_CHARACTERS, Gloss, Glossary

__all__ = ["MAX_CHARACTERS", "Gloss", "Glossary"]
