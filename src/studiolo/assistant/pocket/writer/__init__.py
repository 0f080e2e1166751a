"""The prompt writer: from a style and keywords to prompts worth painting, without a language model."""

from studiolo.assistant.pocket.writer.look import Look
from studiolo.assistant.pocket.writer.writer import PromptWriter

__all__ = ["Look", "PromptWriter"]
