"""A server on loopback speaks as ``/audio/speech`` does; OpenAI's own client and types judge both sides."""

from __future__ import annotations

import json
import threading

import numpy as np
import openai
import pytest
from openai.types.audio import SpeechCreateParams
from pydantic import TypeAdapter, ValidationError

from studiolo.audio import encode
from studiolo.audio.encoding import wav_header
from studiolo.engines.base import EngineConfig
from studiolo.engines.openai.speech import DEFAULT_MODEL, VOICES, OpenAISpeechEngine
from studiolo.errors import (
    BrokenStreamError,
    Cancelled,
    CredentialsError,
    EngineError,
    EngineTimeoutError,
    OfflineError,
    RateLimitedError,
    SettingsError,
    UnknownEngineError,
    UnsupportedRequestError,
)
from studiolo.speech import Clip, SpeechRequest
from studiolo.testing import SpeechEngineContract
from tests.audio.serving import Answer, Asked, serve
from tests.audio.test_encoding import tone

KEY = "sk-test-4711"
RATE_HZ = 24_000
PARAMS = TypeAdapter(SpeechCreateParams)


def refused(
    status: int, message: str, *, code: str | None = None, param: str | None = None, **headers: str
) -> Answer:
    """As OpenAI words it."""
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": code}
    return Answer(
        status=status,
        body=json.dumps({"error": error}).encode(),
        media_type="application/json",
        headers=headers,
    )


def spoken(body: dict) -> Clip:
    return tone(0.05 * len(body["input"]) / body.get("speed", 1), rate_hz=RATE_HZ)


def speaker(asked: Asked) -> Answer:
    """What OpenAI answers: streamed, the WAV's length left open."""
    if asked.headers.get("authorization") != f"Bearer {KEY}":
        return refused(401, "Incorrect API key provided.", code="invalid_api_key")
    assert asked.path == "/v1/audio/speech"
    body = json.loads(asked.body)
    try:
        PARAMS.validate_python(body, extra="forbid")
    except ValidationError as error:
        return refused(400, str(error))
    if body["voice"] not in VOICES:
        return refused(400, f"Input should be 'alloy', … {body['voice']!r}", param="voice")
    if "tts" not in body["model"]:
        return refused(
            404, f"The model '{body['model']}' does not exist", code="model_not_found", param="model"
        )
    clip = spoken(body)
    match body["response_format"]:
        case "wav":
            data = wav_header(RATE_HZ) + clip.samples.tobytes()
            kind = "audio/wav"
        case "pcm":
            data, kind = clip.samples.tobytes(), "audio/pcm"
        case other:
            data, kind = encode([clip], other), "audio/mpeg"
    return Answer(pieces=[data[at : at + 3001] for at in range(0, len(data), 3001)], media_type=kind)


@pytest.fixture(scope="module")
def server():
    with serve(speaker) as served:
        yield served


def engine_at(url: str, *, model: str | None = None, **options) -> OpenAISpeechEngine:
    given = {"base_url": f"{url}/v1", "api_key": KEY, "max_retries": 0, **options}
    return OpenAISpeechEngine(EngineConfig(model=model, offline=True, options=given))


def say(
    url: str,
    text: str = "Two red apples.",
    *,
    model: str | None = None,
    options: dict | None = None,
    **fields,
):
    with engine_at(url, model=model, **(options or {})) as engine:
        return list(engine.speak(SpeechRequest.parse({"text": text, **fields})))


def samples(clips: list[Clip]) -> np.ndarray:
    return np.concatenate([clip.samples for clip in clips])


class TestOpenAISpeech(SpeechEngineContract):
    own_voices = False

    @pytest.fixture(autouse=True)
    def _server(self, server):
        self.url = server.url

    def make_engine(self):
        return engine_at(self.url)


def test_it_asks_as_openais_own_client_does(server):
    clips = say(server.url, "Hello.", voice="coral", speed=1.5, options={"speech_instructions": "Whisper."})
    ours = server.asked[-1]
    client = openai.OpenAI(base_url=f"{server.url}/v1", api_key=KEY, max_retries=0)
    with (
        client,
        client.audio.speech.with_streaming_response.create(
            model=DEFAULT_MODEL,
            input="Hello.",
            voice="coral",
            response_format="wav",
            speed=1.5,
            instructions="Whisper.",
        ) as response,
    ):
        heard = response.read()
    theirs = server.asked[-1]
    assert json.loads(ours.body) == json.loads(theirs.body)
    for name in ("authorization", "content-type", "accept"):
        assert ours.headers[name] == theirs.headers[name]
    assert samples(clips).tobytes() == heard[44:]


def test_what_is_not_asked_for_is_not_sent(server):
    say(server.url)
    assert json.loads(server.asked[-1].body) == {
        "model": DEFAULT_MODEL,
        "input": "Two red apples.",
        "voice": "alloy",
        "response_format": "wav",
    }


