"""Keeps what a model thinks aloud out of its answer: ``<think>…</think>`` before the first word."""

from __future__ import annotations

from typing import Final, Literal

_OPEN: Final = "<think>"
_CLOSE: Final = "</think>"


class Thinking:
    """Fed an answer in pieces of any length, gives back what is to be read of it."""

    def __init__(self) -> None:
        self._held: str = ""
        self._state: Literal["start", "thinking", "after", "answer"] = "start"

    def push(self, text: str) -> str:
        """What of ``text``, and of what was held back, can be handed on."""
        if self._state == "answer":
            return text
        self._held += text
        if self._state == "start":
            begins = self._held.lstrip()
            if len(begins) < len(_OPEN) and _OPEN.startswith(begins):
                return ""
            if not begins.startswith(_OPEN):
                return self._answer(self._held)
            self._state = "thinking"
        if self._state == "thinking":
            end = self._held.find(_CLOSE)
            if end < 0:
                self._held = self._held[-len(_CLOSE) :]  # it may end in part of the mark
                return ""
            self._state, self._held = "after", self._held[end + len(_CLOSE) :]
        self._held = self._held.lstrip()
        return self._answer(self._held) if self._held else ""

    def rest(self) -> str:
        """What was held back for want of more."""
        return self._held if self._state == "start" else ""

    def _answer(self, text: str) -> str:
        self._state, self._held = "answer", ""
        return text
