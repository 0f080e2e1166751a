"""Sound is handed on before it is whole, in whatever pieces it comes."""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile

from studiolo.audio import encode
from studiolo.audio.arriving import decode_stream
from studiolo.audio.encoding import wav_header
from studiolo.errors import EngineError
from studiolo.speech import Clip
from tests.audio.test_encoding import RATE_HZ, tone

CLIP = tone(1.0)
PCM = CLIP.samples.tobytes()


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def joined(clips: list[Clip]) -> np.ndarray:
    return np.concatenate([clip.samples for clip in clips])


@pytest.mark.parametrize("size", [1, 7, 43, 44, 45, 1000, 3201, 10**6])
@pytest.mark.parametrize("length", ["open", "known", "zero"])
def test_a_streamed_wav_is_read_as_it_comes(size: int, length: str):
    header = wav_header(RATE_HZ, {"open": None, "known": len(PCM), "zero": 0}[length])
    clips = list(decode_stream(cut(header + PCM, size), text="hum"))
    assert np.array_equal(joined(clips), CLIP.samples)
    assert [clip.text for clip in clips] == ["hum"] + [""] * (len(clips) - 1)
    assert {clip.rate_hz for clip in clips} == {RATE_HZ}
    if size < 10**6:
        assert len(clips) > 1


def test_the_first_clip_does_not_wait_for_the_last_piece():
    taken = []

    def pieces():
        for piece in cut(wav_header(RATE_HZ) + PCM, 4000):
            taken.append(piece)
            yield piece

    clips = decode_stream(pieces())
    assert next(clips).seconds >= 0.1
    assert len(taken) == 1


@pytest.mark.parametrize("size", [1, 999, 10**6])
def test_bare_samples_are_read_as_they_come(size: int):
    clips = list(decode_stream(cut(PCM + b"\x01", size), pcm_rate_hz=RATE_HZ))
    assert np.array_equal(joined(clips), CLIP.samples)


def test_what_follows_the_samples_is_no_sound():
    data = wav_header(RATE_HZ, len(PCM)) + PCM + b"LIST\x04\x00\x00\x00abcd"
    assert np.array_equal(joined(list(decode_stream(cut(data, 500)))), CLIP.samples)


def test_other_chunks_may_come_first():
    header = wav_header(RATE_HZ, len(PCM))
    data = header[:36] + b"LIST\x03\x00\x00\x00abc\x00" + header[36:] + PCM
    assert np.array_equal(joined(list(decode_stream(cut(data, 20)))), CLIP.samples)


@pytest.mark.parametrize(
    ("form", "subtype"), [("WAV", "FLOAT"), ("FLAC", "PCM_16"), ("OGG", "OPUS"), ("MP3", None)]
)
def test_other_forms_are_read_when_whole(form: str, subtype: str | None):
    file = io.BytesIO()
    soundfile.write(file, CLIP.samples, RATE_HZ, format=form, subtype=subtype)
    clips = list(decode_stream(cut(file.getvalue(), 100), text="hum"))
    assert [clip.text for clip in clips] == ["hum"]
    assert clips[0].seconds == pytest.approx(1.0, abs=0.1)


def test_two_channels_are_read_when_whole():
    file = io.BytesIO()
    soundfile.write(file, np.stack([CLIP.samples, CLIP.samples], axis=1), RATE_HZ, format="WAV")
    assert np.array_equal(joined(list(decode_stream(cut(file.getvalue(), 100)))), CLIP.samples)


@pytest.mark.parametrize("data", [b"", b"RI", wav_header(RATE_HZ)[:30], b"<html>no</html>"])
def test_what_is_no_sound_is_said(data: bytes):
    with pytest.raises(EngineError, match="no audio"):
        list(decode_stream([data]))


def test_a_header_without_samples_is_no_sound():
    with pytest.raises(EngineError, match="no sound"):
        list(decode_stream([wav_header(RATE_HZ)]))
    with pytest.raises(EngineError, match="no sound"):
        list(decode_stream([], pcm_rate_hz=RATE_HZ))
    assert encode([CLIP])[:44] == wav_header(RATE_HZ, len(PCM))
