"""A server on loopback answers as Google Translate's does; what it is asked is what gTTS asks."""

from __future__ import annotations

import base64
import json
import threading
from urllib.parse import parse_qs

import pytest

from studiolo.audio import encode
from studiolo.audio.decoding import decode
from studiolo.engines.base import EngineConfig
from studiolo.engines.gtts import GttsSpeechEngine
from studiolo.engines.gtts.protocol import LANGUAGES, PATH, form, read_answer
from studiolo.errors import (
    BrokenStreamError,
    EngineError,
    EngineTimeoutError,
    OfflineError,
    RateLimitedError,
    UnsupportedRequestError,
)
from studiolo.speech import Clip, SpeechRequest
from studiolo.testing import SpeechEngineContract
from tests.audio.serving import Answer, Asked, serve
from tests.audio.test_encoding import tone

# What gTTS 2.5.4 sent to a server on loopback: text, language, slow, the body.
SENT_BY_GTTS = [
    (
        "Hello there.",
        "en",
        False,
        (
            "f.req=%5B%5B%5B%22jQ1olc%22%2C%22%5B%5C%22Hello%20there.%5C%22%2C%5C%22en%5C%22%2Cnull%2C%5C%22null"
            "%5C%22%5D%22%2Cnull%2C%22generic%22%5D%5D%5D&"
        ),
    ),
    (
        'Äpfel & "Birnen" – 3,5 €\\ 🍎',  # noqa: RUF001
        "de",
        False,
        (
            "f.req=%5B%5B%5B%22jQ1olc%22%2C%22%5B%5C%22%5C%5Cu00c4pfel%20%26%20%5C%5C%5C%22Birnen%5C%5C%5C%22"
            "%20%5C%5Cu2013%203%2C5%20%5C%5Cu20ac%5C%5C%5C%5C%20%5C%5Cud83c%5C%5Cudf4e%5C%22%2C%5C%22de%5C%22"
            "%2Cnull%2C%5C%22null%5C%22%5D%22%2Cnull%2C%22generic%22%5D%5D%5D&"
        ),
    ),
    (
        "두 개의 빨간 사과",
        "ko",
        True,
        (
            "f.req=%5B%5B%5B%22jQ1olc%22%2C%22%5B%5C%22%5C%5Cub450%20%5C%5Cuac1c%5C%5Cuc758%20%5C%5Cube68"
            "%5C%5Cuac04%20%5C%5Cuc0ac%5C%5Cuacfc%5C%22%2C%5C%22ko%5C%22%2Ctrue%2C%5C%22null%5C%22%5D%22%2Cnull"
            "%2C%22generic%22%5D%5D%5D&"
        ),
    ),
]


def speech(text: str, *, slow: bool = False) -> bytes:
    """An MP3 as long as the text."""
    return encode([tone(0.05 * len(text) * (1.5 if slow else 1), rate_hz=24_000)], "mp3")


def wrapped(mp3: bytes) -> bytes:
    """The form the service answers in, as gTTS's tests and its reader have it."""
    inner = json.dumps([base64.b64encode(mp3).decode()])
    outer = json.dumps(
        [["wrb.fr", "jQ1olc", inner, None, None, None, "generic"], ["di", 18]], separators=(",", ":")
    )
    return f')]}}\'\n\n{len(outer)}\n{outer}\n25\n[["e",4,null,null,99]]\n'.encode()


def asked_for(asked: Asked) -> tuple[str, str, bool | None]:
    """Text, language, slow."""
    ((call, inner, _, _),) = json.loads(parse_qs(asked.body.decode())["f.req"][0])[0]
    assert call == "jQ1olc"
    text, language, slow, _ = json.loads(inner)
    return text, language, slow


def google(asked: Asked) -> Answer:
    text, language, slow = asked_for(asked)
    assert asked.method == "POST"
    assert asked.path == f"/{PATH}"
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded;charset=utf-8"
    assert asked.headers["referer"] == "http://translate.google.com/"
    assert language in LANGUAGES
    assert len(text) <= 100
    return Answer(body=wrapped(speech(text, slow=bool(slow))), media_type="application/json; charset=utf-8")


@pytest.fixture(scope="module")
def server():
    with serve(google) as served:
        yield served


def engine_at(url: str, **options) -> GttsSpeechEngine:
    return GttsSpeechEngine(EngineConfig(offline=True, options={"base_url": url, **options}))


