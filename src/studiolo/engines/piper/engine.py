"""Speaks with a Piper voice: ``piper:voice.onnx``, its ``voice.onnx.json`` beside it.

piper-tts is GPL-3.0 and a package of its own; it is loaded when the first word is to be said.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING

from pydantic import Field

from studiolo.audio.languages import match, refusal
from studiolo.audio.sentences import split
from studiolo.engines.base import Availability, EngineConfig, SpeechEngine
from studiolo.engines.options import EngineOptions, read_options
from studiolo.engines.piper.files import find_voice
from studiolo.errors import MissingExtraError, StudioloError, UnsupportedRequestError
from studiolo.requests import Progress, ProgressCallback, ignore_progress
from studiolo.speech import Clip, SpeechCapabilities, SpeechRequest, Voice

if TYPE_CHECKING:
    from studiolo.engines.piper.loading import LoadedVoice

_CAPABILITIES = SpeechCapabilities(
    description="Piper: natural voices from files on your disk, offline; one language each.",
    max_characters=3000,
    offline=True,
    licence="GPL-3.0-or-later (piper-tts, a package of its own); each voice has its own",
)


class _Options(EngineOptions):
    noise_scale: float | None = Field(default=None, ge=0, le=2, description="The voice's own if not given.")
    noise_w_scale: float | None = Field(default=None, ge=0, le=2, description="Of the lengths of sounds.")


class PiperSpeechEngine(SpeechEngine):
    """One voice file; those with several speakers have a voice for each.

    Options: ``noise_scale`` and ``noise_w_scale``, how lively it speaks (the voice's own if not given).
    """

    options_type = _Options

    def __init__(self, config: EngineConfig | None = None) -> None:
        super().__init__(config)
        self._lock = threading.Lock()
        self._loaded: LoadedVoice | None = None
        options = read_options(_Options, "piper", self.config.options)
        self._noise = {"noise_scale": options.noise_scale, "noise_w_scale": options.noise_w_scale}

    @property
    def capabilities(self) -> SpeechCapabilities:
        """Whatever its voice speaks."""
        return _CAPABILITIES

    def availability(self) -> Availability:
        """Ready if the extra is installed and the voice's files are there."""
        missing = MissingExtraError("piper", needed_for="The engine piper")
        if find_spec("piper") is None:
            return Availability(ready=False, reason="piper-tts is not installed", hint=missing.hint)
        try:
            find_voice(self.config.model, self.config.models_folder)
        except StudioloError as error:
            return Availability(ready=False, reason=error.message, hint=error.hint)
        return Availability(ready=True)

    def voices(self) -> tuple[Voice, ...]:
        """The voice of the file, or its speakers."""
        voice = self._voice()
        return tuple(
            Voice(name=name, language=voice.language, description=f"{voice.name}, {voice.rate_hz} Hz")
            for name in voice.speakers or (voice.name,)
        )

    def speak(self, request: SpeechRequest, progress: ProgressCallback = ignore_progress) -> Iterator[Clip]:
        """One clip for each sentence, as it is spoken."""
        progress(Progress(step=0, total=1, stage="loading"))
        voice = self._voice()
        speaker = _speaker(voice, request)
        parts = split(
            request.text, language=voice.language or None, max_characters=_CAPABILITIES.max_characters
        )
        progress(Progress(step=0, total=len(parts), stage="speaking"))
        for step, part in enumerate(parts, start=1):
            samples = voice.say(part, speaker=speaker, speed=request.speed, noise=self._noise)
            progress(Progress(step=step, total=len(parts), stage="speaking"))
            yield Clip(samples=samples, rate_hz=voice.rate_hz, text=part)

    def close(self) -> None:
        """Free the voice."""
        with self._lock:
            self._loaded = None

    def _voice(self) -> LoadedVoice:
        """The voice, loaded on first use."""
        if find_spec("piper") is None:
            raise MissingExtraError("piper", needed_for="The engine piper")
        from studiolo.engines.piper.loading import load

        with self._lock:
            if self._loaded is None:
                file = find_voice(self.config.model, self.config.models_folder)
                self._loaded = load(file, threads=self.config.threads)
            return self._loaded


def _speaker(voice: LoadedVoice, request: SpeechRequest) -> int | None:
    """The number of the speaker asked for, None for the voice's own.

    Raises:
        UnsupportedRequestError: it has no such speaker, or speaks another language.
    """
    spoken = [voice.language] if voice.language else []
    if request.language is not None and match(request.language, spoken) is None:
        raise refusal(f"The voice '{voice.name}'", request.language, spoken)
    if request.voice is None or request.voice == voice.name:
        return None
    if request.voice not in voice.speakers:
        names = ", ".join(list(voice.speakers)[:12]) or voice.name
        raise UnsupportedRequestError(
            f"The voice '{voice.name}' has no speaker '{request.voice}'.", hint=f"It has: {names}."
        )
    return voice.speakers[request.voice]
