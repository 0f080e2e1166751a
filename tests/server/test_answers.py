"""Pictures asked about over HTTP: whole answers, answers in pieces, and what is left when a client leaves."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from studiolo.engines.fake import FakeChatEngine
from studiolo.errors import BrokenStreamError
from studiolo.gallery import KeptAnswer
from studiolo.requests import Progress, ignore_progress
from studiolo.server.word_documents import AnswerDocument

from .leaving import ask_and_leave
from .serving import TIMEOUT_S, Serving

STREAM = {"accept": "text/event-stream"}


class Slow(FakeChatEngine):
    """Says a word, then waits with beats until it is called off or let go."""

    go = threading.Event()
    began = threading.Event()
    stopped = threading.Event()

    def chat(self, request, progress=ignore_progress):
        yield "It is"
        yield " teal"
        self.began.set()
        try:
            while not self.go.wait(0.05):
                progress(Progress(step=2, total=3, stage="writing"))
        except BaseException:
            self.stopped.set()
            raise
        yield "."
        return (yield from super().chat(request, progress))


class Breaks(FakeChatEngine):
    def chat(self, request, progress=ignore_progress):
        yield "It is"
        raise BrokenStreamError("The connection broke.", hint="Ask again.")


class Silent(FakeChatEngine):
    """Thinks without a word until it is let go."""

    go = threading.Event()

    def chat(self, request, progress=ignore_progress):
        while not self.go.wait(0.05):
            progress(Progress(step=0, total=1, stage="loading"))
        return (yield from super().chat(request, progress))


@pytest.fixture
def asked(server: Serving) -> Iterator[str]:
    """The address of a picture's answers; ``slow``, ``breaks`` and ``silent`` are assistants."""
    for name, engine in (("slow", Slow), ("breaks", Breaks), ("silent", Silent)):
        server.studio.chat.register(name, engine)
    for event in (Slow.go, Slow.began, Slow.stopped, Silent.go):
        event.clear()
    (picture,) = server.studio.generate("a house", width=64, height=48)
    yield f"/api/pictures/{picture.id}/answers"
    Slow.go.set()
    Silent.go.set()


def events(lines: Iterator[str]) -> Iterator[tuple[str, Any]]:
    """Event by event, as they come."""
    name = ""
    for line in lines:
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            yield name, json.loads(value)


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def kept(server: Serving, address: str) -> list[dict[str, Any]]:
    return server.get(address).json()["answers"]


def test_a_document_is_an_answer_without_its_key():
    fields = set(KeptAnswer.model_fields) - {"speech_key"}
    assert set(AnswerDocument.model_fields) == fields | {"speech_url"}


def test_a_whole_answer_is_kept(server: Serving, asked: str):
    answer = server.post(asked, json={"question": " What is it? ", "engine": "fake"})
    assert answer.status_code == 200
    said = answer.json()
    assert (said["question"], said["text"]) == ("What is it?", "[1 seen] What is it?")
    assert (said["engine"], said["finish"], said["speech_url"]) == ("fake", "complete", None)
    assert kept(server, asked) == [said]


def test_an_answer_in_pieces(server: Serving, asked: str):
    with server.client.stream(
        "POST", asked, json={"question": "What is it?", "engine": "fake"}, headers=STREAM
    ) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        told = list(events(answer.iter_lines()))
    assert told[0][0] == "progress"
    assert "".join(data["text"] for name, data in told if name == "piece") == "[1 seen] What is it?"
    name, whole = told[-1]
    assert name == "answer"
    assert kept(server, asked) == [whole]


def test_pieces_come_as_they_are_said(server: Serving, asked: str):
    with server.client.stream(
        "POST", asked, json={"question": "What?", "engine": "slow"}, headers=STREAM
    ) as answer:
        told = events(answer.iter_lines())
        words = (data["text"] for name, data in told if name == "piece")
        assert [next(words), next(words)] == ["It is", " teal"], "while the engine still thinks"
        Slow.go.set()
        assert next(words) == "."


