"""What espeak says is understood by a machine that was trained on people, far above chance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from studiolo.audio import decode, encode
from studiolo.engines.espeak import EspeakSpeechEngine
from studiolo.speech import Clip, SpeechRequest
from tests.audio.listening import DIGITS, THINGS, Listener

RATE_HZ = 22_050
VOICES = ("en-US", "en-US+f3", "en-GB")


def understood(words: Sequence[str], listener: Listener, *, through: str = "") -> float:
    """The share of words heard as what they are, over all voices."""
    right = 0
    for voice in VOICES:
        for word in words:
            clips: list[Clip] = list(EspeakSpeechEngine().speak(SpeechRequest(text=word, voice=voice)))
            right += listener.hear([decode(encode(clips, through))] if through else clips) == word
    return right / len(words) / len(VOICES)


@pytest.mark.parametrize("words", [DIGITS, THINGS], ids=["digits", "things"])
def test_words_are_understood(words: tuple[str, ...]):
    assert understood(words, Listener(words, rate_hz=RATE_HZ)) >= 0.5


@pytest.mark.parametrize("through", ["wav", "mp3"])
def test_words_are_understood_through_a_file(through: str):
    assert understood(DIGITS, Listener(DIGITS, rate_hz=RATE_HZ), through=through) >= 0.5


def test_the_listener_tells_speech_from_none():
    """Without it the tests above could not fail."""
    listener = Listener(THINGS, rate_hz=RATE_HZ)
    noise = np.random.default_rng(0).integers(-2000, 2000, RATE_HZ, dtype=np.int16)
    silence = Clip(samples=np.zeros(RATE_HZ, np.int16), rate_hz=RATE_HZ)
    heard = [listener.hear([silence])] + [
        listener.hear([Clip(samples=np.roll(noise, 100 * turn), rate_hz=RATE_HZ)]) for turn in range(19)
    ]
    right = sum(word == heard_word for word, heard_word in zip(THINGS, heard, strict=True))
    assert right <= 4
