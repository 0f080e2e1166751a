"""The real piper-tts reads and runs a tiny voice of the real format."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from studiolo.engines.base import EngineConfig
from studiolo.engines.piper import PiperSpeechEngine
from studiolo.errors import (
    EngineError,
    MissingExtraError,
    SettingsError,
    UnknownEngineError,
    UnsupportedRequestError,
)
from studiolo.speech import Clip, SpeechRequest, Voice
from studiolo.testing import SpeechEngineContract
from tests.engines.piper.tiny_voice import RATE_HZ, make_voice


@pytest.fixture(scope="module")
def voice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_voice(tmp_path_factory.mktemp("voices") / "en_US-hum-x_low.onnx")


@pytest.fixture(scope="module")
def choir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_voice(tmp_path_factory.mktemp("voices") / "choir.onnx", speakers=("bass", "tenor", "alto"))


class TestPiper(SpeechEngineContract):
    @pytest.fixture(autouse=True)
    def _voice(self, voice: Path):
        self.model = str(voice)

    def make_engine(self):
        return PiperSpeechEngine(EngineConfig(model=self.model))


def say(model: Path | str, text: str = "Two red apples.", *, config: EngineConfig | None = None, **fields):
    engine = PiperSpeechEngine(config or EngineConfig(model=str(model)))
    return list(engine.speak(SpeechRequest.parse({"text": text, **fields})))


def samples(clips: list[Clip]) -> np.ndarray:
    return np.concatenate([clip.samples for clip in clips])


def test_rate_and_loudness_are_the_voices(voice: Path):
    clips = say(voice, "One sentence. Another one.")
    assert [clip.text for clip in clips] == ["One sentence.", "Another one."]
    assert {clip.rate_hz for clip in clips} == {RATE_HZ}
    assert np.abs(samples(clips)).max() == 32767


def test_what_is_said_depends_on_the_phonemes_that_espeak_finds(voice: Path):
    assert np.array_equal(samples(say(voice, "meet")), samples(say(voice, "meat")))
    assert not np.array_equal(samples(say(voice, "read")), samples(say(voice, "rode")))


def test_speed_divides_the_length(voice: Path):
    natural, slow = len(samples(say(voice))), len(samples(say(voice, speed=0.5)))
    assert slow == 2 * natural


def test_speakers_are_voices(choir: Path):
    with PiperSpeechEngine(EngineConfig(model=str(choir))) as engine:
        assert [voice.name for voice in engine.voices()] == ["bass", "tenor", "alto"]
    bass, alto = say(choir, voice="bass"), say(choir, voice="alto")
    assert len(samples(bass)) == len(samples(alto))
    turns = [int((np.diff(np.signbit(samples(clips))) != 0).sum()) for clips in (bass, alto)]
    assert turns[1] > 1.3 * turns[0]
    assert np.array_equal(samples(say(choir)), samples(bass)), "the first speaker is the voice's own"
    with pytest.raises(UnsupportedRequestError, match="no speaker 'soprano'") as caught:
        say(choir, voice="soprano")
    assert "bass, tenor, alto" in caught.value.hint


def test_one_speaker_is_a_voice_of_the_files_name(voice: Path):
    with PiperSpeechEngine(EngineConfig(model=str(voice))) as engine:
        assert engine.voices() == (
            Voice(name="en_US-hum-x_low", language="en-US", description="en_US-hum-x_low, 16000 Hz"),
        )
    assert say(voice, voice="en_US-hum-x_low")


def test_a_voice_speaks_its_language_alone(voice: Path):
    assert say(voice, language="en")
    assert say(voice, language="en-GB")
    with pytest.raises(UnsupportedRequestError, match="does not speak 'ko'") as caught:
        say(voice, language="ko")
    assert "en-US" in caught.value.hint


def test_a_voice_of_another_language_is_read_by_its_rules(tmp_path: Path):
    german = make_voice(tmp_path / "de.onnx", language="de_DE", espeak="de")
    english = make_voice(tmp_path / "en.onnx")
    assert not np.array_equal(samples(say(german, "Zeit")), samples(say(english, "Zeit")))


@pytest.mark.parametrize("name", ["hum", "hum.onnx"])
@pytest.mark.parametrize("below", [".", "piper"])
def test_a_voice_is_found_by_name_in_the_models_folder(tmp_path: Path, name: str, below: str):
    make_voice(tmp_path / below / "hum.onnx")
    assert say("", config=EngineConfig(model=name, models_folder=tmp_path))


def test_an_unknown_voice_names_the_closest(tmp_path: Path):
    make_voice(tmp_path / "piper" / "en_US-lessac-medium.onnx")
    (tmp_path / "other.onnx").write_bytes(b"a model of something else")
    config = EngineConfig(model="lessac-medium", models_folder=tmp_path)
    with pytest.raises(UnknownEngineError, match="no Piper voice at 'lessac-medium'") as caught:
        say("", config=config)
    assert caught.value.hint == "Did you mean 'piper:en_US-lessac-medium'? There are: en_US-lessac-medium."


@pytest.mark.parametrize("folder", [None, Path("nowhere")])
def test_no_voice_says_how_to_fetch_one(folder: Path | None):
    engine = PiperSpeechEngine(EngineConfig(models_folder=folder))
    available = engine.availability()
    assert not available.ready
    assert "piper.download_voices" in available.hint
    with pytest.raises(UnknownEngineError, match="none was named"):
        list(engine.speak(SpeechRequest(text="Hello.")))


def test_a_voice_without_its_json_is_not_whole(tmp_path: Path):
    file = make_voice(tmp_path / "hum.onnx")
    (tmp_path / "hum.onnx.json").unlink()
    with pytest.raises(EngineError, match=r"'hum\.onnx\.json' is not beside it"):
        say(file)
    assert not PiperSpeechEngine(EngineConfig(model=str(file))).availability().ready


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"audio": 1}', '{"audio": {"sample_rate": 1}, "num_symbols": 1}', "\x80"]
)
def test_a_wrong_json_is_said(tmp_path: Path, text: str):
    file = make_voice(tmp_path / "hum.onnx")
    (tmp_path / "hum.onnx.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(EngineError, match=r"'hum\.onnx\.json'") as caught:
        say(file)
    assert "Fetch" in caught.value.hint


def test_an_onnx_that_is_none_is_said(tmp_path: Path):
    file = make_voice(tmp_path / "hum.onnx")
    file.write_bytes(b"<html>not found</html>")
    with pytest.raises(EngineError, match=r"'hum\.onnx' is no model"):
        say(file)


def test_a_model_of_something_else_is_no_voice(tmp_path: Path):
    file = make_voice(tmp_path / "hum.onnx")
    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
    result = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "other", [value], [result])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), file)
    with pytest.raises(EngineError, match="no Piper voice: it has no input input, input_lengths, scales"):
        say(file)


def test_a_voice_that_fails_while_it_speaks_is_said(tmp_path: Path):
    """Its json promises speakers, its network has no input for them."""
    file = make_voice(tmp_path / "hum.onnx")
    settings = tmp_path / "hum.onnx.json"
    settings.write_text(json.dumps({**json.loads(settings.read_text()), "num_speakers": 2}))
    with pytest.raises(EngineError, match="could not say that"):
        say(file)


def test_a_language_that_needs_another_package_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = make_voice(tmp_path / "zh.onnx", language="zh_CN", espeak="cmn")
    settings = tmp_path / "zh.onnx.json"
    settings.write_text(json.dumps({**json.loads(settings.read_text()), "phoneme_type": "pinyin"}))
    monkeypatch.setitem(sys.modules, "g2pW", None)
    monkeypatch.setitem(sys.modules, "sentence_stream", None)
    monkeypatch.setitem(sys.modules, "unicode_rbnf", None)
    with pytest.raises(EngineError, match="to read its language") as caught:
        say(file, "你好。")
    assert caught.value.hint == "Run: pip install 'piper-tts[zh]'"


@pytest.mark.parametrize("value", [-1, 3, "lively", [1]])
def test_a_wrong_share_of_noise_is_refused(value: object):
    with pytest.raises(SettingsError, match="noise_w_scale"):
        PiperSpeechEngine(EngineConfig(options={"noise_w_scale": value}))


def test_noise_is_an_option(voice: Path):
    config = EngineConfig(model=str(voice), options={"noise_scale": 0, "noise_w_scale": "0.5"})
    assert say("", config=config)


def test_without_the_extra_it_says_what_to_install(voice: Path, monkeypatch: pytest.MonkeyPatch):
    """As if the package were not there: nothing is found."""
    monkeypatch.delitem(sys.modules, "piper")
    monkeypatch.setattr(sys, "path", [])
    sys.path_importer_cache.clear()
    engine = PiperSpeechEngine(EngineConfig(model=str(voice)))
    assert engine.availability().hint == "Run: pip install 'studiolo[piper]'"
    with pytest.raises(MissingExtraError, match="'piper'"):
        list(engine.speak(SpeechRequest(text="Hello.")))
