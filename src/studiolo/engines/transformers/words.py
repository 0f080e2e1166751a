"""From tokens to text, piece by piece: no letter is cut in two, nor a text that ends an answer told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

_BROKEN: Final = "\ufffd"
_MAX_BROKEN: Final = 3  # a letter has up to four bytes; three may have come

# Tokens are read with some before them, as the spaces around a word depend on its neighbours.
_WINDOW: Final = 24
_KEPT: Final = 6


class Words:
    """Reads tokens one by one; :meth:`read` gives the text that is sure by now, often none."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._window: list[int] = []
        self._told = 0

    def read(self, tokens: Sequence[int]) -> str:
        """The text that ``tokens`` add, but for a letter of which only the first bytes came."""
        self._window.extend(tokens)
        text = self._text(self._window)
        broken = len(text) - len(text.rstrip(_BROKEN))
        piece = self._tell(text, len(text) - min(broken, _MAX_BROKEN))
        if not broken and len(self._window) > _WINDOW:
            self._shorten()
        return piece

    def rest(self) -> str:
        """What was kept back, at the end."""
        text = self._text(self._window)
        return self._tell(text, len(text))

    def _tell(self, text: str, sure: int) -> str:
        piece = text[self._told : sure]
        self._told = max(self._told, sure)
        return piece

    def _shorten(self) -> None:
        kept = self._window[-_KEPT:]
        text = self._text(kept)
        if _BROKEN not in text:
            self._window, self._told = kept, len(text)

    def _text(self, tokens: list[int]) -> str:
        text: str = self._tokenizer.decode(
            tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        return text


class Stops:
    """Looks for the texts that end an answer, also when they come in pieces."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = [text for text in texts if text]
        self._kept = ""
        self.found = False

    def read(self, piece: str) -> str:
        """What may be told: up to a text that ends the answer, and nothing that may begin one."""
        text = self._kept + piece
        ends = [at for stop in self._texts if (at := text.find(stop)) >= 0]
        if ends:
            self.found, self._kept = True, ""
            return text[: min(ends)]
        begun = max((_overlap(text, stop) for stop in self._texts), default=0)
        self._kept = text[len(text) - begun :]
        return text[: len(text) - begun]

    def rest(self) -> str:
        """What was kept back, at the end."""
        kept, self._kept = self._kept, ""
        return kept


def _overlap(text: str, stop: str) -> int:
    """Length of the longest end of ``text`` that begins ``stop``."""
    longest = min(len(text), len(stop) - 1)
    return next((n for n in range(longest, 0, -1) if text.endswith(stop[:n])), 0)
