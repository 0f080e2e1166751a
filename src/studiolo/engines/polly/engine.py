"""Speaks with Amazon Polly: ``polly``, or ``polly:neural`` for voices of one of its engines."""

from __future__ import annotations

import difflib
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from functools import cached_property, partial
from importlib.util import find_spec
from typing import Any, Final, get_args
from xml.sax.saxutils import escape

from studiolo.audio.arriving import decode_stream
from studiolo.audio.languages import match, refusal
from studiolo.engines.base import Availability, EngineConfig, SpeechEngine
from studiolo.engines.http.pace import meanwhile
from studiolo.engines.options import read_options
from studiolo.engines.polly.service import Engine, Polly, PollyOptions
from studiolo.errors import MissingExtraError, UnknownEngineError, UnsupportedRequestError
from studiolo.requests import Progress, ProgressCallback, ignore_progress
from studiolo.speech import Clip, SpeechCapabilities, SpeechRequest, Voice

ENGINES: Final[tuple[Engine, ...]] = get_args(Engine)
LANGUAGES: Final = (
    "en-US", "en-GB", "en-AU", "en-IE", "en-IN", "en-NZ", "en-SG", "en-ZA", "en-GB-WLS", "ar-AE", "arb",
    "ca-ES", "cmn-CN", "cs-CZ", "cy-GB", "da-DK", "de-DE", "de-AT", "de-CH", "es-ES", "es-MX", "es-US",
    "fi-FI", "fr-FR", "fr-BE", "fr-CA", "hi-IN", "is-IS", "it-IT", "ja-JP", "ko-KR", "nb-NO", "nl-NL",
    "nl-BE", "pl-PL", "pt-BR", "pt-PT", "ro-RO", "ru-RU", "sv-SE", "tr-TR", "yue-CN",
)  # fmt: skip
"""By botocore 1.44; the most spoken first, where a language alone is asked for."""

_BEST_FIRST: Final = ("neural", "generative", "long-form", "standard")
_PCM_RATE_HZ: Final = 16_000
_MP3_RATE_HZ: Final = 24_000
_SPEEDS: Final = (0.25, 2.0)
_CAPABILITIES = SpeechCapabilities(
    description="Amazon Polly: natural voices in 42 languages and accents; each character costs.",
    languages=LANGUAGES,
    max_characters=2900,
    licence="the service's own terms",
)


