"""Asking about a picture: words as they come, stopped, kept, heard, forgotten."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from studiolo.engines.fake import FakeChatEngine
from studiolo.errors import BrokenStreamError
from studiolo.requests import Progress, ignore_progress
from tests.server.serving import Serving

from .conftest import Visit
from .looking import Visiting, paint


class Slow(FakeChatEngine):
    """Says two words, then waits until it is called off or let go."""

    go = threading.Event()

    def chat(self, request, progress=ignore_progress):
        yield "It is"
        yield " teal"
        while not self.go.wait(0.05):
            progress(Progress(step=2, total=3, stage="writing"))
        yield " indeed."
        return (yield from super().chat(request, progress))


class Breaks(FakeChatEngine):
    def chat(self, request, progress=ignore_progress):
        yield "It is"
        raise BrokenStreamError("The connection broke.", hint="Ask again.")


@dataclass
class Talk:
    """A page at a picture whose assistant is ``slow`` or ``breaks``."""

    page: Page
    browser: Visit
    server: Serving
    picture_id: str

    def answered_by(self, name: str) -> None:
        self.page.get_by_text("How it answers").click()
        self.page.get_by_label("Who answers").select_option(name)

    def ask(self, question: str) -> None:
        self.page.get_by_label("Ask about this picture").fill(question)
        self.page.keyboard.press("Enter")

    @property
    def answer(self) -> Locator:
        return self.page.locator(".talk-answer")


@pytest.fixture
def talk(server: Serving, visit: Visiting) -> Iterator[Talk]:
    Slow.go.clear()
    for name, engine in (("slow", Slow), ("breaks", Breaks)):
        server.studio.chat.register(name, engine)
    number = paint(server)
    browser = visit(server)
    page = browser.open(f"/#/pictures/{number}")
    expect(page.get_by_label("Ask about this picture")).to_be_visible()
    yield Talk(page, browser, server, number)
    Slow.go.set()


def test_words_are_shown_as_they_come_and_kept(talk: Talk):
    talk.answered_by("slow")
    talk.ask("Which colour is it?")
    expect(talk.page.locator(".talk-question")).to_have_text("Which colour is it?")
    expect(talk.answer).to_have_text("It is teal")
    expect(talk.page.get_by_role("button", name="Stop")).to_be_visible()
    Slow.go.set()
    expect(talk.answer).to_contain_text("It is teal indeed.")
    expect(talk.page.get_by_role("button", name="Hear the answer")).to_be_visible()
    talk.page.reload()
    expect(talk.answer).to_contain_text("It is teal indeed.")
    talk.page.get_by_text("What this rests on").click()
    expect(talk.page.locator(".talk-turn")).to_contain_text("Answered by slow")


def test_what_had_come_before_a_stop_stays(talk: Talk):
    talk.answered_by("slow")
    talk.ask("Which colour is it?")
    expect(talk.answer).to_have_text("It is teal")
    talk.page.get_by_role("button", name="Stop").click()
    expect(talk.page.get_by_text("You stopped it here.")).to_be_visible()
    expect(talk.answer).to_have_text("It is teal")
    talk.page.reload()
    expect(talk.answer).to_have_text("It is teal")
    expect(talk.page.get_by_text("You stopped it here.")).to_be_visible()


def test_a_broken_answer_says_so_and_the_question_is_not_lost(talk: Talk):
    talk.answered_by("breaks")
    talk.ask("Which colour is it?")
    expect(talk.page.get_by_role("alert")).to_contain_text("The connection broke.")
    expect(talk.page.get_by_role("alert")).to_contain_text("Ask again.")
    expect(talk.answer).to_have_text("It is")
    expect(talk.page.get_by_label("Ask about this picture")).to_have_value("Which colour is it?")


def test_a_typed_question_outlives_a_reload(talk: Talk):
    talk.page.get_by_label("Ask about this picture").fill("Which colour")
    talk.page.reload()
    expect(talk.page.get_by_label("Ask about this picture")).to_have_value("Which colour")


def test_a_suggested_question_is_answered_by_our_own_assistant(talk: Talk):
    talk.page.get_by_role("button", name="Which colours stand out?").click()
    expect(talk.page.get_by_role("button", name="Hear the answer")).to_be_visible()
    (kept,) = talk.server.get(f"/api/pictures/{talk.picture_id}/answers").json()["answers"]
    expect(talk.answer).to_have_text(kept["text"])
    assert kept["finish"] == "complete"


def test_a_description_is_asked_for(talk: Talk):
    talk.page.get_by_role("button", name="Describe it").click()
    expect(talk.page.locator(".talk-question")).to_have_text("A description")
    expect(talk.answer).not_to_be_empty()


def test_an_answer_is_heard(talk: Talk):
    talk.ask("Which colours stand out?")
    talk.page.get_by_role("button", name="Hear the answer").click()
    talk.page.wait_for_function("() => document.querySelector('.talk audio').duration > 0.1")
    talk.page.wait_for_function("() => document.querySelector('.talk audio').played.length > 0")
    expect(talk.page.get_by_role("button", name="Hear the answer")).to_be_visible()  # it has been said
    (kept,) = talk.server.get(f"/api/pictures/{talk.picture_id}/answers").json()["answers"]
    assert talk.server.get(kept["speech_url"]).headers["content-type"] == "audio/mpeg"


def test_answers_are_read_aloud_by_themselves_where_that_was_chosen(talk: Talk):
    talk.page.get_by_text("How it answers").click()
    talk.page.get_by_label("Read answers aloud").check()
    talk.ask("Which colours stand out?")
    talk.page.wait_for_function("() => document.querySelector('.talk audio')?.played.length > 0")


def test_an_answer_is_forgotten(talk: Talk):
    talk.ask("Which colours stand out?")
    talk.page.get_by_role("button", name="Forget this answer").click()
    expect(talk.answer).to_have_count(0)
    assert talk.server.get(f"/api/pictures/{talk.picture_id}/answers").json()["answers"] == []


def test_a_question_by_the_keyboard_alone(talk: Talk):
    talk.page.keyboard.press("a")
    expect(talk.page.get_by_label("Ask about this picture")).to_be_focused()
    talk.page.keyboard.type("Which colours stand out?")
    talk.page.keyboard.press("Enter")
    expect(talk.page.get_by_role("button", name="Hear the answer")).to_be_visible()
