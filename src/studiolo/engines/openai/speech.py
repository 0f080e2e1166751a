"""Speaks through ``/audio/speech``: OpenAI's, or any server that speaks as it does (Kokoro, LocalAI, …)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar, Final, Literal

from studiolo.audio.arriving import decode_stream
from studiolo.engines.base import Availability, EngineConfig, SpeechEngine
from studiolo.engines.http import Fault, HostedOptions
from studiolo.engines.openai import meaning, profiles
from studiolo.engines.openai.account import Account
from studiolo.errors import StudioloError, UnknownEngineError, UnsupportedRequestError
from studiolo.offline import is_loopback
from studiolo.requests import Progress, ProgressCallback, ignore_progress
from studiolo.speech import Clip, SpeechCapabilities, SpeechRequest, Voice

VOICES: Final = (
    "alloy", "ash", "ballad", "cedar", "coral", "echo", "fable", "marin", "nova", "onyx", "sage", "shimmer",
    "verse",
)  # fmt: skip
"""OpenAI's own, by the types of its client (openai 3.54.0, ``types/audio/speech_create_params.py``)."""

DEFAULT_MODEL: Final = "gpt-4o-mini-tts"
_PCM_RATE_HZ: Final = 24_000
_CAPABILITIES = SpeechCapabilities(
    description="OpenAI's voices, or those of any server that speaks as OpenAI does (base_url).",
    max_characters=2000,
    licence="the service's own terms",
)


class _Options(HostedOptions):
    speech_model: str = ""
    speech_voice: str = "alloy"
    speech_instructions: str = ""
    speech_format: Literal["wav", "pcm", "mp3", "flac", "opus"] = "wav"


class OpenAISpeechEngine(SpeechEngine):
    """``openai:MODEL``, streamed.

    Options, beside those of the chat: ``speech_model``, ``speech_voice``, ``speech_instructions`` (how to
    speak) and ``speech_format``: wav, or what a server has that cannot stream it.
    """

    options_type = _Options
    key_option = "api_key"

    profile: ClassVar[profiles.Profile] = profiles.OPENAI

    def __init__(self, config: EngineConfig | None = None) -> None:
        super().__init__(config)
        self._account = Account(self.config, self.profile, self._explained)

    @property
    def capabilities(self) -> SpeechCapabilities:
        """Its voices speak the language of the text."""
        return replace(_CAPABILITIES, offline=is_loopback(self._account.options.host))

    def availability(self) -> Availability:
        """Ready if it may connect and has the key it needs."""
        return self._account.availability()

    def probe(self) -> Availability:
        """As :meth:`availability`; a server on this machine is asked whether it is there."""
        return self._account.probe()

    def voices(self) -> tuple[Voice, ...]:
        """OpenAI's; of another server, the one in the settings: no protocol lists them."""
        names = VOICES if self._account.at_home else (self._options.speech_voice,)
        return tuple(Voice(name=name, language="", description="Any language.") for name in names)

    def speak(self, request: SpeechRequest, progress: ProgressCallback = ignore_progress) -> Iterator[Clip]:
        """Clips as they come; the first has the text."""
        came = 0

        def beat() -> None:
            progress(Progress(step=came, total=came + 1, stage="speaking" if came else "waiting"))

        beat()
        options = self._options
        with (
            self._account.service.stream(
                "audio/speech", self._body(request), beat, headers={"Accept": "application/octet-stream"}
            ) as reply,
            closing(reply.items),
        ):
            if reply.is_stream or reply.media_type == "application/json":
                raise self._account.service.unreadable(f"{reply.media_type} where sound was asked for")
            bare = _PCM_RATE_HZ if options.speech_format == "pcm" else None
            for clip in decode_stream(reply.items, text=request.text, pcm_rate_hz=bare):
                came += 1
                beat()
                yield clip

    def close(self) -> None:
        """End what runs and the connections."""
        self._account.close()

    @cached_property
    def _options(self) -> _Options:
        return _Options.read(self._account.name, self.config.options, base_url=self.profile.base_url)

    def _body(self, request: SpeechRequest) -> dict[str, Any]:
        options = self._options
        body: dict[str, Any] = {
            "model": self.config.model or options.speech_model or DEFAULT_MODEL,
            "input": request.text,
            "voice": request.voice or options.speech_voice,
            "response_format": options.speech_format,
        }
        if request.speed != 1:
            body["speed"] = request.speed
        if options.speech_instructions:
            body["instructions"] = options.speech_instructions
        return body

    def _explained(self, fault: Fault) -> StudioloError | None:
        said = f": {fault.message}" if fault.message else "."
        if fault.status in {400, 422} and (fault.param == "voice" or "voice" in fault.message.lower()):
            names = ", ".join(voice.name for voice in self.voices())
            return UnsupportedRequestError(
                f"{self._account.host.title} has no such voice{said}",
                hint=f"Name one of its own, such as {names}.",
            )
        if meaning.no_such_model(fault):
            return UnknownEngineError(
                f"{self._account.host.title} has no such model, or does not speak at all{said}",
                hint=f"Name a model that speaks: {self._account.name}:MODEL. Check base_url in "
                f"[engines.{self._account.name}], too: it often ends in /v1.",
            )
        return None
