"""From a text to speech: made speakable, its language found, split at sentences, said one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from studiolo.engines.base import SpeechEngine
from studiolo.errors import InvalidRequestError
from studiolo.gallery import KeptAnswer
from studiolo.requests import Progress, ProgressCallback, ignore_progress
from studiolo.speech import Clip, SpeechRequest

_PAUSE_S: Final = 0.25


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """Speech, whole. ``format`` is ``wav`` or ``mp3``; ``kept`` the answer it belongs to, if there is one."""

    audio: bytes
    format: str
    seconds: float
    engine: str
    language: str = ""
    voice: str = ""
    kept: KeptAnswer | None = None


@dataclass(frozen=True, kw_only=True)
class SpokenText:
    """A text that is ready to be said by ``engine``, with a breath between its sentences."""

    engine: SpeechEngine
    sentences: tuple[SpeechRequest, ...]
    language: str

    def clips(self, progress: ProgressCallback = ignore_progress) -> Iterator[Clip]:
        """Say it, sentence by sentence.

        Raises:
            EngineError: as the engine's.
        """
        import numpy as np

        for step, sentence in enumerate(self.sentences, start=1):
            progress(Progress(step=step, total=len(self.sentences), stage="speaking"))
            rate_hz = 0
            for clip in self.engine.speak(sentence, progress):
                rate_hz = clip.rate_hz
                yield clip
            if rate_hz and step < len(self.sentences):
                yield Clip(samples=np.zeros(int(rate_hz * _PAUSE_S), np.int16), rate_hz=rate_hz)


def prepare(
    engine: SpeechEngine, text: str, *, language: str | None, voice: str | None, speed: float
) -> SpokenText:
    """Make ``text`` ready for ``engine``; says nothing yet.

    A language that is not given is detected, unless a voice is chosen: a voice speaks its own.

    Raises:
        InvalidRequestError: there is nothing to say, or a value is out of range.
    """
    from studiolo import languages
    from studiolo.audio.sentences import split
    from studiolo.audio.speakable import speakable

    whole = SpeechRequest.parse({"text": speakable(text), "voice": voice, "speed": speed})
    code = languages.normalise(language) if language else ""
    if not code and voice is None and (found := languages.detect(whole.text)):
        code = found.code
    if code and language and "-" in language:
        code = language  # a region chooses among voices: pt-BR
    parts = split(whole.text, language=code or None, max_characters=engine.capabilities.max_characters)
    said = [part for part in parts if any(letter.isalnum() for letter in part)]
    if not said:
        raise InvalidRequestError("There is nothing to say.", hint="Give some words.")
    sentences = tuple(whole.model_copy(update={"text": part, "language": code or None}) for part in said)
    return SpokenText(engine=engine, sentences=sentences, language=code)
