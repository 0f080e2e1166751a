"""Texts spoken, as OpenAI's client has them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import openai
import pytest

from studiolo.audio.decoding import decode
from studiolo.engines.base import SpeechEngine
from studiolo.requests import Progress, ProgressCallback, ignore_progress
from studiolo.speech import Clip, SpeechCapabilities, SpeechRequest, Voice
from tests.server.serving import TIMEOUT_S, Serving


@pytest.mark.parametrize("kind", ["mp3", "wav"])
def test_a_text_becomes_a_file_that_plays(client: openai.OpenAI, kind: Any):
    answer = client.audio.speech.create(
        model="fake", voice="alloy", input="one two three", response_format=kind
    )
    assert answer.response.headers["content-type"] == {"mp3": "audio/mpeg", "wav": "audio/wav"}[kind]
    assert decode(answer.content).seconds == pytest.approx(0.3, abs=0.15)


def test_it_is_mp3_where_nothing_is_said(client: openai.OpenAI):
    answer = client.audio.speech.create(model="tts-1", voice="nova", input="hello", instructions="softly")
    assert answer.response.headers["content-type"] == "audio/mpeg"
    assert answer.content


def test_speed_and_voice_are_the_engines(client: openai.OpenAI):
    slow, fast = (
        decode(
            client.audio.speech.create(
                model="fake", voice="hum", input="one two three four", speed=speed, response_format="wav"
            ).content
        ).seconds
        for speed in (0.5, 2.0)
    )
    assert slow > 2 * fast


def test_a_real_voice_speaks(client: openai.OpenAI):
    answer = client.audio.speech.create(
        model="espeak", voice="alloy", input="Guten Tag", response_format="wav", extra_body={"language": "de"}
    )
    assert decode(answer.content).seconds > 0.3


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"response_format": "opus"}, "opus"),
        ({"response_format": "pcm"}, "pcm"),
        ({"voice": "bassoprofondo"}, "bassoprofondo"),
        ({"voice": {"id": "voice_1234"}}, "voice_1234"),
        ({"input": " "}, "nothing to say"),
        ({"speed": 9}, "speed"),
        ({"stream_format": "sse"}, "stream_format"),
        ({"extra_body": {"pitch": 2}}, "pitch"),
    ],
)
def test_what_cannot_be_done_is_a_bad_request_that_names_it(
    client: openai.OpenAI, fields: dict[str, Any], told: str
):
    with pytest.raises(openai.BadRequestError) as caught:
        client.audio.speech.create(**{"model": "fake", "voice": "alloy", "input": "hello", **fields})
    assert told in caught.value.message


def test_an_unknown_model_is_not_found(client: openai.OpenAI):
    with pytest.raises(openai.NotFoundError) as caught:
        client.audio.speech.create(model="whisper", voice="alloy", input="hello")
    assert caught.value.code == "model_not_found"


class Endless(SpeechEngine):
    """Hums until it is told to stop."""

    def __init__(self) -> None:
        super().__init__()
        self.ended = threading.Event()

    @property
    def capabilities(self) -> SpeechCapabilities:
        return SpeechCapabilities(description="Never ends.")

    def voices(self) -> tuple[Voice, ...]:
        return ()

    def speak(self, request: SpeechRequest, progress: ProgressCallback = ignore_progress) -> Iterator[Clip]:
        try:
            while True:
                progress(Progress(step=0, total=1, stage="speaking"))
                threading.Event().wait(0.05)
        finally:
            self.ended.set()
        yield


def test_who_hangs_up_ends_the_speech(server: Serving, connect: Any):
    engine = Endless()
    server.studio.speech.register("endless", lambda config: engine)
    with pytest.raises(openai.APITimeoutError):
        connect(server, timeout=2.0).audio.speech.create(model="endless", voice="alloy", input="hello")
    assert engine.ended.wait(TIMEOUT_S)
