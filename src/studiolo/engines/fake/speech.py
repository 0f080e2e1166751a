"""A speech engine that hums: one tone for each word, higher for longer words."""

from __future__ import annotations

from collections.abc import Iterator

from studiolo.engines.base import SpeechEngine
from studiolo.errors import UnsupportedRequestError
from studiolo.requests import Progress, ProgressCallback, ignore_progress
from studiolo.speech import Clip, SpeechCapabilities, SpeechRequest, Voice

_RATE_HZ = 16_000
_WORD_S = 0.1
_CAPABILITIES = SpeechCapabilities(
    description="Hums a tone for each word; for tests, not for listening.",
    max_characters=200,
    offline=True,
    licence="Apache-2.0",
)


class FakeSpeechEngine(SpeechEngine):
    """The same hum for the same text."""

    @property
    def capabilities(self) -> SpeechCapabilities:
        """Any language: it hums."""
        return _CAPABILITIES

    def voices(self) -> tuple[Voice, ...]:
        """One voice."""
        return (Voice(name="hum", language="en", description="A hum."),)

    def speak(self, request: SpeechRequest, progress: ProgressCallback = ignore_progress) -> Iterator[Clip]:
        """One clip for each word."""
        import numpy as np

        if request.voice not in {None, "hum"}:
            raise UnsupportedRequestError(f"The fake has no voice '{request.voice}'.", hint="It has: hum.")
        words = request.text.split()
        for step, word in enumerate(words, start=1):
            progress(Progress(step=step, total=len(words), stage="speaking"))
            time_s = np.arange(int(_RATE_HZ * _WORD_S / request.speed)) / _RATE_HZ
            tone = np.sin(2 * np.pi * 55 * (len(word) + 4) * time_s) * 8000
            yield Clip(samples=tone.astype(np.int16), rate_hz=_RATE_HZ, text=word)
