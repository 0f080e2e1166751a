"""A picture changed by hand: a part of it painted anew, more of it painted around."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from studiolo.engines.capabilities import Capabilities
from studiolo.engines.fake import FakeImageEngine
from studiolo.errors import EngineError
from studiolo.requests import ignore_progress
from tests.jobs.engines import GatedEngine
from tests.server.serving import Serving

from .looking import PHONE, Visiting, newest, no_violations, paint, picture, pixels, sides

WIDTH, HEIGHT = 256, 192
OVERLAP = 16


class Fails(FakeImageEngine):
    def generate(self, request, progress=ignore_progress):
        raise EngineError("The paint ran out.", hint="Buy paint.")
        yield


class FillsHoles(FakeImageEngine):
    @property
    def capabilities(self) -> Capabilities:
        every = super().capabilities
        return every.model_copy(update={"tasks": every.tasks - {"outpainting"}})


def open_tool(page: Page, name: str) -> None:
    page.get_by_role("button", name="What to do with this picture").click()
    page.get_by_role("menuitem", name=name).click()


def draw(page: Page, *places: tuple[float, float], lift: bool = True) -> None:
    """Draw a line through places of the picture, each as shares of its width and height."""
    box = page.get_by_role("application").bounding_box()
    assert box
    at = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in places]
    page.mouse.move(*at[0])
    page.mouse.down()
    for place in at[1:]:
        page.mouse.move(*place, steps=6)
    if lift:
        page.mouse.up()


def start_painting(page: Page, prompt: str | None = None) -> None:
    if prompt is not None:
        page.get_by_label("What shall be there?").fill(prompt)
    page.get_by_role("button", name="Paint", exact=True).click()


def finished(page: Page) -> None:
    expect(page.get_by_role("slider", name="Before and after")).to_be_visible()


class TestBrush:
    @pytest.fixture
    def number(self, server: Serving) -> str:
        return paint(server)

    @pytest.fixture
    def page(self, server: Serving, number: str, visit: Visiting) -> Page:
        page = visit(server).open(f"/#/pictures/{number}?tool=brush")
        expect(page.get_by_text("Nothing is marked yet.")).to_be_visible()
        return page

    def test_only_what_was_drawn_over_is_painted_anew(self, server: Serving, number: str, visit: Visiting):
        page = visit(server).open(f"/#/pictures/{number}")
        open_tool(page, "Repaint a part")
        draw(page, (0.2, 0.5), (0.4, 0.5))
        expect(page.get_by_text("of the picture is marked.")).to_be_visible()
        start_painting(page, "a green pear")
        finished(page)
        made = newest(server)
        assert made["id"] != number
        assert made["prompt"] == "a green pear"
        assert (made["width"], made["height"]) == (WIDTH, HEIGHT)
        changed = np.abs(pixels(server, made["id"]) - pixels(server, number)).sum(axis=2) > 0
        radius = 19 / 2 + 1
        rows, columns = np.nonzero(changed)
        assert 0.2 * WIDTH - radius <= columns.min() < columns.max() <= 0.4 * WIDTH + radius
        assert 0.5 * HEIGHT - radius <= rows.min() < rows.max() <= 0.5 * HEIGHT + radius
        assert changed[HEIGHT // 2, int(0.3 * WIDTH)]
        assert changed.mean() < 0.04

    def test_before_and_after_then_on_with_the_result(self, server: Serving, number: str, page: Page):
        draw(page, (0.2, 0.5), (0.4, 0.5))
        start_painting(page, "a green pear")
        finished(page)
        slider = page.get_by_role("slider", name="Before and after")
        slider.focus()
        page.keyboard.press("Home")
        expect(slider).to_have_attribute("aria-valuetext", "Before 0%")
        page.get_by_role("button", name="Keep editing this").click()
        expect(page).to_have_url(f"{server.address}/#/pictures/{newest(server)['id']}?tool=brush")
        expect(page.get_by_text("Nothing is marked yet.")).to_be_visible()
        page.get_by_role("button", name="Done").click()
        expect(page.get_by_role("heading", name="a green pear", level=1)).to_be_visible()
        assert picture(server, number)["prompt"] == "a red apple"

    def test_of_several_results_one_is_chosen(self, server: Serving, page: Page):
        draw(page, (0.2, 0.5), (0.4, 0.5))
        page.get_by_role("button", name="More pictures").click()
        start_painting(page, "a green pear")
        finished(page)
        page.get_by_role("button", name="Result 2").click()
        expect(page.get_by_role("button", name="Result 2")).to_have_attribute("aria-pressed", "true")
        page.get_by_role("button", name="Show it").click()
        (job,) = server.get("/api/jobs").json()["jobs"]
        second = server.get(f"/api/jobs/{job['id']}").json()["pictures"][1]
        expect(page).to_have_url(f"{server.address}/#/pictures/{second['id']}")

    def test_undo_redo_eraser_invert_and_clear(self, page: Page):
        marked = page.get_by_role("status").filter(has_text="marked")
        draw(page, (0.3, 0.3), (0.7, 0.3))
        expect(marked).not_to_have_text("Nothing is marked yet.")
        one = marked.inner_text()
        draw(page, (0.3, 0.7), (0.7, 0.7))
        expect(marked).not_to_have_text(one)
        two = marked.inner_text()
        page.keyboard.press("Control+z")
        expect(marked).to_have_text(one)
        page.keyboard.press("Control+Shift+z")
        expect(marked).to_have_text(two)
        page.get_by_role("radio", name="Eraser").click()
        draw(page, (0.25, 0.7), (0.75, 0.7))
        expect(marked).to_have_text(one)
        page.get_by_role("button", name="Clear the mask").click()
        expect(marked).to_have_text("Nothing is marked yet.")
        page.get_by_role("button", name="Invert the mask").click()
        expect(marked).to_have_text("100% of the picture is marked.")

    def test_by_the_keyboard_alone_as_a_rectangle(self, server: Serving, number: str, page: Page):
        page.keyboard.press("m")
        page.get_by_role("application").focus()
        page.keyboard.press("ArrowRight")  # by a twentieth of the width
        page.keyboard.press("Shift+ArrowDown")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").filter(has_text="marked")).to_have_text(
            "27.6% of the picture is marked."
        )
        page.get_by_label("What shall be there?").focus()
        page.keyboard.type("a green pear")
        page.keyboard.press("Control+Enter")
        finished(page)
        changed = np.abs(pixels(server, newest(server)["id"]) - pixels(server, number)).sum(axis=2) > 0
        hole = np.zeros((HEIGHT, WIDTH), bool)
        hole[48 : 48 + 96 + 10, 64 + 13 : 64 + 13 + 128] = True
        assert not changed[~hole].any()
        assert changed[hole].mean() > 0.9

    def test_brush_keys_change_its_size(self, page: Page):
        size = page.get_by_role("slider", name="Brush size")
        before = int(size.input_value())
        page.keyboard.press("]")
        expect(size).to_have_value(str(round(before * 1.25)))
        page.keyboard.press("[")
        expect(size).to_have_value(str(before))

    def test_what_is_missing_is_said(self, server: Serving, page: Page):
        start_painting(page)
        expect(page.get_by_role("alert")).to_have_text("Mark a part of the picture first.")
        draw(page, (0.2, 0.5), (0.4, 0.5))
        start_painting(page)
        expect(page.get_by_role("alert")).to_have_text("Say what to paint first.")
        assert server.get("/api/jobs").json()["jobs"] == []

    def test_a_reload_loses_neither_mask_nor_words_nor_the_job(
        self, server: Serving, number: str, visit: Visiting
    ):
        server.studio.registry.register("gated", GatedEngine)
        engine = server.studio.registry.resolve("gated")
        assert isinstance(engine, GatedEngine)
        page = visit(server).open(f"/#/pictures/{number}?tool=brush")
        draw(page, (0.2, 0.5), (0.4, 0.5))
        page.get_by_label("What shall be there?").fill("a green pear")
        marked = page.get_by_role("status").filter(has_text="marked").inner_text()
        page.reload()
        expect(page.get_by_role("status").filter(has_text="marked")).to_have_text(marked)
        expect(page.get_by_label("What shall be there?")).to_have_value("a green pear")
        page.get_by_label("Engine").select_option("gated")
        start_painting(page)
        engine.gate.release()
        expect(page.get_by_text("step 2 of 4")).to_be_visible()
        page.reload()
        expect(page.get_by_text("step 2 of 4")).to_be_visible()
        for _ in range(3):
            engine.gate.release()
        finished(page)

    def test_a_cancelled_one_leaves_the_mask(self, server: Serving, number: str, visit: Visiting):
        server.studio.registry.register("gated", GatedEngine)
        page = visit(server).open(f"/#/pictures/{number}?tool=brush")
        draw(page, (0.2, 0.5), (0.4, 0.5))
        page.get_by_label("Engine").select_option("gated")
        start_painting(page, "a green pear")
        page.get_by_role("button", name="Cancel").click()
        expect(page.get_by_text("of the picture is marked.")).to_be_visible()
        expect(page.get_by_role("application")).to_be_visible()
        assert server.get("/api/jobs").json()["jobs"][0]["state"] == "cancelled"

    def test_what_goes_wrong_is_said(self, server: Serving, number: str, visit: Visiting):
        server.studio.registry.register("fails", Fails)
        page = visit(server).open(f"/#/pictures/{number}?tool=brush")
        draw(page, (0.2, 0.5), (0.4, 0.5))
        page.get_by_label("Engine").select_option("fails")
        start_painting(page, "a green pear")
        expect(page.get_by_role("alert").filter(has_text="The paint ran out.")).to_contain_text("Buy paint.")
        expect(page.get_by_text("of the picture is marked.")).to_be_visible()

    def test_two_fingers_come_nearer_and_draw_nothing(self, server: Serving, number: str, visit: Visiting):
        page = visit(server, has_touch=True).open(f"/#/pictures/{number}?tool=brush")
        canvas = page.get_by_role("application")
        before = canvas.bounding_box()
        assert before
        x, y = before["x"] + before["width"] / 2, before["y"] + before["height"] / 2
        devtools = page.context.new_cdp_session(page)
        for kind, apart in (("touchStart", 0), ("touchStart", 40), ("touchMove", 80), ("touchMove", 120)):
            points = [{"x": x - apart, "y": y, "id": 1}, {"x": x + apart, "y": y, "id": 2}][
                : 2 if apart else 1
            ]
            devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        after = canvas.bounding_box()
        assert after
        assert after["width"] > 2 * before["width"]
        expect(page.get_by_text("Nothing is marked yet.")).to_be_visible()


class TestExtend:
    @pytest.fixture
    def number(self, server: Serving) -> str:
        return paint(server)

    @pytest.fixture
    def page(self, server: Serving, number: str, visit: Visiting) -> Page:
        page = visit(server).open(f"/#/pictures/{number}")
        open_tool(page, "Extend the picture")
        expect(page.get_by_label("What shall be around it?")).to_have_value("a red apple")
        return page

    @pytest.mark.parametrize("seam", ["Blend it", "Keep every pixel"])
    def test_the_old_picture_is_inside_the_larger_one(
        self, seam: str, server: Serving, number: str, page: Page
    ):
        for side, pixels_added in (("Left", "64"), ("Bottom", "41")):
            page.get_by_role("spinbutton", name=side).fill(pixels_added)
            page.keyboard.press("Tab")
        expect(page.get_by_text(f"Becomes {sides(320, 233)}.")).to_be_visible()
        page.get_by_role("radio", name=seam).click()
        start_painting(page)
        finished(page)
        made = newest(server)
        assert (made["width"], made["height"]) == (WIDTH + 64, HEIGHT + 41)
        assert made["request"]["outpaint"] == [64, 0, 0, 41]
        kept = pixels(server, made["id"])[:HEIGHT, 64:] == pixels(server, number)
        assert kept[: HEIGHT - OVERLAP, OVERLAP:].all()
        assert kept.all() == (seam == "Keep every pixel")  # blended, it is painted over a little
        page.get_by_role("button", name="Show it").click()
        expect(page).to_have_url(f"{server.address}/#/pictures/{made['id']}")

    def test_before_stands_where_it_is_in_what_it_grew_to(self, page: Page):
        page.get_by_role("spinbutton", name="Left").fill("256")
        page.keyboard.press("Tab")
        start_painting(page)
        finished(page)
        before, after = (page.locator(f".compare{part}").bounding_box() for part in ("-before img", " > img"))
        assert before
        assert after
        assert abs(before["width"] - after["width"] / 2) < 1
        assert abs(before["x"] - after["x"] - after["width"] / 2) < 1

    def test_edges_are_pulled_by_mouse_and_arrow_keys(self, page: Page):
        handle = page.get_by_role("slider", name="Right")
        box = handle.bounding_box()
        assert box
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.3
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 60, y, steps=5)
        page.mouse.up()
        expect(handle).not_to_have_attribute("aria-valuenow", "0")
        top = page.get_by_role("slider", name="Top")
        top.focus()
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
        expect(top).to_have_attribute("aria-valuetext", "Top edge: 16 pixels added")
        page.keyboard.press("ArrowDown")
        expect(top).to_have_attribute("aria-valuenow", "8")
        page.get_by_role("button", name="Back to the picture's frame").click()
        expect(handle).to_have_attribute("aria-valuenow", "0")

    def test_a_shape_is_one_click(self, page: Page):
        page.get_by_role("button", name="16:9").click()
        expect(page.get_by_text(f"Becomes {sides(342, 192)}.")).to_be_visible()

    def test_an_engine_that_only_fills_holes_grows_it_too(
        self, server: Serving, number: str, visit: Visiting
    ):
        server.studio.registry.register("fills", FillsHoles)
        page = visit(server).open(f"/#/pictures/{number}?tool=extend")
        page.get_by_label("Engine").select_option("fills")
        page.get_by_role("button", name="16:9").click()
        expect(page.get_by_text(f"Becomes {sides(344, 192)}.")).to_be_visible()
        expect(page.get_by_text("fills paints sides in multiples of 8.")).to_be_visible()
        expect(page.get_by_role("radiogroup", name="The seam")).to_have_count(0)
        start_painting(page)
        finished(page)
        made = newest(server)
        assert (made["width"], made["height"]) == (344, 192)
        inside = pixels(server, made["id"])[:, 44:][:, :WIDTH]
        assert (inside == pixels(server, number))[:, OVERLAP:-OVERLAP].all()

    def test_nothing_to_paint_is_said(self, page: Page):
        start_painting(page)
        expect(page.get_by_role("alert")).to_have_text("Pull an edge of the picture outwards first.")

    def test_too_large_a_frame_makes_the_picture_smaller_and_says_so(self, server: Serving, visit: Visiting):
        number = paint(server, width=1024, height=512)
        page = visit(server).open(f"/#/pictures/{number}?tool=extend")
        page.get_by_role("spinbutton", name="Right").fill("2048")
        page.keyboard.press("Tab")
        expect(page.get_by_text(f"Becomes {sides(2048, 344)}.")).to_be_visible()
        expect(page.get_by_text("the picture inside is shown at 67%.")).to_be_visible()
        start_painting(page)
        finished(page)
        assert (newest(server)["width"], newest(server)["height"]) == (2048, 344)

    def test_a_reload_keeps_the_frame(self, page: Page):
        page.get_by_role("button", name="1:1").click()
        expect(page.get_by_text(f"Becomes {sides(256, 256)}.")).to_be_visible()
        page.reload()
        expect(page.get_by_text(f"Becomes {sides(256, 256)}.")).to_be_visible()


class TestForEverybody:
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_axe_finds_nothing(self, scheme: str, server: Serving, visit: Visiting):
        number = paint(server)
        browser = visit(server, color_scheme=scheme, reduced_motion="reduce")
        page = browser.open(f"/#/pictures/{number}?tool=brush")
        draw(page, (0.2, 0.5), (0.4, 0.5))
        no_violations(page)
        page.get_by_role("radio", name="Rectangle").click()
        no_violations(page)
        start_painting(page, "a green pear")
        finished(page)
        no_violations(page)
        browser.open(f"/#/pictures/{number}?tool=extend")
        expect(page.get_by_role("slider", name="Right")).to_be_visible()
        no_violations(page)

    @pytest.mark.parametrize(("tool", "title"), [("brush", "일부 다시 그리기"), ("extend", "그림 넓히기")])
    def test_on_a_phone_in_korean(self, tool: str, title: str, server: Serving, visit: Visiting):
        number = paint(server)
        page = visit(server, locale="ko-KR", reduced_motion="reduce", **PHONE).open(
            f"/#/pictures/{number}?tool={tool}"
        )
        expect(page.get_by_role("heading", name=title)).to_be_visible()
        if tool == "brush":
            page.get_by_role("application").tap()
            page.get_by_label("무엇을 그릴까요?").fill("초록색 배")
        else:
            page.get_by_role("button", name="16:9").tap()
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        page.get_by_role("button", name="그리기", exact=True).tap()
        expect(page.get_by_role("slider", name="이전과 이후")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        no_violations(page)
