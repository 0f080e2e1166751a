"""A service that refuses a key may quote it. Whoever asked for a picture or an answer is never told it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from studiolo.engines.fake import FakeChatEngine, FakeImageEngine
from studiolo.errors import CredentialsError

from .serving import Serving
from .test_jobs import finished, submit
from .test_pictures import keep

KEY = "sk-do-not-tell-anyone"
STREAM = {"accept": "text/event-stream"}


def refusal() -> CredentialsError:
    return CredentialsError(f"The service does not take the key {KEY}.", hint=f"Look at {KEY}.")


class Painter(FakeImageEngine):
    def generate(self, request, progress=None):
        raise refusal()
        yield


class Talker(FakeChatEngine):
    def chat(self, request, progress=None):
        yield "Well,"
        raise refusal()


@pytest.fixture
def server(start: Callable[..., Serving]) -> Serving:
    server = start(engines={"lab": {"api_key": KEY}})
    server.studio.registry.register("painter", Painter)
    server.studio.chat.register("talker", Talker)
    return server


def test_a_job(server: Serving):
    job = finished(server, submit(server, engine="painter")["id"])
    assert job["error"]["error"] == "credentials"
    told = server.get(f"/api/jobs/{job['id']}").text
    assert "does not take the key" in told
    assert KEY not in told


def test_an_answer_in_pieces(server: Serving):
    question = {"question": "What is it?", "engine": "talker"}
    answer = server.post(f"/api/pictures/{keep(server.studio).id}/answers", json=question, headers=STREAM)
    assert "does not take the key" in answer.text
    assert KEY not in answer.text


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/chat/completions", {"model": "talker", "messages": [{"role": "user", "content": "hello"}]}),
        ("/v1/images/generations", {"model": "painter", "prompt": "a fox"}),
    ],
)
def test_a_stream_of_openais_kind(server: Serving, path: str, body: dict[str, object]):
    answer = server.post(path, json={**body, "stream": True})
    assert "does not take the key" in answer.text
    assert KEY not in answer.text


def test_a_trial(server: Serving):
    answer = server.post("/api/engines/image/painter/test")
    assert answer.json()["ok"] is False
    assert "does not take the key" in answer.text
    assert KEY not in answer.text
