"""Clips become files that another reader finds whole."""

from __future__ import annotations

import io
import wave

import numpy as np
import pytest

from studiolo.audio import FORMATS, check_format, decode, encode, from_pcm, stream
from studiolo.errors import EngineError, InvalidRequestError
from studiolo.speech import Clip

RATE_HZ = 16_000


def tone(seconds: float = 0.5, *, rate_hz: int = RATE_HZ, text: str = "hum", frequency: float = 440) -> Clip:
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    return Clip(
        samples=(np.sin(2 * np.pi * frequency * time_s) * 12000).astype(np.int16), rate_hz=rate_hz, text=text
    )


def loudest_frequency(clip: Clip) -> float:
    spectrum = np.abs(np.fft.rfft(clip.samples))
    return float(np.argmax(spectrum) * clip.rate_hz / len(clip.samples))


def test_a_wav_keeps_every_sample():
    clip = tone()
    with wave.open(io.BytesIO(encode([clip], "wav"))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE_HZ, 1, 2)
        assert file.readframes(file.getnframes()) == clip.samples.tobytes()
    assert np.array_equal(decode(encode([clip], "wav")).samples, clip.samples)


def test_loudest_samples_survive_a_wav():
    clip = Clip(samples=np.array([-32768, 32767, 0, -1, 1], np.int16), rate_hz=RATE_HZ)
    assert decode(encode([clip], "wav")).samples.tolist() == clip.samples.tolist()


@pytest.mark.parametrize("rate_hz", [16_000, 22_050, 24_000])
def test_an_mp3_sounds_the_same_and_lasts_as_long(rate_hz: int):
    clip = tone(1.0, rate_hz=rate_hz)
    data = encode([clip], "mp3")
    heard = decode(data)
    assert len(data) < len(clip.samples)
    assert heard.rate_hz == rate_hz
    assert heard.seconds == pytest.approx(clip.seconds, abs=0.1)
    assert loudest_frequency(heard) == pytest.approx(440, abs=2)


def test_there_is_silence_between_clips_with_words_of_their_own():
    clips = [tone(text="one"), tone(text="two"), tone(text="")]
    whole = decode(encode(clips, "wav", pause_s=0.25)).samples
    clip, pause = len(clips[0].samples), RATE_HZ // 4
    assert len(whole) == 3 * clip + pause
    assert not whole[clip : clip + pause].any()
    assert np.array_equal(whole[clip + pause :], np.concatenate([clips[1].samples, clips[2].samples]))


def test_a_streamed_wav_has_an_open_header_and_the_same_samples():
    clips = [tone(text="one"), tone(text="two")]
    pieces = list(stream(clips, "wav"))
    whole = encode(clips, "wav")
    assert len(pieces) == 4  # the header, a clip, the pause, a clip
    assert pieces[0][:4] == b"RIFF"
    assert pieces[0][40:44] == b"\xff\xff\xff\xff"
    assert b"".join(pieces[1:]) == whole[44:]
    assert np.array_equal(decode(b"".join(pieces)).samples, decode(whole).samples)


def test_a_streamed_mp3_comes_in_pieces_and_is_whole():
    taken: list[int] = []

    def speak():
        for number in range(4):
            taken.append(number)
            yield tone(1.0, text=str(number))

    pieces = stream(speak(), "mp3")
    first = next(pieces)
    assert taken == [0]
    whole = first + b"".join(pieces)
    assert whole[0] == 0xFF, "it begins with a frame"
    heard = decode(whole)
    assert heard.seconds == pytest.approx(4 + 3 * 0.3, abs=0.15)
    assert loudest_frequency(heard) == pytest.approx(440, abs=2)


@pytest.mark.parametrize("rate_hz", [8000, 44_100, 48_000])
def test_a_streamed_mp3_of_any_rate_is_whole(rate_hz: int):
    heard = decode(b"".join(stream([tone(3.0, rate_hz=rate_hz)], "mp3")))
    assert heard.seconds == pytest.approx(3.0, abs=0.3)  # whole frames


