"""espeak-ng: 119 languages from a small synthesiser, offline, hundreds of times faster than real time."""

from studiolo.engines.espeak.engine import EspeakSpeechEngine

__all__ = ["EspeakSpeechEngine"]
