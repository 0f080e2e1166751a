"""The assistant with a language model behind it: what it is asked, and how its answers are read."""

from studiolo.assistant.chat.assistant import ChatAssistant

__all__ = ["ChatAssistant"]