@pytest.mark.parametrize("format", FORMATS)
def test_clips_of_two_rates_are_refused(format: str):  # noqa: A002
    clips = [tone(), tone(rate_hz=8000)]
    with pytest.raises(EngineError, match="8,000 samples a second, those before it 16,000"):
        encode(clips, format)
    with pytest.raises(EngineError, match="8,000"):
        list(stream(clips, format))


def test_nothing_said_is_no_file():
    with pytest.raises(EngineError, match="Nothing was said"):
        encode([], "mp3")
    assert list(stream([], "mp3")) == []
    assert list(stream([], "wav")) == []


def test_a_rate_that_mp3_has_not_is_refused():
    with pytest.raises(InvalidRequestError, match="44,000") as caught:
        encode([tone(rate_hz=44_000)], "mp3")
    assert "wav" in caught.value.hint


@pytest.mark.parametrize(
    ("given", "read"), [("wav", "wav"), ("MP3", "mp3"), (".mp3", "mp3"), (" Wav ", "wav")]
)
def test_a_format_is_read_in_any_case(given: str, read: str):
    assert check_format(given) == read


@pytest.mark.parametrize("ask", [lambda: encode([tone()], "mp4"), lambda: stream([tone()], "mp4")])
def test_an_unknown_format_is_refused_at_once_with_the_closest(ask):
    with pytest.raises(InvalidRequestError, match="'mp4'") as caught:
        ask()
    assert caught.value.hint == "Did you mean 'mp3'? Formats: wav, mp3."


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"", "empty"), (b'{"error": "no"}', '{"error": "no"}'), (b"\x00\x01\x02" * 9, "00 01 02")],
)
def test_what_is_no_audio_is_said_with_its_beginning(data: bytes, said: str):
    with pytest.raises(EngineError, match="no audio") as caught:
        decode(data)
    assert said in caught.value.message


def test_an_mp3_that_does_not_say_how_long_it_is_is_read_to_its_end():
    """Of a variable bit rate and without a tag, as some services send it: libsndfile alone stops early."""
    for rate_hz in (16_000, 22_050, 44_100):
        whole = encode([tone(6.0, rate_hz=rate_hz)], "mp3")
        frames = whole[whole.index(whole[:2], 4) :]  # the first frame is the tag
        heard = decode(frames)
        assert heard.seconds == pytest.approx(6.0, abs=0.2)
        assert loudest_frequency(heard) == pytest.approx(440, abs=2)


@pytest.mark.parametrize("seconds", [0.05, 0.4, 0.7, 3.35, 5.55, 12.0])
@pytest.mark.parametrize("rate_hz", [8000, 24_000, 48_000])
def test_mp3s_of_many_lengths_are_read_whole(seconds: float, rate_hz: int):
    clip = tone(seconds, rate_hz=rate_hz)
    assert decode(encode([clip], "mp3")).seconds == pytest.approx(seconds, abs=0.001)
    assert decode(b"".join(stream([clip], "mp3"))).seconds == pytest.approx(seconds, abs=0.3)


def test_two_channels_become_one():
    import soundfile

    file = io.BytesIO()
    soundfile.write(file, np.array([[1000, 3000]] * 100, np.int16), 8000, format="WAV")
    assert set(decode(file.getvalue()).samples.tolist()) == {2000}


@pytest.mark.parametrize(("form", "subtype"), [("OGG", "VORBIS"), ("OGG", "OPUS"), ("FLAC", "PCM_16")])
def test_what_services_answer_is_read(form: str, subtype: str):
    import soundfile

    file = io.BytesIO()
    soundfile.write(file, tone(1.0).samples, RATE_HZ, format=form, subtype=subtype)
    heard = decode(file.getvalue(), text="hum")
    assert heard.text == "hum"
    assert heard.seconds == pytest.approx(1.0, abs=0.05)
    assert loudest_frequency(heard) == pytest.approx(440, abs=2)


def test_bare_samples_are_read_and_half_of_one_is_left_out():
    clip = from_pcm(b"\x01\x00\xff\xff\x07", 24_000, text="two")
    assert clip.samples.tolist() == [1, -1]
    assert (clip.rate_hz, clip.text, clip.samples.dtype) == (24_000, "two", np.int16)