def say(url: str, text: str = "Hello.", *, options: dict | None = None, **fields) -> list[Clip]:
    with engine_at(url, **(options or {})) as engine:
        return list(engine.speak(SpeechRequest.parse({"text": text, **fields})))


class TestGtts(SpeechEngineContract):
    @pytest.fixture(autouse=True)
    def _server(self, server):
        self.url = server.url

    def make_engine(self):
        return engine_at(self.url)


@pytest.mark.parametrize(("text", "language", "slow", "body"), SENT_BY_GTTS)
def test_what_is_asked_is_what_gtts_asks(text: str, language: str, slow: bool, body: str):
    assert form(text, language, slow=slow) == body.encode()


def test_long_text_goes_in_parts_of_a_hundred_characters(server):
    text = (
        "On the left there is a small house with a red roof and two windows, and behind it a green hill " * 3
    )
    before = len(server.asked)
    clips = say(server.url, text)
    parts = [asked_for(asked)[0] for asked in server.asked[before:]]
    assert parts == [clip.text for clip in clips]
    assert " ".join(parts) == text.strip()
    assert {clip.rate_hz for clip in clips} == {24_000}
    assert [clip.seconds for clip in clips] == pytest.approx([0.05 * len(part) for part in parts], abs=0.1)


@pytest.mark.parametrize(
    ("wanted", "sent"),
    [
        ("he", "iw"),
        ("zh", "zh-CN"),
        ("zh-Hant", "zh-TW"),
        ("nb", "no"),
        ("fil", "tl"),
        ("pt-BR", "pt"),
        ("fr-CA", "fr-CA"),
    ],
)
def test_languages_go_by_the_codes_of_the_service(server, wanted: str, sent: str):
    say(server.url, language=wanted)
    assert asked_for(server.asked[-1])[1] == sent


def test_slow_is_an_option(server):
    slow, natural = say(server.url, options={"slow": True}), say(server.url)
    assert asked_for(server.asked[-2])[2] is True
    assert slow[0].seconds > 1.2 * natural[0].seconds


def test_a_voice_is_a_language(server):
    assert say(server.url, voice="fr", language="fr-FR")
    with pytest.raises(UnsupportedRequestError, match="does not speak 'de'"):
        say(server.url, voice="fr", language="de")


def test_offline_it_does_not_ask():
    engine = GttsSpeechEngine(EngineConfig(offline=True))
    assert not engine.availability().ready
    assert "espeak" in engine.availability().hint
    with pytest.raises(OfflineError, match=r"translate\.google\.com"):
        list(engine.speak(SpeechRequest(text="Hello.")))


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        (Answer(status=403), RateLimitedError, "turns this machine away"),
        (Answer(status=429, headers={"Retry-After": "9999"}), RateLimitedError, "turns this machine away"),
        (Answer(status=400), EngineError, "does not know the request"),
        (Answer(status=500), EngineError, "failed"),
        (Answer(body=wrapped(b"")), EngineError, "without speech"),
        (Answer(body=b'[["wrb.fr","jQ1olc",null]]'), EngineError, "without speech"),
        (Answer(body=b'[["wrb.fr","jQ1olc","[\\"no*base64\\"]"]]'), EngineError, "without speech"),
        (Answer(body=b"<html>Sorry</html>", media_type="text/html"), EngineError, "without speech"),
        (Answer(body=wrapped(b"no mp3 at all, but of some length")), EngineError, "no audio"),
        (Answer(pieces=[b')]}\'\n\n50\n[["wrb.fr"'], cut=True), BrokenStreamError, "broke off"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_goes_wrong_is_said(answer: Answer, error: type[EngineError], said: str):
    with serve(lambda _: answer) as served, pytest.raises(error, match=said) as caught:
        say(served.url, options={"max_retries": 0})
    assert caught.value.hint


def test_a_silent_server_is_not_waited_for_forever():
    waiting = threading.Event()
    with serve(lambda _: Answer(pieces=_never(waiting))) as served:
        with pytest.raises((EngineTimeoutError, BrokenStreamError)):
            say(served.url, options={"timeout_s": 0.2, "max_retries": 0})
        waiting.set()


def _never(until):
    yield b"[["
    until.wait(10)


def test_nothing_is_said_in_error_answers():
    assert read_answer(b"") is None
    assert read_answer(wrapped(b"abc")) == b"abc"
    assert decode(read_answer(wrapped(speech("some words")))).seconds == pytest.approx(0.5, abs=0.1)
