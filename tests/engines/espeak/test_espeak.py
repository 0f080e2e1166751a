"""The real library speaks; what it says is measured, and heard by a recogniser."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import espeakng_loader
import numpy as np
import pytest

from studiolo.engines.base import EngineConfig
from studiolo.engines.espeak import EspeakSpeechEngine
from studiolo.engines.espeak.engine import canonical
from studiolo.engines.espeak.library import library
from studiolo.engines.espeak.tongues import LANGUAGES
from studiolo.errors import SettingsError, UnsupportedRequestError
from studiolo.speech import Clip, SpeechRequest
from studiolo.testing import SpeechEngineContract
from tests.audio.sentence_set import SENTENCES, text_of


class TestEspeak(SpeechEngineContract):
    length_within = 0.03  # the library varies its own timing by some samples

    def make_engine(self):
        return EspeakSpeechEngine()


def say(text: str, *, config: EngineConfig | None = None, **fields) -> list[Clip]:
    return list(EspeakSpeechEngine(config).speak(SpeechRequest.parse({"text": text, **fields})))


def seconds(clips: list[Clip]) -> float:
    return sum(clip.seconds for clip in clips)


def pitch_hz(clips: list[Clip]) -> float:
    """How often the loud parts repeat themselves, by autocorrelation; the median of all."""
    rate_hz = clips[0].rate_hz
    samples = np.concatenate([clip.samples for clip in clips]).astype(np.float64)
    frames = [samples[at : at + 1200] for at in range(0, len(samples) - 1200, 400)]
    loud = sorted(frames, key=lambda frame: -float((frame**2).sum()))[: len(frames) // 2]
    shortest, longest = rate_hz // 350, rate_hz // 60
    periods = [
        shortest + int(np.argmax(np.correlate(frame, frame, "full")[len(frame) - 1 :][shortest:longest]))
        for frame in loud
    ]
    return rate_hz / float(np.median(periods))


def test_the_declared_languages_are_those_of_the_library():
    assert set(LANGUAGES) == {canonical(voice.tags[0][1]) for voice in library().voices()}
    assert len({tag.partition("-")[0] for tag in LANGUAGES}) == 119


def test_sentences_come_one_by_one():
    clips = say("One sentence. Another one! A third?")
    assert [clip.text for clip in clips] == ["One sentence.", "Another one!", "A third?"]
    assert {clip.rate_hz for clip in clips} == {22_050}


@pytest.mark.parametrize(
    "language",
    sorted({language for language, _ in SENTENCES if language not in {"ja", "zh"}} | {"zh-TW", "zh"}),
)
def test_it_speaks_many_languages(language: str):
    texts = [text_of(*entry) for entry in SENTENCES if entry[0] == language.partition("-")[0]]
    assert seconds(say(texts[0], language=language)) > 1


@pytest.mark.parametrize(
    ("language", "same"),
    [("pt-BR", "pt-br"), ("pt-AO", "pt"), ("en-AU", "en"), ("zh", "cmn"), ("no", "nb"), ("zh-HK", "yue")],
)
def test_a_language_goes_by_several_tags(language: str, same: str):
    one, other = EspeakSpeechEngine(), EspeakSpeechEngine()
    request = SpeechRequest(text="123", language=language)
    assert one._choose(request) == other._choose(SpeechRequest(text="123", language=same))


def test_languages_sound_different():
    durations = {
        round(seconds(say("one two three 1984", language=language)), 1)
        for language in ("en", "de", "ko", "fi")
    }
    assert len(durations) == 4


def test_the_language_behind_the_colon_is_the_default():
    german = seconds(say("1984", config=EngineConfig(model="de")))
    assert german == pytest.approx(seconds(say("1984", language="de")), rel=0.03)
    assert german != pytest.approx(seconds(say("1984")), rel=0.03)


def test_an_unknown_language_names_the_closest():
    with pytest.raises(UnsupportedRequestError, match="does not speak 'kox'") as caught:
        say("text", language="kox")
    assert "kok" in caught.value.hint


def test_a_voice_has_its_language():
    with pytest.raises(UnsupportedRequestError, match="does not speak 'ko'") as caught:
        say("text", language="ko", voice="de")
    assert "de" in caught.value.hint
    assert say("Guten Tag.", language="de-AT", voice="de")


def test_variants_change_the_voice():
    man, woman = say("Hello there.", voice="en-US"), say("Hello there.", voice="en-us+F2")
    assert pitch_hz(woman) > 1.3 * pitch_hz(man)
    with pytest.raises(UnsupportedRequestError, match="no variant 'f33'") as caught:
        say("Hello there.", voice="en-US+f33")
    assert "f3" in caught.value.hint


def test_an_unknown_voice_names_the_closest():
    with pytest.raises(UnsupportedRequestError, match="no voice 'en-USA'") as caught:
        say("Hello.", voice="en-USA")
    assert "en-US" in caught.value.hint


def test_pitch_is_an_option():
    low, high = (say("Hello there.", config=EngineConfig(options={"pitch": pitch})) for pitch in (10, 90))
    assert pitch_hz(high) > 1.2 * pitch_hz(low)


@pytest.mark.parametrize("pitch", [101, -1, "high", 2.5])
def test_a_wrong_pitch_is_refused(pitch: object):
    with pytest.raises(SettingsError, match=r"engines\.espeak\.pitch") as caught:
        EspeakSpeechEngine(EngineConfig(options={"pitch": pitch}))
    assert "[engines.espeak]" in caught.value.hint


def test_options_from_the_environment_are_text():
    assert EspeakSpeechEngine(EngineConfig(options={"pitch": "90"}))._pitch == 90


def test_a_misspelt_option_is_refused():
    with pytest.raises(SettingsError, match=r"no setting 'engines\.espeak\.ptich'") as caught:
        EspeakSpeechEngine(EngineConfig(options={"ptich": 90}))
    assert "pitch" in caught.value.hint


@pytest.mark.parametrize("speed", [0.5, 2.0, 4.0])
def test_speed_is_what_was_asked_for(speed: float):
    text = "Two red apples lie left of a blue car in the snow."
    assert seconds(say(text)) / seconds(say(text, speed=speed)) == pytest.approx(speed, rel=0.2)


def test_too_slow_is_refused_with_the_slowest():
    with pytest.raises(UnsupportedRequestError, match=r"0\.3") as caught:
        say("Hello.", speed=0.3)
    assert "0.46" in caught.value.hint
    assert say("Hello.", speed=0.46)


def test_markup_and_phonemes_are_text():
    """SSML and [[phonemes]] are off: what a model writes is read, not obeyed."""
    plain = seconds(say("hello"))
    assert seconds(say("<break time='9s'/> hello")) < plain + 5
    assert seconds(say("[[h@loU]] hello")) > 1.5 * plain


def test_kanji_are_refused_rather_than_called_chinese_letters():
    with pytest.raises(UnsupportedRequestError, match=r"kana only, and cannot read '赤'"):
        say("りんごは赤いです。", language="ja")
    assert seconds(say("りんごはあかいです。", language="ja")) > 1


def test_a_long_word_and_a_long_text_are_spoken():
    assert seconds(say("a" * 3000)) > 30
    text = "The sky is blue and the sea is green. " * 80
    clips = say(text)
    assert len(clips) == 80
    assert seconds(clips) > 100


def test_it_is_found_at_a_path_longer_than_the_library_can_keep(tmp_path: Path):
    """In a process of its own: the library is loaded once in each."""
    deep = tmp_path
    while len(os.fsencode(deep)) < 300:
        deep = deep / ("räume und häuser " * 2).strip()
    deep.mkdir(parents=True)
    shutil.copytree(Path(espeakng_loader.__file__).parent, deep / "espeakng_loader")
    code = (
        "import espeakng_loader, json;"
        "from studiolo.engines.espeak import EspeakSpeechEngine;"
        "from studiolo.speech import SpeechRequest;"
        "clips = list(EspeakSpeechEngine().speak(SpeechRequest(text='Hello there.', language='vi')));"
        "print(json.dumps([espeakng_loader.get_data_path(), sum(c.seconds for c in clips)]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(deep), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    path, spoken_s = json.loads(done.stdout)
    assert path.startswith(str(deep))
    assert spoken_s > 0.3
    assert not list(tmp_path.glob("espeak-*")), "the link is left behind"
    assert (deep / "espeakng_loader" / "espeak-ng-data" / "phontab").exists(), "the data went with the link"


def test_a_library_that_is_not_whole_says_how_to_mend_it(tmp_path: Path):
    broken = tmp_path / "espeakng_loader"
    shutil.copytree(
        Path(espeakng_loader.__file__).parent, broken, ignore=shutil.ignore_patterns("espeak-ng-data")
    )
    for name in broken.glob("libespeak*"):
        name.write_bytes(b"no library")
    code = (
        "from studiolo.engines.espeak import EspeakSpeechEngine;"
        "from studiolo.speech import SpeechRequest;"
        "from studiolo.errors import EngineError\n"
        "try: list(EspeakSpeechEngine().speak(SpeechRequest(text='Hello there.')))\n"
        "except EngineError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "cannot be loaded" in done.stdout
    assert "pip install --force-reinstall espeakng-loader" in done.stdout


def test_ctrl_c_ends_a_long_speech_and_the_next_is_whole():
    """It arrives in a callback from C, where Python would print it and go on."""
    code = (
        "import os, signal, threading\n"
        "from studiolo.engines.espeak.library import library\n"
        "how = dict(voice='gmw/en', words_per_minute=175, pitch=50)\n"
        "library()\n"
        "threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "try: library().synthesize('word ' * 200_000, **how)\n"
        "except KeyboardInterrupt: print('stopped')\n"
        "print(len(library().synthesize('Hello there.', **how)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True
    )
    stopped, samples = done.stdout.split()
    assert stopped == "stopped"
    assert int(samples) > 10_000
    assert not done.stderr
