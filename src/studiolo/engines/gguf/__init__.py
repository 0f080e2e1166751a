"""GGUF models of this machine, run by llama.cpp in a process of its own."""

from studiolo.engines.gguf.engine import GgufChatEngine

__all__ = ["GgufChatEngine"]