class PollySpeechEngine(SpeechEngine):
    """Its voices are asked for once; then each text is one call, streamed."""

    options_type = PollyOptions

    def __init__(self, config: EngineConfig | None = None) -> None:
        super().__init__(config)
        self._lock = threading.Lock()
        self._listed: tuple[Mapping[str, Any], ...] | None = None
        if self.config.model not in {None, *ENGINES}:
            raise UnknownEngineError(
                f"Polly has no engine '{self.config.model}'.", hint=f"Its engines: {', '.join(ENGINES)}."
            )

    @property
    def capabilities(self) -> SpeechCapabilities:
        """At most twice as fast, four times as slow."""
        return replace(_CAPABILITIES, offline=self._polly.at_home)

    def availability(self) -> Availability:
        """Ready if the extra is installed and the web is allowed; credentials are only known when used."""
        if find_spec("boto3") is None:
            hint = MissingExtraError("aws", needed_for="The engine polly").hint
            return Availability(ready=False, reason="boto3 is not installed", hint=hint)
        if self.config.offline and not self._polly.at_home:
            return Availability(
                ready=False,
                reason="it is a service on the web, and STUDIOLO_OFFLINE is set",
                hint="Unset STUDIOLO_OFFLINE (or offline in the config file), or use espeak or piper.",
            )
        return Availability(ready=True)

    def voices(self) -> tuple[Voice, ...]:
        """Polly's, as it lists them; those of one engine, if one was named."""
        return tuple(
            Voice(
                name=voice["Id"],
                language=voice["LanguageCode"],
                description=f"{voice.get('LanguageName', '')}, {voice.get('Gender', '')}: "
                + ", ".join(voice["SupportedEngines"]),
            )
            for voice in self._voices()
        )

    def speak(self, request: SpeechRequest, progress: ProgressCallback = ignore_progress) -> Iterator[Clip]:
        """Clips as they come; the first has the text."""
        if not _SPEEDS[0] <= request.speed <= _SPEEDS[1]:
            raise UnsupportedRequestError(
                f"Polly does not speak at the speed {request.speed:g}.", hint="The fastest is 2."
            )
        progress(Progress(step=0, total=1, stage="waiting"))
        asked = self._asked(request)
        progress(Progress(step=0, total=1, stage="waiting"))
        bare = _PCM_RATE_HZ if self._options.format == "pcm" else None
        with self._polly.calls() as polly:
            answer = meanwhile(
                partial(polly.synthesize_speech, **asked),
                lambda: progress(Progress(step=0, total=1, stage="waiting")),
            )
            with closing(answer["AudioStream"]) as sound:
                pieces = sound.iter_chunks(4096)
                for step, clip in enumerate(decode_stream(pieces, text=request.text, pcm_rate_hz=bare), 1):
                    progress(Progress(step=step, total=step + 1, stage="speaking"))
                    yield clip

    def close(self) -> None:
        """Close the connections, and forget the voices."""
        self._polly.close()
        with self._lock:
            self._listed = None

    @cached_property
    def _options(self) -> PollyOptions:
        return read_options(PollyOptions, "polly", self.config.options)

    @cached_property
    def _polly(self) -> Polly:
        return Polly(self._options, offline=self.config.offline)

    @property
    def _engine(self) -> str | None:
        return self.config.model or self._options.engine

    def _asked(self, request: SpeechRequest) -> dict[str, Any]:
        """The parameters of SynthesizeSpeech."""
        voice, language = self._choose(request)
        mp3 = self._options.format == "mp3"
        asked: dict[str, Any] = {
            "VoiceId": voice["Id"],
            "Engine": self._engine or _best(voice["SupportedEngines"]),
            "OutputFormat": "mp3" if mp3 else "pcm",
            "SampleRate": str(_MP3_RATE_HZ if mp3 else _PCM_RATE_HZ),
            "Text": request.text,
        }
        if language in voice.get("AdditionalLanguageCodes", ()):
            asked["LanguageCode"] = language
        if request.speed != 1:
            rate = f'<prosody rate="{round(request.speed * 100)}%">{escape(request.text)}</prosody>'
            asked |= {"TextType": "ssml", "Text": f"<speak>{rate}</speak>"}
        return asked

    def _choose(self, request: SpeechRequest) -> tuple[Mapping[str, Any], str]:
        """The voice, and which of its languages is to be spoken."""
        voices = self._voices()
        name = request.voice or (self._options.voice if request.language is None else None)
        if name is None:
            return _for_language(voices, request.language or "en-US")
        voice = next((voice for voice in voices if voice["Id"].lower() == name.lower()), None)
        if voice is None:
            raise self._unknown(name, [str(voice["Id"]) for voice in voices])
        spoken = _languages(voice)
        language = match(request.language, spoken) if request.language else spoken[0]
        if language is None:
            raise refusal(f"Polly's voice '{name}'", str(request.language), spoken)
        return voice, language

    def _unknown(self, name: str, names: list[str]) -> UnsupportedRequestError:
        close = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
        meant = f"Closest: {', '.join(close)}. " if close else ""
        of = f" for the engine '{self._engine}'" if self._engine else ""
        return UnsupportedRequestError(
            f"Polly has no voice '{name}'{of}.", hint=f"{meant}It has: {', '.join(names[:12])} …"
        )

    def _voices(self) -> tuple[Mapping[str, Any], ...]:
        """All voices, of the engine if one was named; asked for once."""
        with self._lock:
            listed = self._listed
        if listed is None:  # asked without the lock: close() does not wait for the network
            only = {"Engine": self._engine} if self._engine else {}
            with self._polly.calls() as polly:
                pages = polly.get_paginator("describe_voices").paginate(**only)
                listed = tuple(voice for page in pages for voice in page["Voices"])
            with self._lock:
                self._listed = listed
        return listed


def _for_language(voices: tuple[Mapping[str, Any], ...], language: str) -> tuple[Mapping[str, Any], str]:
    """The best voice of the language: by its engine, and its own language before an additional one."""
    spoken = {tag for voice in voices for tag in _languages(voice)}
    known = [tag for tag in LANGUAGES if tag in spoken] + sorted(spoken - set(LANGUAGES))
    found = match(language, known)
    if found is None:
        raise refusal("Polly", language, known)
    able = [voice for voice in voices if found in _languages(voice)]
    able.sort(
        key=lambda voice: (
            voice["LanguageCode"] != found,
            _BEST_FIRST.index(_best(voice["SupportedEngines"])),
            voice["Id"],
        )
    )
    return able[0], found


def _languages(voice: Mapping[str, Any]) -> list[str]:
    return [voice["LanguageCode"], *voice.get("AdditionalLanguageCodes", ())]


def _best(engines: list[str]) -> str:
    return next((engine for engine in _BEST_FIRST if engine in engines), "standard")
