"""Piper: neural voices from a file on disk, offline. Extra ``piper``."""

from studiolo.engines.piper.engine import PiperSpeechEngine

__all__ = ["PiperSpeechEngine"]
