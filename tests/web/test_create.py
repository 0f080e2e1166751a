"""The create view as somebody meets it: the first picture, jobs that come and go, everybody."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import APIResponse, Route, expect

from tests.jobs.engines import FailsAtTheSecond
from tests.server.serving import Serving

from .creating import (
    PASTE,
    Visiting,
    assert_no_violations,
    choose_engine,
    finished,
    gate,
    jobs,
    open_group,
    paint,
    pictures_on_the_wall,
    png,
    prompt_of,
    text_of,
)


class TestFirstVisit:
    def test_an_example_becomes_a_picture(self, start: Callable[..., Serving], visit: Visiting):
        server = start(engine="pocket")
        page = visit(server).open()
        expect(page.get_by_role("heading", name="Say what you would like to see")).to_be_visible()
        expect(page.locator(".example img")).to_have_count(3)
        page.get_by_role("button", name="a green owl on a book at night").click()
        expect(prompt_of(page)).to_have_value("a green owl on a book at night")
        expect(prompt_of(page)).to_be_focused()
        page.keyboard.press("Control+Enter")
        expect(page.get_by_role("progressbar")).to_be_visible()
        expect(finished(page)).to_have_attribute("alt", "a green owl on a book at night")
        assert finished(page).evaluate("image => image.decode().then(() => image.naturalWidth)") == 512
        expect(page.get_by_role("heading", name="Say what you would like to see")).to_have_count(0)
        page.locator("a.canvas").click()
        expect(page).to_have_url(
            f"{server.address}/#/pictures/{server.get('/api/pictures').json()['pictures'][0]['id']}"
        )

    def test_nothing_to_paint_is_said(self, server: Serving, visit: Visiting):
        page = visit(server).open()
        page.get_by_role("button", name="Paint", exact=True).click()
        expect(page.get_by_role("alert")).to_have_text("Say what to paint first.")
        expect(prompt_of(page)).to_be_focused()
        assert jobs(server) == []

    def test_a_prompt_that_is_too_long_is_said_and_kept(self, server: Serving, visit: Visiting):
        page = visit(server).open()
        prompt_of(page).fill("apple " * 400)
        expect(page.get_by_role("alert")).to_contain_text("2,399 of 2,000 characters")
        button = page.get_by_role("button", name="Paint", exact=True)
        expect(button).to_have_accessible_description(re.compile("2,399 of 2,000 characters"))
        prompt_of(page).press("Control+Enter")
        expect(page.locator("#said")).to_contain_text("2,399 of 2,000")
        expect(prompt_of(page)).to_have_value("apple " * 400)
        assert jobs(server) == []


class TestJobs:
    def test_a_reload_in_the_middle_loses_nothing(self, start: Callable[..., Serving], visit: Visiting):
        server = start(engine="fake")
        engine = gate(server)
        page = visit(server).open()
        choose_engine(page, "gated")
        page.get_by_role("button", name="More pictures").click()
        paint(page, "a red apple")
        for _ in range(2):
            engine.gate.release()
        expect(page.get_by_text("step 3 of 4")).to_be_visible()
        expect(page.get_by_role("img", name="Preview of: a red apple")).to_be_visible()
        page.reload()
        expect(prompt_of(page)).to_have_value("a red apple")
        expect(page.get_by_role("spinbutton", name="How many pictures")).to_have_value("2")
        expect(page.get_by_text("step 3 of 4")).to_be_visible()
        for _ in range(2):
            engine.gate.release()
        expect(pictures_on_the_wall(page)).to_have_count(1)  # the first hangs while the second is painted
        expect(page.get_by_text("Picture 2 of 2")).to_be_visible()
        for _ in range(4):
            engine.gate.release()
        expect(page.get_by_role("progressbar")).to_have_count(0)
        expect(finished(page)).to_be_visible()
        page.reload()
        expect(pictures_on_the_wall(page)).to_have_count(2)

    def test_a_first_picture_that_comes_before_the_list_does_stays(
        self, start: Callable[..., Serving], visit: Visiting
    ):
        server = start(engine="fake")
        browser = visit(server)
        page = browser.new_tab()
        late: list[tuple[Route, APIResponse]] = []
        page.route("**/api/pictures?*", lambda route: late.append((route, route.fetch())))
        browser.open(page=page)
        paint(page, "a red apple")
        expect(page.get_by_role("progressbar")).to_have_count(0)
        done = "async () => (await (await fetch('/api/jobs')).json()).jobs[0]?.state === 'done'"
        page.wait_for_function(done)
        assert late, "the list was asked for before the picture came"
        for route, response in late:
            route.fulfill(response=response)
        page.unroute("**/api/pictures?*")
        expect(finished(page)).to_have_attribute("alt", "a red apple")

    def test_cancel_ends_exactly_that_job(self, server: Serving, visit: Visiting):
        engine = gate(server)
        page = visit(server).open()
        choose_engine(page, "gated")
        for prompt in ("number one", "number two", "number three"):
            paint(page, prompt)
        waiting = page.locator(".waiting")
        expect(waiting).to_have_count(2)
        waiting.filter(has_text="number two").get_by_role("button", name="Cancel").click()
        expect(waiting).to_have_count(1)
        expect(waiting).to_contain_text("number three")
        page.locator(".easel").get_by_role("button", name="Cancel").click()
        expect(page.locator(".easel")).to_contain_text("number three")
        for _ in range(4):
            engine.gate.release()
        expect(finished(page)).to_have_attribute("alt", "number three")
        assert [job["state"] for job in jobs(server)] == ["cancelled", "cancelled", "done"]

    def test_a_waiting_job_goes_first(self, server: Serving, visit: Visiting):
        gate(server)
        page = visit(server).open()
        choose_engine(page, "gated")
        for prompt in ("number one", "number two", "number three"):
            paint(page, prompt)
        expect(page.locator(".easel")).to_contain_text("number one")
        last = page.locator(".waiting").last
        expect(last).to_contain_text("number three")
        last.get_by_role("button", name="Paint this next").click()
        expect(page.locator(".waiting").first).to_contain_text("number three")
        expect(page.locator(".waiting").first.get_by_role("button", name="Paint this next")).to_have_count(0)

    def test_two_tabs_show_the_same(self, server: Serving, visit: Visiting):
        engine = gate(server)
        browser = visit(server)
        page = browser.open()
        other = browser.open(page=browser.new_tab())
        choose_engine(page, "gated")
        paint(page, "a red apple")
        expect(other.get_by_role("progressbar", name="a red apple")).to_be_visible()
        expect(other.get_by_role("button", name="Add to queue")).to_be_visible()
        for _ in range(4):
            engine.gate.release()
        for tab in (page, other):
            expect(finished(tab)).to_have_attribute("alt", "a red apple")

    def test_a_full_queue_is_said_and_nothing_is_lost(self, start: Callable[..., Serving], visit: Visiting):
        server = start(queue_size=1)
        gate(server)
        browser = visit(server)
        browser.watch.allow("status of 429")
        page = browser.open()
        choose_engine(page, "gated")
        paint(page, "an apple")
        expect(page.locator(".easel")).to_be_visible()
        paint(page, "a waiting apple")
        expect(page.locator(".waiting")).to_be_visible()
        paint(page, "one more apple")
        expect(page.get_by_role("alert")).to_contain_text("no more than 1 job may")
        expect(prompt_of(page)).to_have_value("one more apple")

    def test_a_failed_job_stays_until_it_is_tried_again(self, server: Serving, visit: Visiting):
        server.studio.registry.register("fails", FailsAtTheSecond)
        page = visit(server).open()
        choose_engine(page, "fails")
        page.get_by_role("button", name="More pictures").click()
        paint(page, "engine")
        failed = page.locator(".failed")
        expect(failed).to_contain_text("The paint ran out. Buy paint.")
        expect(
            page.get_by_role("status").filter(has_text="Could not be painted: The paint ran out.")
        ).to_be_attached()
        page.reload()
        expect(failed).to_have_count(1)
        failed.get_by_role("button", name="Try again").click()
        expect(failed).to_have_count(0)
        expect(finished(page)).to_be_visible()  # the second picture, which was missing
        assert [job["state"] for job in jobs(server)] == ["failed", "done"]

    def test_what_is_dismissed_does_not_come_back(self, server: Serving, visit: Visiting):
        server.studio.registry.register("fails", FailsAtTheSecond)
        page = visit(server).open()
        choose_engine(page, "fails")
        page.get_by_role("button", name="More pictures").click()
        paint(page, "crash")
        failed = page.locator(".failed")
        expect(failed).not_to_contain_text("secret")
        failed.get_by_role("button", name="Dismiss").click()
        expect(failed).to_have_count(0)
        page.reload()
        expect(pictures_on_the_wall(page).first).to_be_visible()
        expect(failed).to_have_count(0)


class TestForEverybody:
    def test_by_the_keyboard_alone(self, server: Serving, visit: Visiting):
        page = visit(server).open()
        page.keyboard.press("/")
        expect(prompt_of(page)).to_be_focused()
        page.keyboard.type("a red apple")
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Paint", exact=True)).to_be_focused()
        page.keyboard.press("Enter")
        expect(finished(page)).to_be_visible()
        page.keyboard.press("Escape")
        expect(finished(page)).to_be_visible()
        for _ in range(4):
            page.keyboard.press("Tab")
        page.keyboard.press("Shift+Tab")
        expect(page.get_by_role("button", name="Ideas")).to_be_focused()

    def test_screen_readers_hear_beginning_pictures_and_end_but_not_steps(
        self, server: Serving, visit: Visiting
    ):
        engine = gate(server)
        page = visit(server).open()
        choose_engine(page, "gated")
        page.get_by_role("button", name="More pictures").click()
        page.evaluate("""() => {
            window.heard = [];
            new MutationObserver(() => heard.push(said.textContent))
                .observe(said, { characterData: true, childList: true, subtree: true });
        }""")
        paint(page, "a red apple")
        for _ in range(8):
            engine.gate.release()
        expect(finished(page)).to_be_visible()
        page.wait_for_function("heard.at(-1) === 'Finished: a red apple'")
        heard = page.evaluate("heard")
        assert "Picture 1 of 2 is done." in heard
        assert len(heard) <= 6

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_axe_finds_nothing(self, scheme: str, server: Serving, visit: Visiting):
        engine = gate(server)
        page = visit(server, color_scheme=scheme, reduced_motion="reduce").open()
        expect(page.locator(".example img")).to_have_count(3)
        assert_no_violations(page)
        paint(page, "a red apple")
        expect(finished(page)).to_be_visible()
        for name in ("Ideas", "Palette", "Start from a picture", "Settings"):
            open_group(page, name)
        page.get_by_label("Paste colours").fill("#264653 #2a9d8f")
        page.get_by_label("Paste colours").press("Enter")
        page.evaluate(PASTE, ["body", text_of(png())])
        page.get_by_label("Keywords").fill("owl")
        page.get_by_role("button", name="Give me 3 ideas").click()
        expect(page.locator(".idea")).to_have_count(3)
        expect(page.get_by_role("img", name="The picture to start from")).to_be_visible()
        page.get_by_label("Engine", exact=True).select_option("gated")
        for prompt in ("number one", "number two", "number three"):
            paint(page, prompt)
        expect(page.locator(".waiting")).to_have_count(2)
        assert_no_violations(page)
        assert engine.prompts == ["number one"]

    def test_on_a_phone_in_korean(self, start: Callable[..., Serving], visit: Visiting):
        server = start(engine="pocket")
        page = visit(
            server,
            viewport={"width": 390, "height": 844},
            locale="ko-KR",
            has_touch=True,
            is_mobile=True,
            reduced_motion="reduce",
        ).open()
        page.get_by_label("무엇을 그릴까요?").fill("눈 속의 빨간 사과")
        page.get_by_role("button", name="설정").tap()
        sheet = page.get_by_role("dialog", name="설정")
        expect(sheet).to_be_visible()
        sheet.get_by_role("radio", name="2:3", exact=True).tap()
        assert_no_violations(page)
        sheet.get_by_role("button", name="닫기").tap()
        page.get_by_role("button", name="그리기", exact=True).tap()
        expect(finished(page)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        assert jobs(server)[0]["request"]["height"] == 576
        assert_no_violations(page)
