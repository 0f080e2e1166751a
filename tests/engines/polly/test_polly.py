"""Polly's protocol on loopback, asked by our engine and by plain boto3."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator

import boto3
import pytest

from studiolo.audio import from_pcm
from studiolo.engines.base import EngineConfig
from studiolo.engines.polly import PollySpeechEngine
from studiolo.engines.polly.engine import ENGINES, LANGUAGES
from studiolo.errors import (
    BrokenStreamError,
    CredentialsError,
    EngineError,
    EngineTimeoutError,
    MissingExtraError,
    OfflineError,
    RateLimitedError,
    SettingsError,
    UnknownEngineError,
    UnsupportedRequestError,
)
from studiolo.speech import Clip, SpeechRequest
from studiolo.testing import SpeechEngineContract
from tests.audio.serving import Answer, Served, serve
from tests.engines.polly.service import KEY_ID, REGION, SECRET, VOICES, model, polly, refused


@pytest.fixture(autouse=True)
def _no_aws_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "AWS_PROFILE",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with serve(polly()) as served:
        yield served


def config_at(url: str, *, model: str | None = None, **options) -> EngineConfig:
    given = {
        "endpoint_url": url,
        "region": REGION,
        "access_key_id": KEY_ID,
        "secret_access_key": SECRET,
        "max_attempts": 1,
        **options,
    }
    return EngineConfig(model=model, offline=True, options=given)


def say(
    url: str,
    text: str = "Two red apples.",
    *,
    model: str | None = None,
    options: dict | None = None,
    **fields,
):
    with PollySpeechEngine(config_at(url, model=model, **(options or {}))) as engine:
        return list(engine.speak(SpeechRequest.parse({"text": text, **fields})))


def asked(served: Served) -> dict:
    return json.loads(served.asked[-1].body)


def seconds(clips: list[Clip]) -> float:
    return sum(clip.seconds for clip in clips)


class TestPolly(SpeechEngineContract):
    @pytest.fixture(autouse=True)
    def _server(self, server):
        self.url = server.url

    def make_engine(self):
        return PollySpeechEngine(config_at(self.url))


def test_the_declared_languages_and_engines_are_those_of_botocore():
    assert set(LANGUAGES) <= set(model().shape_for("LanguageCode").enum)
    assert set(ENGINES) <= set(model().shape_for("Engine").enum)


def test_plain_boto3_asks_and_hears_the_same(server):
    ours = say(server.url, voice="Joanna")
    mine = asked(server)
    client = boto3.client(
        "polly",
        endpoint_url=server.url,
        region_name=REGION,
        aws_access_key_id=KEY_ID,
        aws_secret_access_key=SECRET,
    )
    listed = [v["Id"] for page in client.get_paginator("describe_voices").paginate() for v in page["Voices"]]
    answer = client.synthesize_speech(
        VoiceId="Joanna", Engine="neural", OutputFormat="pcm", SampleRate="16000", Text="Two red apples."
    )
    heard = from_pcm(answer["AudioStream"].read(), 16_000)
    client.close()
    assert asked(server) == mine
    assert b"".join(clip.samples.tobytes() for clip in ours) == heard.samples.tobytes()
    assert listed == [voice[0] for voice in VOICES]


def test_voices_come_from_all_pages(server):
    with PollySpeechEngine(config_at(server.url)) as engine:
        voices = engine.voices()
        before = len(server.asked)
        assert engine.voices() == voices
        assert len(server.asked) == before, "they are asked for once"
    assert [(voice.name, voice.language) for voice in voices] == [(voice[0], voice[1]) for voice in VOICES]
    assert voices[1].description == "US English, Female: generative, neural, standard"


@pytest.mark.parametrize(
    ("language", "voice", "engine", "code"),
    [
        (None, "Danielle", "neural", None),
        ("en", "Danielle", "neural", None),
        ("en-GB", "Brian", "neural", None),
        ("en-IN", "Aditi", "standard", None),
        ("hi", "Kajal", "neural", None),
        ("ko", "Seoyeon", "neural", None),
        ("zh", "Zhiyu", "neural", None),
    ],
)
def test_a_language_gets_its_best_voice(server, language, voice, engine, code):
    say(server.url, language=language)
    sent = asked(server)
    assert (sent["VoiceId"], sent["Engine"], sent.get("LanguageCode")) == (voice, engine, code)


def test_a_voice_of_two_languages_is_told_which(server):
    say(server.url, voice="aditi", language="hi")
    assert asked(server)["LanguageCode"] == "hi-IN"
    say(server.url, voice="Aditi")
    assert "LanguageCode" not in asked(server)
    with pytest.raises(UnsupportedRequestError, match="does not speak 'ko'"):
        say(server.url, voice="Aditi", language="ko")


@pytest.mark.parametrize("how", [{"model": "generative"}, {"options": {"engine": "generative"}}])
def test_an_engine_can_be_named(server, how: dict):
    say(server.url, **how)
    assert (asked(server)["VoiceId"], asked(server)["Engine"]) == ("Joanna", "generative")
    with pytest.raises(UnsupportedRequestError, match="no voice 'Salli' for the engine 'generative'"):
        say(server.url, voice="Salli", **how)


def test_an_engine_that_is_none_is_refused():
    with pytest.raises(UnknownEngineError, match="'neutral'") as caught:
        PollySpeechEngine(EngineConfig(model="neutral"))
    assert "neural" in caught.value.hint


def test_the_voice_of_the_settings_is_for_no_other_language(server):
    say(server.url, options={"voice": "Salli"})
    assert asked(server)["VoiceId"] == "Salli"
    say(server.url, options={"voice": "Salli"}, language="ko")
    assert asked(server)["VoiceId"] == "Seoyeon"


def test_an_unknown_voice_names_the_closest(server):
    with pytest.raises(UnsupportedRequestError, match="no voice 'Joana'") as caught:
        say(server.url, voice="Joana")
    assert "Closest: Joanna" in caught.value.hint


def test_speed_is_asked_for_in_ssml_and_text_is_escaped(server):
    text = "5 < 7 & <break/> said."
    say(server.url, text, speed=1.25)
    assert asked(server)["Text"] == (
        '<speak><prosody rate="125%">5 &lt; 7 &amp; &lt;break/&gt; said.</prosody></speak>'
    )
    say(server.url, text)
    assert asked(server)["Text"] == text
    assert "TextType" not in asked(server)
    with pytest.raises(UnsupportedRequestError, match="speed 3") as caught:
        say(server.url, speed=3)
    assert "2" in caught.value.hint


def test_mp3_has_more_samples(server):
    clips = say(server.url, options={"format": "mp3"})
    assert {clip.rate_hz for clip in clips} == {24_000}
    assert seconds(clips) == pytest.approx(seconds(say(server.url)), abs=0.1)


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        (refused("ThrottlingException", "Rate exceeded"), RateLimitedError, "Rate exceeded"),
        (refused("AccessDeniedException", "Not authorized", 403), CredentialsError, "Not authorized"),
        (refused("TextLengthExceededException", "Too long"), UnsupportedRequestError, "Too long"),
        (refused("InvalidSsmlException", "No tag"), UnsupportedRequestError, "No tag"),
        (refused("ServiceFailureException", "Oops", 500), EngineError, "Oops"),
        (Answer(pieces=[], media_type="audio/pcm"), EngineError, "no sound"),
        (Answer(pieces=[b"\1\2" * 9000], media_type="audio/pcm", cut=True), BrokenStreamError, "broke off"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_goes_wrong_is_said(answer: Answer, error: type[EngineError], said: str):
    with serve(polly(lambda _: answer)) as served, pytest.raises(error, match=said) as caught:
        say(served.url)
    assert caught.value.hint
    assert SECRET not in str(caught.value)


def test_wrong_keys_are_said(server):
    with pytest.raises(CredentialsError, match="security token") as caught:
        say(server.url, options={"access_key_id": "AKIDOTHER"})
    assert "aws sts get-caller-identity" in caught.value.hint


def test_no_keys_and_no_region_are_said(server):
    with pytest.raises(CredentialsError, match="no AWS credentials"):
        say(server.url, options={"access_key_id": None, "secret_access_key": None})
    with pytest.raises(SettingsError, match="region"):
        say(server.url, options={"region": None})
    with pytest.raises(SettingsError, match="nobody"):
        say(server.url, options={"profile": "nobody"})


def test_a_server_that_says_nothing_is_given_up():
    until = threading.Event()

    def wait(_):
        until.wait(10)
        return Answer()

    with serve(polly(wait)) as served:
        with pytest.raises(EngineTimeoutError):
            say(served.url, options={"timeout_s": 0.3})
        until.set()


def test_where_nothing_listens_is_said():
    with pytest.raises(EngineError, match="cannot be reached"):
        say("http://127.0.0.1:9")


def test_offline_it_does_not_ask():
    engine = PollySpeechEngine(EngineConfig(offline=True, options={"region": REGION}))
    assert not engine.availability().ready
    with pytest.raises(OfflineError):
        list(engine.speak(SpeechRequest(text="Hello.")))


@pytest.mark.parametrize(
    "options", [{"formt": "pcm"}, {"format": "wav"}, {"engine": "neutral"}, {"timeout_s": 0}]
)
def test_wrong_settings_are_refused(options: dict):
    with pytest.raises(SettingsError, match=r"engines\.polly\."):
        _ = PollySpeechEngine(EngineConfig(options=options)).capabilities


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delitem(sys.modules, "boto3")
    monkeypatch.setattr(sys, "path", [])
    sys.path_importer_cache.clear()
    engine = PollySpeechEngine(EngineConfig(options={"region": REGION}))
    assert engine.availability().hint == "Run: pip install 'studiolo[aws]'"
    with pytest.raises(MissingExtraError, match="'aws'"):
        list(engine.speak(SpeechRequest(text="Hello.")))
