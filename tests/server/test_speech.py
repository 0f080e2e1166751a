"""Texts and answers aloud over HTTP: made, kept, and played in parts."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from studiolo.audio.decoding import decode
from studiolo.engines.fake import FakeSpeechEngine
from studiolo.requests import Progress, ignore_progress

from .leaving import ask_and_leave
from .serving import TIMEOUT_S, Serving


@pytest.fixture
def answer(server: Serving) -> dict[str, Any]:
    """A kept answer."""
    (picture,) = server.studio.generate("a house", width=64, height=48)
    body = {"question": "What is it?", "engine": "fake"}
    return server.post(f"/api/pictures/{picture.id}/answers", json=body).json()


@pytest.mark.parametrize(("kind", "media_type"), [("mp3", "audio/mpeg"), ("wav", "audio/wav")])
def test_a_text_aloud(server: Serving, kind: str, media_type: str):
    body = {"text": "Two red apples.", "engine": "espeak", "format": kind}
    spoken = server.post("/api/speech", json=body)
    assert (spoken.status_code, spoken.headers["content-type"]) == (200, media_type)
    assert decode(spoken.content).seconds > 0.5
    assert spoken.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in spoken.headers["content-security-policy"]
    assert f'filename="speech.{kind}"' in spoken.headers["content-disposition"]
    assert spoken.headers["cache-control"] == "no-store"


def test_slower_and_in_another_language(server: Serving):
    said = {"text": "안녕하세요", "engine": "espeak", "format": "wav", "language": "ko"}
    natural = decode(server.post("/api/speech", json=said).content).seconds
    slow = decode(server.post("/api/speech", json={**said, "speed": 0.5}).content).seconds
    assert slow > natural * 1.3


def test_an_answer_aloud_is_kept_with_it(server: Serving, answer: dict[str, Any]):
    address = f"/api/answers/{answer['id']}/speech"
    spoken = server.post(address, json={"engine": "espeak"}).json()
    assert spoken["speech_url"] == address
    assert (spoken["speech"]["engine"], spoken["speech"]["format"]) == ("espeak", "mp3")
    assert server.get(f"/api/pictures/{answer['picture_id']}/answers").json()["answers"] == [spoken]
    sound = server.get(address)
    assert sound.headers["content-type"] == "audio/mpeg"
    assert decode(sound.content).seconds > 0.5


def test_said_anew_it_is_replaced(server: Serving, answer: dict[str, Any]):
    address = f"/api/answers/{answer['id']}/speech"
    server.post(address)
    first = server.get(address)
    server.post(address, json={"engine": "espeak", "format": "wav"})
    second = server.get(address, headers={"if-none-match": first.headers["etag"]})
    assert second.status_code == 200
    assert second.headers["content-type"] == "audio/wav"
    assert second.headers["etag"] != first.headers["etag"]


def test_played_in_parts(server: Serving, answer: dict[str, Any]):
    address = f"/api/answers/{answer['id']}/speech"
    server.post(address)
    whole = server.get(address)
    size = len(whole.content)
    assert whole.headers["accept-ranges"] == "bytes"
    for asked, part, told in (
        ("bytes=0-3", whole.content[:4], f"bytes 0-3/{size}"),
        ("bytes=10-", whole.content[10:], f"bytes 10-{size - 1}/{size}"),
        ("bytes=-7", whole.content[-7:], f"bytes {size - 7}-{size - 1}/{size}"),
        (f"bytes=5-{size * 2}", whole.content[5:], f"bytes 5-{size - 1}/{size}"),
        (f"bytes=-{size * 2}", whole.content, f"bytes 0-{size - 1}/{size}"),
    ):
        answered = server.get(address, headers={"range": asked})
        assert (answered.status_code, answered.headers["content-range"]) == (206, told)
        assert answered.content == part


@pytest.mark.parametrize(
    "asked",
    ["bytes=", "bytes=-", "bytes=5-2", "bytes=0-1,4-5", "items=0-3", "bytes=a-b", f"bytes=0-{'9' * 5000}"],
    ids=lambda asked: asked[:20],
)
def test_what_is_no_range_gets_the_whole(server: Serving, answer: dict[str, Any], asked: str):
    address = f"/api/answers/{answer['id']}/speech"
    server.post(address)
    assert server.get(address, headers={"range": asked}).status_code == 200


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0"])
def test_a_range_beyond_the_end(server: Serving, answer: dict[str, Any], asked: str):
    address = f"/api/answers/{answer['id']}/speech"
    server.post(address)
    beyond = server.get(address, headers={"range": asked})
    assert beyond.status_code == 416
    assert beyond.headers["content-range"].startswith("bytes */")
    assert beyond.headers["content-type"] == "application/problem+json"


def test_what_the_client_has_is_not_sent_again(server: Serving, answer: dict[str, Any]):
    address = f"/api/answers/{answer['id']}/speech"
    server.post(address)
    etag = server.get(address).headers["etag"]
    again = server.get(address, headers={"if-none-match": f'"other", {etag}'})
    assert (again.status_code, again.content) == (304, b"")
    other = server.get(address, headers={"range": "bytes=0-3", "if-range": '"old"'})
    assert other.status_code == 200, "a part of what it does not have is no use to it"


def test_what_was_not_spoken_has_no_sound(server: Serving, answer: dict[str, Any]):
    silent = server.get(f"/api/answers/{answer['id']}/speech")
    assert (silent.status_code, silent.json()["error"]) == (404, "not-found")
    assert "POST" in silent.json()["hint"]
    assert server.get("/api/answers/nothere/speech").status_code == 404
    assert server.post("/api/answers/nothere/speech").status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"text": ""}, 422),
        ({"text": "..."}, 422),
        ({"text": "x" * 20_001}, 422),
        ({"text": 5}, 422),
        ({"text": "Hello", "format": "ogg"}, 422),
        ({"text": "Hello", "format": 3}, 422),
        ({"text": "Hello", "speed": 9}, 422),
        ({"text": "Hello", "speed": "fast"}, 422),
        ({"text": "Hello", "language": "Klingon"}, 422),
        ({"text": "Hello", "engine": "espeak", "voice": "nobody"}, 422),
        ({"text": "Hello", "play": True}, 422),
        ({"text": "Hello", "engine": "nobody"}, 404),
        ({"text": "Hello", "engine": "openai"}, 503),
    ],
)
def test_what_cannot_be_said(server: Serving, body: dict[str, Any], status: int):
    said = server.post("/api/speech", json=body)
    assert said.status_code == status
    assert said.headers["content-type"] == "application/problem+json"
    assert said.json()["hint"]


def test_a_client_that_leaves_is_not_spoken_to(server: Serving):
    began, stopped = threading.Event(), threading.Event()

    class Endless(FakeSpeechEngine):
        def speak(self, request, progress=ignore_progress):
            began.set()
            try:
                while not stopped.wait(0.05):
                    progress(Progress(step=0, total=1, stage="speaking"))
            except BaseException:
                stopped.set()
                raise
            yield from super().speak(request, progress)

    server.studio.speech.register("endless", Endless)
    ask_and_leave(server, "/api/speech", {"text": "Hello", "engine": "endless"}, at=began)
    assert stopped.wait(TIMEOUT_S)
