"""The facade's voice: texts and answers as audio."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from studiolo.assistant.base import Answer
from studiolo.errors import require_text
from studiolo.gallery import KeptAnswer, Speech
from studiolo.requests import ProgressCallback, ignore_progress
from studiolo.speech import Clip
from studiolo.studio.core import Core, cancellable
from studiolo.studio.sentences import Spoken, SpokenText, prepare


class Speaking(Core):
    """Speaks."""

    def speak(
        self,
        said: str | Answer | KeptAnswer,
        *,
        format: str = "wav",  # noqa: A002 - the field's word
        language: str | None = None,
        voice: str | None = None,
        speed: float = 1.0,
        engine: str | None = None,
        progress: ProgressCallback = ignore_progress,
        cancel: threading.Event | None = None,
    ) -> Spoken:
        """A text or an answer as audio; that of a kept answer is kept with it.

        Args:
            said: a text, or an answer.
            format: ``"wav"`` or ``"mp3"``.
            language: BCP-47 or an English name; detected if not given.
            voice: one of the engine's voices.
            speed: 0.25 to 4; 1 is natural.
            engine: ``"espeak"``, ``"openai:tts-1"``, …; the settings' one if not given.
            progress: called for every sentence.
            cancel: set it (from any thread) to stop; nothing is kept.

        Raises:
            InputError: there is nothing to say, or no such format, language, voice or engine.
            EngineError: the engine failed.
            Cancelled: ``cancel`` was set.
        """
        from studiolo.audio.encoding import check_format, encode

        kind = check_format(format)
        speaking = self._speaking(said, engine, language=language, voice=voice, speed=speed)
        clips = list(speaking.clips(cancellable(progress, cancel)))
        spoken = Spoken(
            audio=encode(clips, kind, pause_s=0),
            format=kind,
            seconds=round(sum(clip.seconds for clip in clips), 3),
            engine=self.settings.speech if engine is None else engine,
            language=speaking.language,
            voice=voice or "",
        )
        if not isinstance(said, KeptAnswer):
            return spoken
        known = Speech.model_validate(spoken, from_attributes=True)
        return replace(spoken, kept=self.gallery.answers.add_speech(said, spoken.audio, known))

    def speak_each(
        self,
        said: str | Answer | KeptAnswer,
        *,
        language: str | None = None,
        voice: str | None = None,
        speed: float = 1.0,
        engine: str | None = None,
        progress: ProgressCallback = ignore_progress,
        cancel: threading.Event | None = None,
    ) -> Iterator[Clip]:
        """Speech sentence by sentence, each as soon as it is there; as :meth:`speak`, keeping nothing."""
        speaking = self._speaking(said, engine, language=language, voice=voice, speed=speed)
        return speaking.clips(cancellable(progress, cancel))

    def _speaking(self, said: str | Answer | KeptAnswer, engine: str | None, **how: Any) -> SpokenText:
        speaker = self.speech.resolve(self.settings.speech if engine is None else engine)
        text = said.text if isinstance(said, Answer | KeptAnswer) else require_text(said, "text")
        return prepare(speaker, text, **how)
