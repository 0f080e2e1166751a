"""The default speech engine: robotic, clear, in 119 languages, offline, at once."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from pydantic import Field

from studiolo.audio.languages import match, refusal
from studiolo.audio.sentences import split
from studiolo.engines.base import Availability, EngineConfig, SpeechEngine
from studiolo.engines.espeak.tongues import LANGUAGES
from studiolo.engines.options import EngineOptions, read_options
from studiolo.errors import UnsupportedRequestError
from studiolo.requests import Progress, ProgressCallback, ignore_progress
from studiolo.speech import Clip, SpeechCapabilities, SpeechRequest, Voice

if TYPE_CHECKING:
    from studiolo.engines.espeak.library import NativeVoice

_CAPABILITIES = SpeechCapabilities(
    description="espeak-ng: a small clear robot's voice in 119 languages, offline, at once.",
    languages=LANGUAGES,
    max_characters=3000,
    offline=True,
    licence="GPL-3.0-or-later (libespeak-ng, a package of its own)",
)

_NATURAL_WORDS_PER_MINUTE: Final = 175
_SLOWEST_WORDS_PER_MINUTE: Final = 80
_AT_ONCE: Final = 300
"""Characters spoken between two looks at whether to stop: some milliseconds of work."""

_KANJI = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")


class _Options(EngineOptions):
    pitch: int = Field(default=50, ge=0, le=100, description="50 is natural.")


@dataclass(frozen=True, kw_only=True)
class _Named:
    """A voice by the name users give it: ``en-GB``, not ``gmw/en``."""

    name: str
    identifier: str
    description: str
    tags: tuple[tuple[int, str], ...]

    @property
    def language(self) -> str:
        return canonical(self.tags[0][1])


class EspeakSpeechEngine(SpeechEngine):
    """Says anything its library has a language for.

    ``espeak:ko`` speaks Korean unless asked otherwise. Options: ``pitch`` (0 to 100, 50 is natural).
    """

    options_type = _Options

    def __init__(self, config: EngineConfig | None = None) -> None:
        super().__init__(config)
        self._pitch = read_options(_Options, "espeak", self.config.options).pitch

    @property
    def capabilities(self) -> SpeechCapabilities:
        """All languages, two speeds either way."""
        return _CAPABILITIES

    def availability(self) -> Availability:
        """Ready if the package with the library is there."""
        from importlib.util import find_spec

        if find_spec("espeakng_loader") is None:
            return Availability(
                ready=False, reason="espeakng-loader is missing", hint="Run: pip install espeakng-loader"
            )
        return Availability(ready=True)

    def voices(self) -> tuple[Voice, ...]:
        """One for each language and accent; ``name+variant`` (``en-US+f3``) changes how it sounds."""
        return tuple(
            Voice(name=voice.name, language=voice.language, description=voice.description)
            for voice in _voices()
        )

    def speak(self, request: SpeechRequest, progress: ProgressCallback = ignore_progress) -> Iterator[Clip]:
        """One clip for each sentence, as it is spoken."""
        from studiolo.engines.espeak.library import library

        voice, variant = self._choose(request)
        words_per_minute = _words_per_minute(request.speed)
        _refuse_kanji(request.text, voice)
        parts = split(request.text, language=voice.language, max_characters=_AT_ONCE)
        progress(Progress(step=0, total=len(parts), stage="speaking"))
        for step, part in enumerate(parts, start=1):
            samples = library().synthesize(
                part,
                voice=voice.identifier + variant,
                words_per_minute=words_per_minute,
                pitch=self._pitch,
            )
            progress(Progress(step=step, total=len(parts), stage="speaking"))
            yield Clip(samples=samples, rate_hz=library().rate_hz, text=part)

    def _choose(self, request: SpeechRequest) -> tuple[_Named, str]:
        """The voice, and ``+variant`` where one was named."""
        if request.voice is None:
            return _for_language(request.language or self.config.model or "en"), ""
        name, plus, variant = request.voice.partition("+")
        voice = _by_name(name)
        spoken = [tag for _, tag in voice.tags]
        if request.language is not None and match(request.language, spoken) is None:
            raise refusal(f"espeak's voice '{name}'", request.language, spoken)
        return voice, plus + _known_variant(variant) if plus else ""


@cache
def _voices() -> tuple[_Named, ...]:
    from studiolo.engines.espeak.library import library

    listed = library().voices()
    spoken = Counter(voice.tags[0][1] for voice in listed)
    return tuple(
        _Named(
            name=_name(voice, alone=spoken[voice.tags[0][1]] == 1),
            identifier=voice.identifier,
            description=voice.name,
            tags=voice.tags,
        )
        for voice in listed
    )


def _name(voice: NativeVoice, *, alone: bool) -> str:
    """Its language; its file's name if it shares that with another."""
    return canonical(voice.tags[0][1]) if alone else voice.identifier.rpartition("/")[2]


