"""Speaks with the voice of Google Translate's page; ``protocol.py`` says what that is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from functools import cached_property, partial
from typing import Final

from pydantic import Field

from studiolo.audio.decoding import decode
from studiolo.audio.languages import match, refusal
from studiolo.audio.sentences import split
from studiolo.engines.base import Availability, EngineConfig, SpeechEngine
from studiolo.engines.gtts import protocol
from studiolo.engines.http import Fault, Host, HostedOptions, Service
from studiolo.errors import EngineError, RateLimitedError, StudioloError, UnsupportedRequestError
from studiolo.offline import is_loopback
from studiolo.requests import Progress, ProgressCallback, ignore_progress
from studiolo.speech import Clip, SpeechCapabilities, SpeechRequest, Voice

_HOST: Final = Host(engine="gtts", title="Google Translate")
_CODES: Final = {protocol.tag(code): code for code in protocol.LANGUAGES}
_OTHERS: Final = "Use another speech engine: espeak, piper, openai or polly."
_CAPABILITIES = SpeechCapabilities(
    description="The voice of Google Translate's page: free, no key; unofficial, it may stop at any time.",
    languages=tuple(_CODES),
    max_characters=protocol.MAX_CHARACTERS,
    speed=False,
    licence="Google's terms of service",
)


class _Options(HostedOptions):
    slow: bool = Field(default=False, description="Read slowly, as for someone who learns the language.")


class GttsSpeechEngine(SpeechEngine):
    """``gtts:fr`` speaks French unless asked otherwise. Each sentence goes to Google."""

    options_type = _Options

    def __init__(self, config: EngineConfig | None = None) -> None:
        super().__init__(config)
        self._lock = threading.Lock()
        self._open: Service | None = None

    @property
    def capabilities(self) -> SpeechCapabilities:
        """68 languages, one voice each, one speed."""
        return _CAPABILITIES

    def availability(self) -> Availability:
        """Ready unless everything is to stay on this machine."""
        if self.config.offline and not is_loopback(self._options.host):
            return Availability(
                ready=False,
                reason=f"it is at {self._options.host}, and STUDIOLO_OFFLINE is set",
                hint="Unset STUDIOLO_OFFLINE (or offline in the config file), or use espeak or piper.",
            )
        return Availability(ready=True)

    def voices(self) -> tuple[Voice, ...]:
        """One for each language."""
        return tuple(
            Voice(name=tag, language=tag, description=protocol.LANGUAGES[code])
            for tag, code in _CODES.items()
        )

    def speak(self, request: SpeechRequest, progress: ProgressCallback = ignore_progress) -> Iterator[Clip]:
        """One clip for each part of at most 100 characters, as it comes."""
        tag = self._tag(request)
        if request.speed != 1:
            raise UnsupportedRequestError(
                "Google Translate's voice has one speed.",
                hint="Leave the speed at 1, or set slow = true in [engines.gtts] of config.toml.",
            )
        parts = split(request.text, language=tag, max_characters=protocol.MAX_CHARACTERS)
        for step, part in enumerate(parts):
            report = Progress(step=step, total=len(parts), stage="speaking")
            progress(report)
            yield decode(self._ask(part, tag, partial(progress, report)), text=part)
        progress(Progress(step=len(parts), total=len(parts), stage="speaking"))

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            service, self._open = self._open, None
        if service is not None:
            service.close()

    @cached_property
    def _options(self) -> _Options:
        return _Options.read("gtts", self.config.options, base_url="https://translate.google.com")

    def _service(self) -> Service:
        with self._lock:
            if self._open is None:
                self._open = Service(_HOST, self._options, offline=self.config.offline, explain=_explained)
            return self._open

    def _tag(self, request: SpeechRequest) -> str:
        tags = tuple(_CODES)
        named = (request.voice or "").casefold()
        voice = next((tag for tag in tags if tag.casefold() == named), None)
        if request.voice and voice is None:
            raise refusal("Google Translate's voice", request.voice, tags)
        if request.language and voice and match(request.language, [voice]) is None:
            raise refusal(f"The voice '{voice}'", request.language, [voice])
        wanted = voice or request.language or self.config.model or "en"
        found = match(wanted, tags)
        if found is None:
            raise refusal("Google Translate's voice", wanted, tags)
        return found

    def _ask(self, text: str, tag: str, beat: partial[None]) -> bytes:
        service = self._service()
        form = protocol.form(text, _CODES[tag], slow=self._options.slow)
        with (
            service.stream(protocol.PATH, form, beat, headers=protocol.HEADERS) as reply,
            closing(reply.items),
        ):
            body = b"".join(reply.items)
        mp3 = protocol.read_answer(body)
        if mp3 is None:
            raise EngineError(
                f"Google Translate answered without speech for {text[:40]!r}.",
                hint=f"The unofficial service may have changed. {_OTHERS}",
            )
        return mp3


def _explained(fault: Fault) -> StudioloError | None:
    """It has no key to be wrong: who is turned away asked too often, or not as its page does."""
    if fault.status in {403, 429}:
        return RateLimitedError(
            f"Google Translate turns this machine away (status {fault.status}).",
            hint=f"Wait an hour. {_OTHERS}",
            retry_after_s=fault.retry_after_s,
        )
    if fault.status in {400, 404}:
        return EngineError(
            f"Google Translate does not know the request any more (status {fault.status}).",
            hint=f"The unofficial service has changed. {_OTHERS}",
        )
    return None