def test_the_model_behind_the_colon_goes_before_the_settings(server):
    say(server.url, options={"speech_model": "tts-1"})
    assert json.loads(server.asked[-1].body)["model"] == "tts-1"
    say(server.url, model="tts-1-hd", options={"speech_model": "tts-1"})
    assert json.loads(server.asked[-1].body)["model"] == "tts-1-hd"


@pytest.mark.parametrize("format", ["wav", "pcm", "mp3"])
def test_formats(server, format: str):  # noqa: A002
    clips = say(server.url, options={"speech_format": format})
    assert sum(clip.seconds for clip in clips) == pytest.approx(0.05 * 15, abs=0.06)
    assert {clip.rate_hz for clip in clips} == {RATE_HZ}
    assert clips[0].text == "Two red apples."


def test_a_wrong_format_is_refused(server):
    with pytest.raises(SettingsError, match="speech_format"):
        say(server.url, options={"speech_format": "aac"})


def test_the_first_clip_comes_before_the_last_is_spoken():
    heard = threading.Event()
    came_late = []

    def pieces():
        yield wav_header(RATE_HZ) + tone(0.5, rate_hz=RATE_HZ).samples.tobytes()
        came_late.append(not heard.wait(10))
        yield tone(0.5, rate_hz=RATE_HZ).samples.tobytes()

    with serve(lambda _: Answer(pieces=pieces())) as served, engine_at(served.url) as engine:
        clips = iter(engine.speak(SpeechRequest(text="Hello.")))
        first = next(clips)
        heard.set()
        rest = list(clips)
    assert came_late == [False]
    assert first.seconds + sum(clip.seconds for clip in rest) == pytest.approx(1.0)


def test_an_unknown_voice_is_refused_with_those_there_are():
    with serve(speaker) as served, pytest.raises(UnsupportedRequestError, match="no such voice") as caught:
        say(served.url, voice="mallory")
    assert "alloy" in caught.value.hint
    assert [voice.name for voice in OpenAISpeechEngine().voices()] == list(VOICES)


def test_an_unknown_model_is_said(server):
    with pytest.raises(UnknownEngineError, match="'dall-e-3' does not exist") as caught:
        say(server.url, model="dall-e-3")
    assert "base_url" in caught.value.hint


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        (refused(401, "Incorrect API key."), CredentialsError, "does not take the key"),
        (refused(429, "Slow down.", **{"Retry-After": "600"}), RateLimitedError, "asks to wait"),
        (refused(429, "Out of money.", code="insufficient_quota"), RateLimitedError, "used up"),
        (refused(404, "Not Found"), UnknownEngineError, "does not speak at all"),
        (refused(500, "Boom."), EngineError, "failed"),
        (
            Answer(body=b'{"ok": true}', media_type="application/json"),
            EngineError,
            "where sound was asked for",
        ),
        (Answer(body=b"<html>hello</html>", media_type="text/html"), EngineError, "no audio"),
        (Answer(body=b"", media_type="audio/wav"), EngineError, "no audio"),
        (Answer(pieces=[wav_header(RATE_HZ) + b"\1\2" * 9000], cut=True), BrokenStreamError, "broke off"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_goes_wrong_is_said(answer: Answer, error: type[EngineError], said: str):
    with serve(lambda _: answer) as served, pytest.raises(error, match=said) as caught:
        say(served.url)
    assert caught.value.hint
    assert KEY not in str(caught.value)


def test_without_a_key_nothing_is_asked():
    engine = OpenAISpeechEngine()
    assert "OPENAI_API_KEY" in engine.availability().hint
    with pytest.raises(CredentialsError, match="needs a key"):
        list(engine.speak(SpeechRequest(text="Hello.")))


def test_offline_it_does_not_ask():
    engine = OpenAISpeechEngine(EngineConfig(offline=True, options={"api_key": KEY}))
    with pytest.raises(OfflineError, match=r"api\.openai\.com"):
        list(engine.speak(SpeechRequest(text="Hello.")))


def test_a_silent_server_is_given_up_and_can_be_cancelled():
    until = threading.Event()

    def never():
        yield wav_header(RATE_HZ)
        until.wait(10)

    def cancel(report):
        nonlocal reports
        reports += 1
        if reports == 3:
            raise Cancelled

    reports = 0
    with serve(lambda _: Answer(pieces=never())) as served:
        with pytest.raises((EngineTimeoutError, BrokenStreamError)):
            say(served.url, options={"timeout_s": 0.2})
        with engine_at(served.url) as engine, pytest.raises(Cancelled):
            list(engine.speak(SpeechRequest(text="Hello."), cancel))
        until.set()
