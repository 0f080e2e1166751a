"""The promises every speech engine keeps, as a test suite to subclass."""

# ruff: noqa: S101 - a test suite is made of asserts

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import numpy as np

from studiolo.audio.languages import match
from studiolo.engines.base import Availability, SpeechEngine
from studiolo.errors import Cancelled, UnsupportedRequestError
from studiolo.requests import Progress, ProgressCallback, ignore_progress
from studiolo.speech import Clip, SpeechCapabilities, SpeechRequest, Voice
from studiolo.testing.watching import watch_input_and_output

__all__ = ["SpeechEngineContract"]

_AUDIBLE = 300
"""Of 32767: about -40 dB."""

_ROUNDING_S = 1e-6  # lengths are sums of the lengths of clips, which come cut in one way or another


class SpeechEngineContract:
    """Subclass it, name the subclass ``Test…``, and give :meth:`make_engine`.

    The class attributes say what the tests may ask of your engine.
    """

    text: ClassVar[str] = "Two red apples lie on a table. The sky behind them is blue."
    """What is said: two sentences, no longer than the engine takes at once."""

    fields: ClassVar[Mapping[str, Any]] = {}
    """Fields of every request, for example ``{"language": "en"}``."""

    length_within: ClassVar[float] = 0.0
    """By which share of its length the same text may differ from one time to the next."""

    own_voices: ClassVar[bool] = True
    """Whether the engine knows all its voices; False if only a service does, which then refuses."""

    def make_engine(self) -> SpeechEngine:
        """A new engine, as a user would get it."""
        raise NotImplementedError

    # Construction and declarations

    def test_constructing_touches_nothing(self) -> None:
        """An engine is built to be asked what it can do; files and sockets wait for speak()."""
        with self.make_engine() as engine:  # imports happen here
            _ = engine.capabilities
        with watch_input_and_output() as events:
            _ = self.make_engine().capabilities
        assert not events, f"construction did input or output: {events[:3]}"

    def test_declarations_hold_together(self) -> None:
        """One sentence, languages once each, room for the text; and the same at every look."""
        with self.make_engine() as engine:
            able = engine.capabilities
            assert isinstance(able, SpeechCapabilities)
            assert able.description.endswith("."), "the description is one sentence"
            assert able.max_characters >= 1, "there must be room for a word"
            assert len(set(able.languages)) == len(able.languages), "a language is declared twice"
            self._say(engine)
            assert engine.capabilities == able, "capabilities change from one look to the next"

    def test_availability_is_said(self) -> None:
        """An engine that is not ready says why and what mends it."""
        with self.make_engine() as engine:
            available = engine.availability()
        assert isinstance(available, Availability)
        assert available.ready or (available.reason and available.hint)

    def test_voices_are_named_and_speak_declared_languages(self) -> None:
        """Each has a name of its own, and a language the engine declares."""
        with self.make_engine() as engine:
            voices, declared = engine.voices(), engine.capabilities.languages
        assert voices, "an engine without a voice cannot speak"
        assert all(isinstance(voice, Voice) and voice.name for voice in voices)
        assert len({voice.name for voice in voices}) == len(voices), "two voices have one name"
        if declared:
            undeclared = {v.language for v in voices if v.language and match(v.language, declared) is None}
            assert not undeclared, f"voices speak languages that are not declared: {undeclared}"

    # Speech

    def test_clips_are_mono_samples_of_one_rate(self) -> None:
        """16 bit, one channel, the same rate in every clip of a call, and to be heard."""
        with self.make_engine() as engine:
            clips = self._say(engine)
        assert clips, "nothing was said"
        for clip in clips:
            assert clip.samples.dtype == np.int16, f"samples are {clip.samples.dtype}, not int16"
            assert clip.samples.ndim == 1, f"samples have {clip.samples.ndim} dimensions, not 1"
            assert clip.rate_hz > 0
        assert len({clip.rate_hz for clip in clips}) == 1, "the rate changes on the way"
        loudest = max(int(np.abs(clip.samples.astype(np.int32)).max(initial=0)) for clip in clips)
        assert loudest > _AUDIBLE, f"nothing is to be heard: at most {loudest} of 32767"
        assert _seconds(clips) > 0.2, f"{_seconds(clips):.2f} s is too short for the text"

    def test_the_words_of_the_clips_are_the_words_of_the_text(self) -> None:
        """All of them, once, in order."""
        with self.make_engine() as engine:
            clips = self._say(engine)
        said = " ".join(clip.text for clip in clips)
        assert _letters(said) == _letters(self.text), f"the clips say {said!r}"

    def test_speech_comes_in_pieces(self) -> None:
        """The first is handed over before the last is made."""
        reports: list[Progress] = []
        with self.make_engine() as engine:
            clips = iter(engine.speak(self._request(), reports.append))
            next(clips)
            before = len(reports)
            rest = list(clips)
        assert rest, "all was said in one piece"
        assert len(reports) > before, "all was made before the first piece was handed over"

    def test_the_same_text_takes_the_same_time(self) -> None:
        """Up to ``length_within``; and a longer text takes longer."""
        with self.make_engine() as engine:
            once, again = _seconds(self._say(engine)), _seconds(self._say(engine))
            apart = round(abs(once - again), 6)  # clips may be cut, and so summed, in other places
            assert apart <= self.length_within * once + _ROUNDING_S, f"{once:.3f} s, then {again:.3f} s"
            short = _seconds(self._say(engine, text=self.text.split(".")[0] + "."))
        assert short < once, "half of the text takes as long as all of it"

    def test_speed_is_kept_or_refused(self) -> None:
        """Twice the speed is clearly shorter; an engine without speeds says so."""
        with self.make_engine() as engine:
            if not engine.capabilities.speed:
                self._assert_refused(engine, speed=2.0)
                return
            natural, fast = _seconds(self._say(engine)), _seconds(self._say(engine, speed=2.0))
        assert fast < 0.75 * natural, f"{natural:.2f} s, and at twice the speed {fast:.2f} s"

    # Refusals

    def test_an_unknown_language_is_refused(self) -> None:
        """Where languages are declared, others are not spoken as if they were one of them."""
        with self.make_engine() as engine:
            if engine.capabilities.languages:
                self._assert_refused(engine, language="qqx")

    def test_an_unknown_voice_is_refused(self) -> None:
        """Rather than another one speaking."""
        with self.make_engine() as engine:
            if self.own_voices:
                self._assert_refused(engine, voice="no-such-voice")

    # Progress and stopping

    def test_what_progress_raises_stops_the_speech(self) -> None:
        """At every report: it passes through, and nothing is said after it."""
        reports: list[Progress] = []
        with self.make_engine() as engine:
            self._say(engine, progress=reports.append)
            assert reports, "there was no progress"
            for stop_at in range(1, len(reports) + 1):
                self._assert_stops(engine, stop_at)
            assert self._say(engine), "nothing is said after a speech was stopped"

    def test_a_listener_may_leave(self) -> None:
        """Closing the iterator in the middle leaves the engine as it was."""
        with self.make_engine() as engine:
            whole = _seconds(self._say(engine))
            clips = iter(engine.speak(self._request()))
            next(clips)
            if hasattr(clips, "close"):
                clips.close()  # pyright: ignore[reportUnknownMemberType, reportAttributeAccessIssue]
            again = _seconds(self._say(engine))
        assert abs(whole - again) <= self.length_within * whole + _ROUNDING_S, "the next speech is not whole"

    # Life cycle

    def test_it_can_be_closed_twice_and_used_again(self) -> None:
        """``close`` frees; the next ``speak`` loads anew."""
        engine = self.make_engine()
        before = _seconds(self._say(engine))
        engine.close()
        engine.close()
        after = _seconds(self._say(engine))
        engine.close()
        assert abs(before - after) <= self.length_within * before + _ROUNDING_S

    def test_two_threads_may_speak_at_once(self) -> None:
        """Each says its own text, whole."""
        texts = [self.text, self.text.split(".")[0] + "."]
        with self.make_engine() as engine:
            alone = [_seconds(self._say(engine, text=text)) for text in texts]
            with ThreadPoolExecutor(len(texts)) as threads:
                running = [threads.submit(self._say, engine, text=text) for text in texts]
                together = [speech.result() for speech in running]
        for text, seconds, clips in zip(texts, alone, together, strict=True):
            assert _letters(" ".join(clip.text for clip in clips)) == _letters(text), "texts are mixed up"
            assert abs(_seconds(clips) - seconds) <= self.length_within * seconds + _ROUNDING_S, (
                "speeches are mixed up"
            )

    # How the tests ask

    def _request(self, **fields: Any) -> SpeechRequest:
        return SpeechRequest.parse({"text": self.text, **self.fields, **fields})

    def _say(
        self, engine: SpeechEngine, progress: ProgressCallback = ignore_progress, **fields: Any
    ) -> list[Clip]:
        clips = list(engine.speak(self._request(**fields), progress))
        assert all(isinstance(clip, Clip) for clip in clips)
        return clips

    def _assert_refused(self, engine: SpeechEngine, **fields: Any) -> None:
        try:
            self._say(engine, **fields)
        except UnsupportedRequestError as error:
            hint = error.hint
        else:
            raise AssertionError(f"{fields} is not refused")
        assert hint, f"{fields} is refused without a word on what there is"

    def _assert_stops(self, engine: SpeechEngine, stop_at: int) -> None:
        seen = 0

        def stop(_report: Progress) -> None:
            nonlocal seen
            seen += 1
            if seen == stop_at:
                raise Cancelled

        try:
            for _ in engine.speak(self._request(), stop):
                assert seen < stop_at, "speech went on after it was stopped"
        except Cancelled:
            assert seen == stop_at, "progress is told after it stopped the speech"
            return
        # An engine that waits for a service reports as often as it waits: perhaps fewer times than before.
        assert seen < stop_at, "Cancelled was swallowed"
        assert stop_at > 1, "there was no progress"


def _seconds(clips: list[Clip]) -> float:
    return sum(clip.seconds for clip in clips)


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