def test_a_client_that_waits_hears_that_it_is_not_forgotten(server: Serving, asked: str):
    with server.client.stream(
        "POST", asked, json={"question": "What?", "engine": "silent"}, headers=STREAM
    ) as answer:
        told = events(answer.iter_lines())
        beats = [next(told) for _ in range(4)]
        assert {name for name, _ in beats} == {"progress"}
        assert beats[-1][1] == {"stage": "loading"}
        Silent.go.set()
        assert list(told)[-1][0] == "answer"


def test_a_client_that_leaves_ends_the_answer_and_what_came_is_kept(server: Serving, asked: str):
    with (
        server.new_client() as client,
        client.stream(
            "POST", asked, json={"question": "What colour?", "engine": "slow"}, headers=STREAM
        ) as answer,
    ):
        words = (data["text"] for name, data in events(answer.iter_lines()) if name == "piece")
        assert [next(words), next(words)] == ["It is", " teal"]
    assert Slow.stopped.wait(TIMEOUT_S), "the engine was called off"
    until(lambda: kept(server, asked))
    (partial,) = kept(server, asked)
    assert (partial["text"], partial["finish"]) == ("It is teal", "cancelled")
    assert partial["question"] == "What colour?"


def test_who_leaves_while_waiting_for_the_whole_ends_it_too(server: Serving, asked: str):
    ask_and_leave(server, asked, {"question": "What colour?", "engine": "slow"}, at=Slow.began)
    assert Slow.stopped.wait(TIMEOUT_S)
    until(lambda: kept(server, asked))
    assert kept(server, asked)[0]["finish"] == "cancelled"


def test_an_answer_that_breaks_off_says_so_and_is_kept(server: Serving, asked: str):
    body = {"question": "What?", "engine": "breaks"}
    told = list(events(iter(server.post(asked, json=body, headers=STREAM).text.splitlines())))
    (_, answer), (last, problem) = told[-2:]
    assert (answer["text"], answer["finish"]) == ("It is", "interrupted")
    assert last == "problem"
    assert (problem["error"], problem["detail"]) == ("broken-stream", "The connection broke.")
    assert problem["hint"] == "Ask again."
    assert kept(server, asked) == [answer]
    whole = server.post(asked, json=body)
    assert (whole.status_code, whole.json()["error"]) == (502, "broken-stream")


def test_an_engine_without_a_key_is_a_problem_in_the_stream(server: Serving, asked: str):
    body = {"question": "What?", "engine": "openai:m"}
    answer = server.post(asked, json=body, headers=STREAM)
    assert answer.status_code == 200
    name, problem = list(events(iter(answer.text.splitlines())))[-1]
    assert (name, problem["status"], problem["error"]) == ("problem", 503, "credentials")
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert server.post(asked, json=body).status_code == 503
    assert kept(server, asked) == []


def test_the_conversation_goes_on_unless_it_is_not_to(server: Serving, asked: str):
    server.post(asked, json={"question": "What is it?", "engine": "fake"})
    followed = server.post(asked, json={"question": "And now?", "engine": "fake"}).json()
    alone = server.post(asked, json={"question": "And now?", "engine": "fake", "follow_up": False}).json()
    assert followed["input_tokens"] > alone["input_tokens"]


def test_by_the_pocket_assistant(server: Serving, asked: str):
    said = server.post(asked, json={"question": "What colours are there?"}).json()
    assert said["engine"] == "pocket"
    assert said["evidence"]


def test_described(server: Serving, asked: str):
    address = asked.removesuffix("answers") + "description"
    said = server.post(address).json()
    assert (said["kind"], said["question"], said["engine"]) == ("description", "", "pocket")
    streamed = server.post(address, json={"engine": "fake"}, headers=STREAM)
    assert "event: answer" in streamed.text
    assert len(kept(server, asked)) == 2


def test_tagged(server: Serving, asked: str):
    said = server.post(asked.removesuffix("answers") + "tags").json()
    assert said["tags"]
    assert set(said["picture"]["tags"]) == set(said["tags"])
    assert {entry["tag"] for entry in server.get("/api/tags").json()["tags"]} == set(said["tags"])


