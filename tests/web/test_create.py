"""The create view, as somebody uses it."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from studiolo.engines.capabilities import Capabilities, Range, Sizes
from studiolo.engines.fake import FakeImageEngine
from tests.jobs.engines import FailsAtTheSecond, GatedEngine
from tests.server.serving import Serving

from .conftest import Visit

Visiting = Callable[..., Visit]
_DROP = """([place, png]) => {
    const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], "picture.png", { type: "image/png" }));
    const options = { bubbles: true, cancelable: true, dataTransfer: data };
    document.body.dispatchEvent(new DragEvent("dragover", options));
    requestAnimationFrame(() => setTimeout(() =>
        document.querySelector(`[data-drop="${place}"]`).dispatchEvent(new DragEvent("drop", options))));
}"""
_PASTE = """([selector, png]) => {
    const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], "picture.png", { type: "image/png" }));
    document.querySelector(selector).dispatchEvent(
        new ClipboardEvent("paste", { bubbles: true, cancelable: true, clipboardData: data }));
}"""


def png(colour: str = "red", size: tuple[int, int] = (96, 64)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


def halves() -> bytes:
    picture = Image.new("RGB", (96, 64), "#264653")
    picture.paste("#e9c46a", (48, 0, 96, 64))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def text_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


def gate(server: Serving) -> GatedEngine:
    """An engine that takes a step only when it is let: ``gated``."""
    server.studio.registry.register("gated", GatedEngine)
    engine = server.studio.registry.resolve("gated")
    assert isinstance(engine, GatedEngine)
    return engine


def prompt_of(page: Page) -> Locator:
    return page.get_by_label("What shall be painted?")


def open_group(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, expanded=False).click()


def paint(page: Page, prompt: str) -> None:
    """Paint it by the keyboard; returns when the server has the job."""
    expect(page.locator(".paint button[type=submit][aria-disabled]")).to_have_count(0)
    prompt_of(page).fill(prompt)
    with page.expect_response(
        lambda answer: answer.url.endswith("/api/jobs") and answer.request.method == "POST"
    ):
        prompt_of(page).press("Control+Enter")


def jobs(server: Serving) -> list[dict[str, Any]]:
    """Oldest first."""
    return server.get("/api/jobs").json()["jobs"][::-1]


def pictures_on_the_wall(page: Page) -> Locator:
    return page.get_by_role("list", name="Pictures").get_by_role("listitem")


def finished(page: Page) -> Locator:
    """What was painted last, on the easel."""
    return page.locator("a.canvas img")


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
        expect(page.get_by_role("alert")).to_contain_text("no more than 1 may")
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


def choose_engine(page: Page, name: str) -> None:
    open_group(page, "Settings")
    page.get_by_label("Engine", exact=True).select_option(name)
    page.get_by_role("button", name="Settings", expanded=True).click()


class TestWords:
    def test_a_prompt_in_another_language_is_translated_and_can_be_mended(
        self, start: Callable[..., Serving], visit: Visiting
    ):
        server = start(engine="pocket")
        page = visit(server).open()
        prompt_of(page).fill("눈 속의 빨간 사과")
        english = page.get_by_label("The prompt in English")
        expect(english).to_have_value("red apple in snow")
        expect(page.get_by_text("Translated word by word from Korean")).to_be_visible()
        english.fill("a red apple in deep snow")
        page.reload()
        expect(english).to_have_value("a red apple in deep snow")
        page.get_by_role("button", name="Paint", exact=True).click()
        expect(page.locator(".easel")).to_contain_text("눈 속의 빨간 사과")
        expect(finished(page)).to_have_attribute("alt", "a red apple in deep snow")
        (picture,) = server.get("/api/pictures").json()["pictures"]
        assert (picture["prompt"], picture["original_prompt"]) == (
            "a red apple in deep snow",
            "눈 속의 빨간 사과",
        )

    def test_it_can_be_painted_as_it_was_written(self, start: Callable[..., Serving], visit: Visiting):
        server = start(engine="pocket")
        page = visit(server).open()
        prompt_of(page).fill("ein rotes Haus")
        page.get_by_label("Paint it as I wrote it").check()
        expect(page.get_by_label("The prompt in English")).to_have_count(0)
        page.get_by_role("button", name="Paint", exact=True).click()
        expect(finished(page)).to_have_attribute("alt", "ein rotes Haus")

    def test_an_engine_that_reads_everything_is_told_what_was_written(self, server: Serving, visit: Visiting):
        browser = visit(server)
        asked: list[str] = []
        browser.page.on("request", lambda request: asked.append(request.url))
        page = browser.open()
        paint(page, "눈 속의 빨간 사과")
        expect(finished(page)).to_have_attribute("alt", "눈 속의 빨간 사과")
        assert not [url for url in asked if "translations" in url]

    def test_ideas_are_edited_chosen_and_painted_together(self, server: Serving, visit: Visiting):
        page = visit(server).open()
        open_group(page, "Ideas")
        page.get_by_label("Style or mood").fill("watercolour")
        page.get_by_label("Keywords").fill("owl, books")
        page.get_by_role("button", name="Give me 3 ideas").click()
        ideas = page.locator(".idea textarea")
        expect(ideas).to_have_count(3)
        first, third = ideas.first.input_value(), ideas.nth(2).input_value()
        ideas.nth(1).fill("an owl of my own")
        page.get_by_label("Choose idea 2").check()
        page.get_by_label("Choose idea 3").check()
        page.reload()
        expect(ideas.nth(1)).to_have_value("an owl of my own")
        page.get_by_role("button", name="Paint the chosen (2)").click()
        expect(page.get_by_role("button", name="Paint the chosen", exact=True)).to_be_disabled()
        expect(page.locator(".work")).to_contain_text(third)
        assert [job["prompt"] for job in jobs(server)] == ["an owl of my own", third]
        page.get_by_role("button", name="Other ideas").click()
        expect(page.locator(".idea textarea").first).not_to_have_value(first)
        kept = [box.input_value() for box in ideas.all()]
        assert "an owl of my own" in kept
        assert first not in kept

    def test_an_idea_becomes_the_prompt(self, server: Serving, visit: Visiting):
        page = visit(server).open()
        open_group(page, "Ideas")
        page.get_by_label("Keywords").fill("owl")
        page.get_by_label("Keywords").press("Enter")
        idea = page.get_by_label("Idea 1", exact=True)
        expect(idea).to_be_visible()
        page.get_by_role("button", name="Use as prompt").first.click()
        expect(prompt_of(page)).to_have_value(idea.input_value())


class TestPalette:
    def test_many_are_pasted_moved_removed_and_sent(self, server: Serving, visit: Visiting):
        page = visit(server).open()
        open_group(page, "Palette")
        box = page.get_by_label("Paste colours")
        box.fill("264653-2a9d8f; #E9C46A and #f42 (decades)")
        box.press("Enter")
        swatches = page.get_by_role("listbox").get_by_role("option")
        expect(swatches).to_have_count(4)
        expect(swatches.nth(3)).to_have_accessible_name("Colour 4: #ff4422")
        swatches.nth(2).click()
        page.keyboard.press("Shift+ArrowLeft")
        expect(swatches.nth(1)).to_have_accessible_name("Colour 2: #e9c46a")
        expect(swatches.nth(1)).to_be_focused()
        page.keyboard.press("ArrowLeft")
        expect(swatches.nth(0)).to_be_focused()
        page.keyboard.press("Delete")
        expect(swatches).to_have_count(3)
        page.reload()
        expect(swatches).to_have_count(3)
        paint(page, "a red apple")
        expect(finished(page)).to_be_visible()
        assert jobs(server)[0]["request"]["palette"] == ["#e9c46a", "#2a9d8f", "#ff4422"]

    def test_a_picture_gives_its_colours(self, server: Serving, visit: Visiting):
        page = visit(server).open()
        page.evaluate(_DROP, ["palette", text_of(halves())])
        names = [each.get_attribute("aria-label") for each in _swatches(page, 2)]
        assert {name.split()[-1] for name in names if name} == {"#264653", "#e9c46a"}

    def test_an_engine_without_palettes_names_one_that_has(self, server: Serving, visit: Visiting):
        server.studio.registry.register("plain", _Plain)
        page = visit(server).open()
        choose_engine(page, "plain")
        open_group(page, "Palette")
        expect(page.get_by_role("note")).to_contain_text("plain does not take colours.")
        page.get_by_role("button", name="Use fake").click()
        expect(page.get_by_text("Up to 10 colours")).to_be_visible()


def _swatches(page: Page, count: int) -> list[Locator]:
    swatches = page.get_by_role("listbox").get_by_role("option")
    expect(swatches).to_have_count(count)
    return swatches.all()


class _Plain(FakeImageEngine):
    """Nothing but a prompt, one shape, and a knob nobody knows yet."""

    @property
    def capabilities(self) -> Capabilities:
        return _Knobbed(
            description="Plain.",
            sizes=Sizes(minimum=64, maximum=64, multiple=64, default=(64, 64)),
            languages=(),
            max_count=1,
            refiner_handover=Range(minimum=0, maximum=1, default=0.8),
        )


class _Knobbed(Capabilities):
    refiner_handover: Range


class TestStartingFromAPicture:
    def test_one_is_chosen_and_how_far_to_leave_it(self, server: Serving, visit: Visiting):
        page = visit(server).open()
        open_group(page, "Start from a picture")
        with page.expect_file_chooser() as choosing:
            page.get_by_role("button", name="File …").click()
        choosing.value.set_files({"name": "red.png", "mimeType": "image/png", "buffer": png()})
        expect(page.get_by_role("img", name="The picture to start from")).to_be_visible()
        page.get_by_role("spinbutton", name="How far to leave the picture").fill("0.3")
        page.keyboard.press("Enter")
        page.reload()
        expect(page.get_by_role("img", name="The picture to start from")).to_be_visible()
        paint(page, "a red apple")
        expect(finished(page)).to_be_visible()
        request = jobs(server)[0]["request"]
        assert request["init_image"].startswith("sha256:")
        assert request["strength"] == 0.3
        assert (request["width"], request["height"]) == (96, 64)

    @pytest.mark.parametrize("target", ["body", "#prompt"])
    def test_one_is_pasted_anywhere(self, target: str, server: Serving, visit: Visiting):
        page = visit(server).open()
        page.evaluate(_PASTE, [target, text_of(png())])
        expect(page.get_by_role("img", name="The picture to start from")).to_be_visible()

    def test_one_is_dropped_anywhere(self, server: Serving, visit: Visiting):
        page = visit(server).open()
        page.evaluate(_DROP, ["start", text_of(png())])
        expect(page.get_by_role("img", name="The picture to start from")).to_be_visible()
        expect(page.locator(".drop-veil")).to_have_count(0)
        page.get_by_role("button", name="Do not start from it").click()
        expect(page.get_by_role("img", name="The picture to start from")).to_have_count(0)

    def test_one_is_taken_from_the_gallery(self, server: Serving, visit: Visiting):
        page = visit(server).open()
        paint(page, "a red apple")
        expect(finished(page)).to_be_visible()
        open_group(page, "Start from a picture")
        page.get_by_role("button", name="Gallery …").click()
        dialog = page.get_by_role("dialog", name="From the gallery")
        dialog.get_by_label("Search your pictures").fill("apple")
        dialog.get_by_role("button", name="a red apple").click()
        expect(page.get_by_role("img", name="The picture to start from")).to_be_visible()
        paint(page, "the same at night")
        expect(finished(page)).to_have_attribute("alt", "the same at night")

    def test_what_is_no_picture_is_said_beside_it(self, server: Serving, visit: Visiting):
        browser = visit(server)
        browser.watch.allow("status of 4")
        page = browser.open()
        open_group(page, "Start from a picture")
        with page.expect_file_chooser() as choosing:
            page.get_by_role("button", name="File …").click()
        choosing.value.set_files({"name": "red.png", "mimeType": "image/png", "buffer": b"this is text"})
        expect(page.get_by_role("alert")).to_contain_text("picture")
        page.get_by_label("address of a picture").fill("https://127.0.0.1/secret.png")
        page.get_by_role("button", name="Fetch").click()
        expect(page.get_by_role("alert")).to_contain_text("address")


class TestSettings:
    def test_they_follow_the_engine(self, server: Serving, visit: Visiting):
        server.studio.registry.register("plain", _Plain)
        page = visit(server).open()
        open_group(page, "Settings")
        expect(page.get_by_role("slider", name="Guidance")).to_be_visible()
        expect(page.get_by_label("What to keep out")).to_be_visible()
        page.get_by_label("Engine", exact=True).select_option("plain")
        expect(page.get_by_role("slider", name="Guidance")).to_have_count(0)
        expect(page.get_by_label("What to keep out")).to_have_count(0)
        expect(page.get_by_role("slider", name="Refiner handover")).to_have_value("0.8")
        expect(page.get_by_role("radio")).to_have_count(1)

    def test_sizes_by_shape_and_by_number_are_remembered_for_each_engine(
        self, server: Serving, visit: Visiting
    ):
        server.studio.registry.register("plain", _Plain)
        page = visit(server).open()
        open_group(page, "Settings")
        page.get_by_role("radio", name="3:2", exact=True).click()
        width, height = (
            page.get_by_role("spinbutton", name=name, exact=True) for name in ("Width", "Height")
        )
        expect(width).to_have_value("576")
        expect(height).to_have_value("384")
        page.get_by_role("button", name="Swap width and height").click()
        expect(page.get_by_role("radio", name="2:3", exact=True)).to_be_checked()
        width.fill("301")
        width.press("Enter")
        expect(width).to_have_value("304")
        page.get_by_label("Engine", exact=True).select_option("plain")
        expect(width).to_have_value("64")
        page.get_by_label("Engine", exact=True).select_option("fake")
        expect(width).to_have_value("304")
        paint(page, "a red apple")
        expect(finished(page)).to_be_visible()
        assert (jobs(server)[0]["request"]["width"], jobs(server)[0]["request"]["height"]) == (304, 576)
        page.get_by_role("button", name="Back to defaults").click()
        expect(width).to_have_value("64")

    def test_a_seed_is_new_each_time_unless_it_is_locked(self, server: Serving, visit: Visiting):
        page = visit(server).open()
        open_group(page, "Settings")
        paint(page, "one")
        expect(finished(page)).to_have_attribute("alt", "one")
        paint(page, "two")
        expect(finished(page)).to_have_attribute("alt", "two")
        page.get_by_role("button", name="Keep this seed").click()
        seed = page.get_by_role("spinbutton", name="Seed").input_value()
        expect(page.locator(".easel")).to_contain_text(f"seed {seed}")
        paint(page, "three")
        expect(finished(page)).to_have_attribute("alt", "three")
        page.get_by_role("button", name="Throw the dice").click()
        expect(page.get_by_role("spinbutton", name="Seed")).not_to_have_value(seed)
        one, two, three = (job["request"]["seed"] for job in jobs(server))
        assert one != two
        assert two == three == int(seed)


class TestLinks:
    @pytest.fixture
    def painted(self, server: Serving) -> dict[str, Any]:
        job = server.post(
            "/api/jobs",
            json={
                "prompt": "a red apple",
                "seed": 7,
                "steps": 9,
                "width": 128,
                "height": 96,
                "palette": ["#264653"],
                "negative_prompt": "pears",
                "init_image": f"data:image/png;base64,{text_of(png())}",
                "strength": 0.35,
            },
        ).json()
        server.studio.jobs.wait(job["id"], 60)
        return server.get("/api/pictures").json()["pictures"][0]

    def test_again_fills_in_everything_and_can_be_undone(
        self, painted: dict[str, Any], server: Serving, visit: Visiting
    ):
        browser = visit(server)
        page = browser.open()
        prompt_of(page).fill("something else")
        page.goto(f"{server.address}/#/?again={painted['id']}")
        expect(prompt_of(page)).to_have_value("a red apple")
        expect(page.get_by_role("spinbutton", name="Seed")).to_have_value("7")
        expect(page).to_have_url(f"{server.address}/#/")
        paint(page, "a red apple")
        expect(page.locator(".justified li")).to_have_count(1)
        server.studio.jobs.wait(jobs(server)[-1]["id"], 60)
        first, second = (picture["request"] for picture in server.get("/api/pictures").json()["pictures"])
        assert first == second
        page.get_by_role("button", name="Undo").click()
        expect(prompt_of(page)).to_have_value("something else")

    def test_from_palette_and_reference(self, painted: dict[str, Any], server: Serving, visit: Visiting):
        page = visit(server).open(f"/#/?from={painted['id']}")
        expect(page.get_by_role("img", name="The picture to start from")).to_be_visible()
        page.goto(f"{server.address}/#/?reference={painted['id']}")
        expect(page.get_by_role("img", name="Reference")).to_be_visible()
        page.goto(f"{server.address}/#/?palette={painted['id']}")
        expect(page.get_by_role("listbox")).to_be_visible()

    def test_a_picture_that_is_gone_is_said(self, server: Serving, visit: Visiting):
        browser = visit(server)
        browser.watch.allow("status of 404")
        page = browser.open()
        prompt_of(page).fill("mine")
        page.goto(f"{server.address}/#/?again=1kqz8m4t2-7k3f")
        expect(page.locator(".toast")).to_contain_text("1kqz8m4t2-7k3f")
        expect(prompt_of(page)).to_have_value("mine")


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
        _no_violations(page)
        paint(page, "a red apple")
        expect(finished(page)).to_be_visible()
        for name in ("Ideas", "Palette", "Start from a picture", "Settings"):
            open_group(page, name)
        page.get_by_label("Paste colours").fill("#264653 #2a9d8f")
        page.get_by_label("Paste colours").press("Enter")
        page.evaluate(_PASTE, ["body", text_of(png())])
        page.get_by_label("Keywords").fill("owl")
        page.get_by_role("button", name="Give me 3 ideas").click()
        expect(page.locator(".idea")).to_have_count(3)
        expect(page.get_by_role("img", name="The picture to start from")).to_be_visible()
        page.get_by_label("Engine", exact=True).select_option("gated")
        for prompt in ("number one", "number two", "number three"):
            paint(page, prompt)
        expect(page.locator(".waiting")).to_have_count(2)
        _no_violations(page)
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
        _no_violations(page)
        sheet.get_by_role("button", name="닫기").tap()
        page.get_by_role("button", name="그리기", exact=True).tap()
        expect(finished(page)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        assert jobs(server)[0]["request"]["height"] == 576
        _no_violations(page)


def _no_violations(page: Page) -> None:
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
