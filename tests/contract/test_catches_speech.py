"""The contract of speech engines is worth something only if it catches what breaks it: one fault each."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from studiolo.engines.base import Availability, SpeechEngine
from studiolo.engines.fake import FakeSpeechEngine
from studiolo.errors import Cancelled, UnsupportedRequestError
from studiolo.requests import ignore_progress
from studiolo.speech import Voice
from studiolo.testing import SpeechEngineContract


class TestFakeSpeech(SpeechEngineContract):
    def make_engine(self):
        return FakeSpeechEngine()


class Sound(FakeSpeechEngine):
    """The fake engine with one language, and a place for each fault."""

    able = replace(FakeSpeechEngine().capabilities, languages=("en",))

    @property
    def capabilities(self):
        return self.able

    def speak(self, request, progress=ignore_progress):
        if request.language not in (None, "en"):
            raise UnsupportedRequestError(f"No {request.language}.", hint="It speaks en.")
        yield from super().speak(request, progress)


class ReadsWhenBuilt(Sound):
    def __init__(self):
        super().__init__()
        Path(__file__).read_bytes()


class ReadsWhenAskedWhatItCan(Sound):
    @property
    def capabilities(self):
        Path(__file__).read_bytes()
        return self.able


class NoSentence(Sound):
    able = replace(Sound.able, description="hums")


class NoRoom(Sound):
    able = replace(Sound.able, max_characters=0)


class LanguageTwice(Sound):
    able = replace(Sound.able, languages=("en", "en"))


class LearnsLanguages(Sound):
    spoken = False

    @property
    def capabilities(self):
        return replace(self.able, languages=("en", "de")) if self.spoken else self.able

    def speak(self, request, progress=ignore_progress):
        self.spoken = True
        return super().speak(request, progress)


class NotReadyWithoutAWord(Sound):
    def availability(self):
        return Availability(ready=False)


class Voiceless(Sound):
    def voices(self):
        return ()


class VoicesOfOneName(Sound):
    def voices(self):
        return super().voices() * 2


class UndeclaredVoice(Sound):
    def voices(self):
        return (*super().voices(), Voice(name="summ", language="de"))


class Changed(Sound):
    def change(self, clip, number):
        return clip

    def speak(self, request, progress=ignore_progress):
        for number, clip in enumerate(super().speak(request, progress)):
            yield self.change(clip, number)


class Floats(Changed):
    def change(self, clip, number):
        return replace(clip, samples=clip.samples / 32768)


class Stereo(Changed):
    def change(self, clip, number):
        return replace(clip, samples=np.stack([clip.samples, clip.samples]))


class RateChanges(Changed):
    def change(self, clip, number):
        return replace(clip, rate_hz=clip.rate_hz + number)


class Silent(Changed):
    def change(self, clip, number):
        return replace(clip, samples=clip.samples * 0)


class Mute(Sound):
    def speak(self, request, progress=ignore_progress):
        list(super().speak(request, progress))
        return iter(())


class Blip(Changed):
    def change(self, clip, number):
        return replace(clip, samples=clip.samples[:100])


class WithoutWords(Changed):
    def change(self, clip, number):
        return replace(clip, text="")


class RepeatsAWord(Changed):
    def change(self, clip, number):
        return replace(clip, text=f"{clip.text} {clip.text}") if number == 2 else clip


class AllAtOnce(Sound):
    def speak(self, request, progress=ignore_progress):
        return iter(list(super().speak(request, progress)))


class OnePiece(Sound):
    def speak(self, request, progress=ignore_progress):
        clips = list(super().speak(request, progress))
        yield replace(clips[0], samples=np.concatenate([c.samples for c in clips]), text=request.text)


class LongerEachTime(Sound):
    said = 0

    def speak(self, request, progress=ignore_progress):
        LongerEachTime.said += 1
        for clip in super().speak(request, progress):
            yield replace(clip, samples=np.pad(clip.samples, (0, LongerEachTime.said)))


class SameLengthForAll(Sound):
    def speak(self, request, progress=ignore_progress):
        clips = list(super().speak(request, progress))
        share = 32_000 // len(clips)
        yield from (replace(clip, samples=np.resize(clip.samples, share)) for clip in clips)


class IgnoresSpeed(Sound):
    def speak(self, request, progress=ignore_progress):
        return super().speak(request.model_copy(update={"speed": 1.0}), progress)


class NoSpeedsButNoWord(IgnoresSpeed):
    able = replace(Sound.able, speed=False)


class AnyLanguage(Sound):
    def speak(self, request, progress=ignore_progress):
        return super().speak(request.model_copy(update={"language": None}), progress)


class RefusesWithoutAHint(Sound):
    def speak(self, request, progress=ignore_progress):
        try:
            yield from super().speak(request, progress)
        except UnsupportedRequestError as error:
            raise UnsupportedRequestError(error.message) from error


class AnyVoice(Sound):
    def speak(self, request, progress=ignore_progress):
        return super().speak(request.model_copy(update={"voice": None}), progress)


class SaysNothingOfProgress(Sound):
    def speak(self, request, progress=ignore_progress):
        return super().speak(request)


class SwallowsCancelled(Sound):
    def speak(self, request, progress=ignore_progress):
        try:
            yield from super().speak(request, progress)
        except Cancelled:
            return


class SpeaksOn(Sound):
    def speak(self, request, progress=ignore_progress):
        stopped = []

        def keep(report):
            try:
                progress(report)
            except Cancelled as cancelled:
                stopped.append(cancelled)

        yield from super().speak(request, keep)
        if stopped:
            raise stopped[0]


class MissesALeaver(Sound):
    left = 0

    def speak(self, request, progress=ignore_progress):
        clips = list(super().speak(request, progress))[self.left :]
        try:
            yield from clips
        except GeneratorExit:
            self.left = 1
            raise


class DoesNotSurviveClose(Sound):
    closed = False

    def speak(self, request, progress=ignore_progress):
        assert not self.closed, "used after close"
        return super().speak(request, progress)

    def close(self):
        self.closed = True


class SharesStateBetweenThreads(Sound):
    def __init__(self):
        super().__init__()
        self.meeting = threading.Barrier(2)

    def speak(self, request, progress=ignore_progress):
        self.request = request
        try:
            self.meeting.wait(timeout=0.3)  # two at once meet here; one alone goes on
        except threading.BrokenBarrierError:
            self.meeting.reset()
        yield from super().speak(self.request, progress)


FAULTS: list[tuple[type[SpeechEngine], str, str]] = [
    (ReadsWhenBuilt, "test_constructing_touches_nothing", "input or output"),
    (ReadsWhenAskedWhatItCan, "test_constructing_touches_nothing", "input or output"),
    (NoSentence, "test_declarations_hold_together", "one sentence"),
    (NoRoom, "test_declarations_hold_together", "room"),
    (LanguageTwice, "test_declarations_hold_together", "twice"),
    (LearnsLanguages, "test_declarations_hold_together", "change"),
    (NotReadyWithoutAWord, "test_availability_is_said", ""),
    (Voiceless, "test_voices_are_named_and_speak_declared_languages", "without a voice"),
    (VoicesOfOneName, "test_voices_are_named_and_speak_declared_languages", "one name"),
    (UndeclaredVoice, "test_voices_are_named_and_speak_declared_languages", "not declared"),
    (Floats, "test_clips_are_mono_samples_of_one_rate", "int16"),
    (Stereo, "test_clips_are_mono_samples_of_one_rate", "dimensions"),
    (RateChanges, "test_clips_are_mono_samples_of_one_rate", "rate changes"),
    (Silent, "test_clips_are_mono_samples_of_one_rate", "to be heard"),
    (Mute, "test_clips_are_mono_samples_of_one_rate", "nothing was said"),
    (Blip, "test_clips_are_mono_samples_of_one_rate", "too short"),
    (WithoutWords, "test_the_words_of_the_clips_are_the_words_of_the_text", "the clips say"),
    (RepeatsAWord, "test_the_words_of_the_clips_are_the_words_of_the_text", "the clips say"),
    (AllAtOnce, "test_speech_comes_in_pieces", "before the first"),
    (OnePiece, "test_speech_comes_in_pieces", "one piece"),
    (LongerEachTime, "test_the_same_text_takes_the_same_time", "then"),
    (SameLengthForAll, "test_the_same_text_takes_the_same_time", "half of the text"),
    (IgnoresSpeed, "test_speed_is_kept_or_refused", "twice the speed"),
    (NoSpeedsButNoWord, "test_speed_is_kept_or_refused", "not refused"),
    (AnyLanguage, "test_an_unknown_language_is_refused", "not refused"),
    (RefusesWithoutAHint, "test_an_unknown_language_is_refused", "without a word"),
    (AnyVoice, "test_an_unknown_voice_is_refused", "not refused"),
    (SaysNothingOfProgress, "test_what_progress_raises_stops_the_speech", "no progress"),
    (SwallowsCancelled, "test_what_progress_raises_stops_the_speech", "swallowed"),
    (SpeaksOn, "test_what_progress_raises_stops_the_speech", "went on"),
    (MissesALeaver, "test_a_listener_may_leave", "not whole"),
    (DoesNotSurviveClose, "test_it_can_be_closed_twice_and_used_again", "used after close"),
    (SharesStateBetweenThreads, "test_two_threads_may_speak_at_once", "mixed up"),
]

TESTS = sorted(name for name in dir(SpeechEngineContract) if name.startswith("test_"))


def contract(engine: type[SpeechEngine]) -> SpeechEngineContract:
    class Contract(SpeechEngineContract):
        def make_engine(self):
            return engine()

    return Contract()


@pytest.mark.parametrize(("engine", "test", "said"), FAULTS, ids=lambda value: getattr(value, "__name__", ""))
def test_contract_catches(engine: type[SpeechEngine], test: str, said: str):
    with pytest.raises(AssertionError, match=said or None):
        getattr(contract(engine), test)()


def test_every_test_of_the_contract_has_a_fault_it_catches():
    assert {test for _, test, _ in FAULTS} == set(TESTS)


@pytest.mark.parametrize("test", TESTS)
def test_a_sound_engine_passes(test: str):
    getattr(contract(Sound), test)()


def test_an_engine_without_speeds_passes_by_refusing_them():
    class OneSpeed(Sound):
        able = replace(Sound.able, speed=False)

        def speak(self, request, progress=ignore_progress):
            if request.speed != 1:
                raise UnsupportedRequestError("It has one speed.", hint="Leave speed out.")
            return super().speak(request, progress)

    contract(OneSpeed).test_speed_is_kept_or_refused()