def test_forgotten(server: Serving, asked: str):
    said = server.post(asked, json={"question": "What?", "engine": "fake"}).json()
    address = f"/api/answers/{said['id']}"
    assert server.delete(address).status_code == 204
    assert kept(server, asked) == []
    assert server.delete(address).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"question": ""},
        {"question": "   "},
        {"question": "?!"},
        {"question": "x" * 4001},
        {"question": "a\u0000b?"},
        {"question": 5},
        {"question": "What?", "seed": -1},
        {"question": "What?", "temperature": "hot"},
        {"question": "What?", "picture": "/etc/passwd"},
        {"question": "What?", "keep": False},
        {"question": "What?", "follow_up": "maybe"},
    ],
)
@pytest.mark.parametrize("headers", [{}, STREAM])
def test_what_cannot_be_asked(server: Serving, asked: str, body: dict[str, Any], headers: dict[str, str]):
    answer = server.post(asked, json=body, headers=headers)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert kept(server, asked) == []


@pytest.mark.parametrize("picture", ["nothere", "..%2f..%2fetc%2fpasswd", "https:%2f%2fexample.com%2fa.png"])
@pytest.mark.parametrize("what", ["answers", "description", "tags"])
def test_there_is_no_such_picture(server: Serving, picture: str, what: str):
    answer = server.post(
        f"/api/pictures/{picture}/{what}", json={"question": "What?"} if what == "answers" else {}
    )
    assert answer.status_code == 404


def test_an_assistant_that_is_nobody(server: Serving, asked: str):
    for headers in ({}, STREAM):
        answer = server.post(asked, json={"question": "What?", "engine": "nobody"}, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (404, "unknown-engine")


def test_a_picture_that_is_purged_meanwhile(server: Serving, asked: str):
    with server.client.stream(
        "POST", asked, json={"question": "What?", "engine": "slow"}, headers=STREAM
    ) as answer:
        told = events(answer.iter_lines())
        assert next(data for name, data in told if name == "piece")
        server.studio.gallery.delete([asked.split("/")[3]])
        server.studio.gallery.purge()
        Slow.go.set()
        name, problem = list(told)[-1]
    assert (name, problem["error"], problem["status"]) == ("problem", "picture-not-found", 404)


def test_two_ask_at_once(server: Serving, asked: str):
    with server.client.stream(
        "POST", asked, json={"question": "What?", "engine": "slow"}, headers=STREAM
    ) as slow:
        told = events(slow.iter_lines())
        assert next(data for name, data in told if name == "piece")
        with server.new_client() as other:
            quick = other.post(asked, json={"question": "What?", "engine": "fake"})
        assert quick.status_code == 200
        Slow.go.set()
        assert list(told)[-1][0] == "answer"
    assert len(kept(server, asked)) == 2


def test_scopes(start: Callable[..., Serving]):
    server = start(server_tokens=True)
    (picture,) = server.studio.generate("a house", width=64, height=48)
    answers = f"/api/pictures/{picture.id}/answers"
    # Every token may read.
    needed = {
        ("GET", answers): set(),
        ("POST", answers): {"generate"},
        ("POST", f"/api/pictures/{picture.id}/description"): {"generate"},
        ("POST", f"/api/pictures/{picture.id}/tags"): {"generate", "edit"},
        ("DELETE", "/api/answers/nothere"): {"edit"},
        ("POST", "/api/suggestions"): {"generate"},
        ("POST", "/api/translations"): {"generate"},
        ("POST", "/api/drafts"): {"generate"},
        ("POST", "/api/speech"): {"generate"},
        ("POST", "/api/answers/nothere/speech"): {"generate"},
        ("GET", "/api/settings"): set(),
        ("PATCH", "/api/settings"): {"admin"},
    }
    for scope in ("read", "generate", "edit"):
        _, secret = server.studio.gallery.tokens.create(scope, [scope])
        header = {"Authorization": f"Bearer {secret}"}
        for (method, path), scopes in needed.items():
            body = None if method == "GET" else {}
            answer = server.client.request(method, path, json=body, headers=header)
            assert (answer.status_code == 403) is bool(scopes - {scope}), (scope, method, path)
