"""The voice of Google Translate's page: free, without a key, and without any promise."""

from studiolo.engines.gtts.engine import GttsSpeechEngine

__all__ = ["GttsSpeechEngine"]