@cache
def _variants() -> dict[str, str]:
    """Names of variants without their folder, by themselves in lower case."""
    from studiolo.engines.espeak.library import library

    names = [voice.identifier.rpartition("/")[2] for voice in library().voices("variant")]
    return {name.lower(): name for name in names}


def _for_language(language: str) -> _Named:
    """The voice whose tag fits; of several the one the library puts first."""
    ranked = sorted(
        ((priority, order, tag) for order, voice in enumerate(_voices()) for priority, tag in voice.tags)
    )
    found = match(language, [tag for _, _, tag in ranked])
    if found is None:
        raise refusal("espeak", language, LANGUAGES)
    return _voices()[next(order for _, order, tag in ranked if tag == found)]


def _by_name(name: str) -> _Named:
    wanted = name.strip().lower().replace("_", "-")
    for voice in _voices():
        if wanted in {known.lower() for known in (voice.name, voice.language, voice.identifier)}:
            return voice
    names = [voice.name for voice in _voices()]
    raise _unknown("voice", name, names)


def _known_variant(variant: str) -> str:
    known = _variants()
    if variant.lower() not in known:
        raise _unknown("variant", variant, list(known.values()))
    return known[variant.lower()]


def _unknown(kind: str, name: str, known: list[str]) -> UnsupportedRequestError:
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    meant = f"Closest: {', '.join(close)}. " if close else ""
    return UnsupportedRequestError(
        f"espeak has no {kind} '{name}'.", hint=f"{meant}It has {len(known)}, such as {', '.join(known[:8])}."
    )


def _words_per_minute(speed: float) -> int:
    rate = round(_NATURAL_WORDS_PER_MINUTE * speed)
    if rate < _SLOWEST_WORDS_PER_MINUTE:
        slowest = -(-_SLOWEST_WORDS_PER_MINUTE * 100 // _NATURAL_WORDS_PER_MINUTE) / 100
        raise UnsupportedRequestError(
            f"espeak does not speak as slowly as {speed:g}.", hint=f"The slowest is {slowest:g}."
        )
    return rate


def _refuse_kanji(text: str, voice: _Named) -> None:
    """It would say "Chinese letter" for each."""
    if voice.language == "ja" and (found := _KANJI.search(text)):
        raise UnsupportedRequestError(
            f"espeak reads Japanese in kana only, and cannot read '{found[0]}'.",
            hint="Choose another speech engine for Japanese: gtts, openai or polly.",
        )


def canonical(tag: str) -> str:
    """A tag with the case of BCP-47: ``en-gb-x-rp`` is ``en-GB-x-rp``, ``fa-latn`` is ``fa-Latn``."""
    parts = tag.split("-")
    for at, part in enumerate(parts[1:], start=1):
        if len(part) == 1:
            break  # what follows is private or an extension
        parts[at] = part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part
    return "-".join(parts)
