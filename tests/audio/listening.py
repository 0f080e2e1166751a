"""A listener: CMU pocketsphinx with the US English model of its own wheel, hearing one of some words."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pocketsphinx import Decoder

from studiolo.speech import Clip

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
THINGS = (
    "apple", "bicycle", "castle", "elephant", "flower", "guitar", "house", "island", "kitchen", "lantern",
    "mountain", "newspaper", "ocean", "penguin", "river", "snowman", "table", "umbrella", "village", "window",
)  # fmt: skip


class Listener:
    """Hears any one of ``words``; what chance would get right is one in that many."""

    def __init__(self, words: Sequence[str], *, rate_hz: int) -> None:
        with tempfile.TemporaryDirectory() as folder:
            grammar = Path(folder) / "words.gram"
            grammar.write_text(f"#JSGF V1.0;\ngrammar words;\npublic <word> = {' | '.join(words)} ;\n")
            self._decoder = Decoder(jsgf=str(grammar), samprate=rate_hz, nfft=1024, lm=None, loglevel="FATAL")
        self._quiet = np.zeros(rate_hz // 5, np.int16)

    def hear(self, clips: Sequence[Clip]) -> str:
        """The word; empty if none was heard."""
        samples = np.concatenate([self._quiet, *(clip.samples for clip in clips), self._quiet])
        self._decoder.start_utt()
        self._decoder.process_raw(samples.tobytes(), full_utt=True)
        self._decoder.end_utt()
        heard = self._decoder.hyp()
        return heard.hypstr if heard else ""
