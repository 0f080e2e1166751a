"""One picture, as somebody looks at it: near, beside the others, kept, given away, thrown away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.server.serving import Serving

from .looking import PHONE, Visiting, no_violations, paint, picture, sides

CLIPBOARD = {"permissions": ["clipboard-read", "clipboard-write"]}


def shown(page: Page, prompt: str = "a red apple") -> None:
    """Wait until that picture hangs."""
    expect(page.get_by_role("heading", name=prompt, level=1)).to_be_visible()


def menu(page: Page, name: str) -> None:
    page.get_by_role("button", name="What to do with this picture").click()
    page.get_by_role("menuitem", name=name).click()


class TestFacts:
    def test_what_made_it_is_told_and_copied(self, server: Serving, visit: Visiting):
        number = paint(server, seed=4711)
        page = visit(server, **CLIPBOARD).open(f"/#/pictures/{number}")
        shown(page)
        expect(page.get_by_role("complementary")).to_contain_text(sides(256, 192))
        page.get_by_role("button", name="Copy the seed 4711").click()
        expect(page.locator(".toast")).to_contain_text("Copied.")
        assert page.evaluate("navigator.clipboard.readText()") == "4711"
        page.get_by_role("button", name="Copy the prompt").click()
        expect(page.locator(".toast")).to_have_count(2)
        assert page.evaluate("navigator.clipboard.readText()") == "a red apple"
        expect(page.locator(".stage-picture")).to_have_attribute("alt", "a red apple")
        assert (
            page.locator(".stage-picture").evaluate("each => each.decode().then(() => each.naturalWidth)")
            == 256
        )

    def test_colours_are_copied_and_the_asked_ones_judged(self, server: Serving, visit: Visiting):
        number = paint(server, palette=("#264653", "#e9c46a"))
        page = visit(server, **CLIPBOARD).open(f"/#/pictures/{number}")
        expect(page.locator(".colours button")).to_have_count(2)
        page.locator(".colours button").first.click()
        expect(page.locator(".toast")).to_contain_text("is copied.")
        assert page.evaluate("navigator.clipboard.readText()") in {"#264653", "#e9c46a"}
        expect(page.locator(".look-palette")).to_contain_text(
            "100% of the picture is in the colours asked for"
        )

    def test_star_and_tags_stay(self, server: Serving, visit: Visiting):
        number = paint(server)
        page = visit(server).open(f"/#/pictures/{number}")
        shown(page)
        page.keyboard.press("s")
        expect(page.get_by_role("button", name="Take the star")).to_have_attribute("aria-pressed", "true")
        page.get_by_label("Add a tag").fill("breakfast")
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name="breakfast")).to_be_visible()
        assert picture(server, number)["starred"] is True
        assert picture(server, number)["tags"] == ["breakfast"]
        page.get_by_role("button", name="Remove the tag breakfast").click()
        expect(page.get_by_role("link", name="breakfast")).to_have_count(0)
        page.get_by_role("button", name="Suggest tags").click()
        expect(page.locator(".toast")).to_contain_text("added.")
        tags = picture(server, number)["tags"]
        assert tags
        expect(page.get_by_role("link", name=tags[0], exact=True)).to_be_visible()

    def test_collections_are_shown_made_and_left(self, server: Serving, visit: Visiting):
        number = paint(server)
        server.post("/api/collections", json={"name": "Fruit"})
        page = visit(server).open(f"/#/pictures/{number}")
        page.get_by_role("button", name="Add to a collection").click()
        page.get_by_role("menuitem", name="Fruit").click()
        expect(page.get_by_role("link", name="Fruit")).to_be_visible()
        page.get_by_role("button", name="Add to a collection").click()
        page.get_by_role("menuitem", name="New collection").click()
        page.get_by_label("Name").fill("Red things")
        page.get_by_role("button", name="Make it").click()
        expect(page.get_by_role("link", name="Red things")).to_be_visible()
        page.get_by_role("button", name="Take out of Fruit").click()
        expect(page.get_by_role("link", name="Fruit")).to_have_count(0)
        found = server.get("/api/collections", params={"picture": number}).json()["collections"]
        assert [album["name"] for album in found] == ["Red things"]


class TestWay:
    def test_arrows_go_on_and_escape_goes_back(self, server: Serving, visit: Visiting):
        for name in ("first", "second", "third"):
            paint(server, name)
        page = visit(server).open("/#/gallery")
        page.get_by_role("link", name="third").click()
        shown(page, "third")
        expect(page.get_by_role("button", name="Previous picture")).to_be_disabled()
        page.keyboard.press("ArrowRight")
        shown(page, "second")
        page.get_by_role("button", name="Next picture").click()
        shown(page, "first")
        page.keyboard.press("ArrowLeft")
        shown(page, "second")
        page.keyboard.press("Escape")
        expect(page).to_have_url(f"{server.address}/#/gallery")

    def test_who_comes_by_a_link_may_go_on_too(self, server: Serving, visit: Visiting):
        paint(server, "older")
        page = visit(server).open(f"/#/pictures/{paint(server, 'newer')}")
        expect(page.get_by_role("button", name="Next picture")).to_be_enabled()
        page.keyboard.press("ArrowRight")
        shown(page, "older")

    def test_a_picture_that_is_not_there_is_said(self, server: Serving, visit: Visiting):
        browser = visit(server)
        browser.watch.allow("status of 404")
        page = browser.open("/#/pictures/1kqz8m4t2-7k3f")
        expect(page.get_by_role("alert")).to_contain_text("1kqz8m4t2-7k3f")
        page.get_by_role("link", name="To the gallery").click()
        expect(page).to_have_url(f"{server.address}/#/gallery")


class TestNearness:
    @pytest.fixture
    def page(self, server: Serving, visit: Visiting) -> Page:
        page = visit(server).open(f"/#/pictures/{paint(server)}")
        shown(page)
        return page

    def test_by_keys_and_buttons(self, page: Page):
        scale = page.get_by_role("group", name="Zoom").get_by_title("Whole picture")
        expect(scale).to_have_text("100%")
        before = page.locator(".stage-picture").bounding_box()
        page.keyboard.press("+")
        expect(scale).to_have_text("135%")
        after = page.locator(".stage-picture").bounding_box()
        assert before
        assert after
        assert after["width"] == pytest.approx(1.35 * before["width"], rel=0.01)
        page.get_by_role("button", name="Farther").click()
        expect(scale).to_have_text("100%")
        page.get_by_role("button", name="Nearer").click()
        page.keyboard.press("0")
        expect(scale).to_have_text("100%")

    def test_by_wheel_where_the_mouse_is_and_moved_by_hand(self, page: Page):
        whole = page.locator(".stage-picture").bounding_box()
        assert whole
        x, y = whole["x"] + whole["width"] * 0.25, whole["y"] + whole["height"] * 0.5
        page.mouse.move(x, y)
        page.mouse.wheel(0, -600)
        expect(page.get_by_role("group", name="Zoom")).not_to_contain_text("100%")
        near = page.locator(".stage-picture").bounding_box()
        assert near
        assert (x - near["x"]) / near["width"] == pytest.approx(0.25, abs=0.01)  # it stayed under the mouse
        page.mouse.down()
        page.mouse.move(x - 80, y, steps=4)
        page.mouse.up()
        moved = page.locator(".stage-picture").bounding_box()
        assert moved
        assert moved["x"] == pytest.approx(near["x"] - 80, abs=2)
        page.mouse.dblclick(x - 80, y)
        expect(page.get_by_role("group", name="Zoom")).to_contain_text("100%")


class TestGivingAway:
    def test_a_link_opens_without_a_login_until_it_is_taken_back(
        self, start: Callable[..., Serving], visit: Visiting
    ):
        server = start(server_tokens=True)
        _, secret = server.studio.gallery.tokens.create("me", ["read", "edit"])
        number = paint(server)
        page = visit(server).page
        page.goto(f"{server.address}/#/pictures/{number}")
        page.get_by_label("Token").fill(secret)
        page.keyboard.press("Enter")
        shown(page)
        menu(page, "Share a link")
        page.get_by_role("button", name="Make a link").click()
        link = page.get_by_role("textbox", name="Share this picture").input_value()
        stranger = visit(server)
        stranger.page.goto(link)
        image = stranger.page.get_by_role("img")
        assert image.evaluate("each => each.decode().then(() => each.naturalWidth)") == 256
        assert "apple" not in stranger.page.content()  # made without the settings
        page.get_by_role("button", name="Take back").click()
        expect(page.get_by_role("button", name="Take back")).to_have_count(0)
        stranger.watch.allow("status of 404")
        answer = stranger.page.goto(link)
        assert answer is not None
        assert answer.status == 404

    def test_a_download_has_what_is_written_in_it_or_not(self, server: Serving, visit: Visiting):
        page = visit(server).open(f"/#/pictures/{paint(server)}")
        shown(page)
        written = []
        for name in ("Download", "Download without settings"):
            with page.expect_download() as download:
                page.get_by_role("button", name="What to do with this picture").click()
                page.get_by_role("menuitem", name=name, exact=True).click()
            written.append(b"a red apple" in download.value.path().read_bytes())
        assert written == [True, False]

    def test_a_variation_is_queued(self, server: Serving, visit: Visiting):
        number = paint(server)
        page = visit(server).open(f"/#/pictures/{number}")
        shown(page)
        menu(page, "Paint a variation")
        expect(page.locator(".toast")).to_contain_text("A variation is being painted.")
        (job,) = server.get("/api/jobs").json()["jobs"]
        server.studio.jobs.wait(job["id"], 60)
        made = server.get(f"/api/jobs/{job['id']}").json()["pictures"][0]
        assert (made["prompt"], made["width"]) == ("a red apple", 256)
        assert made["seed"] != 1


class TestThrowingAway:
    def test_delete_shows_the_next_and_undo_brings_it_back(self, server: Serving, visit: Visiting):
        paint(server, "older")
        number = paint(server, "newer")
        page = visit(server).open(f"/#/pictures/{number}")
        expect(page.get_by_role("button", name="Next picture")).to_be_enabled()
        page.keyboard.press("Delete")
        shown(page, "older")
        assert picture(server, number)["deleted"] is not None
        page.get_by_role("button", name="Undo").click()
        expect(page.locator(".toast")).to_contain_text("1 picture is back.")
        assert picture(server, number)["deleted"] is None


class TestForEverybody:
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_axe_finds_nothing(self, scheme: str, server: Serving, visit: Visiting):
        number = paint(server, palette=("#264653", "#e9c46a"))
        server.patch("/api/pictures", json={"ids": [number], "add_tags": ["fruit"]})
        server.post(f"/api/pictures/{number}/answers", json={"question": "What is it?"})
        page = visit(server, color_scheme=scheme, reduced_motion="reduce").open(f"/#/pictures/{number}")
        expect(page.locator(".talk-answer")).to_be_visible()
        expect(page.locator(".colours button")).to_have_count(2)
        page.get_by_text("All settings").click()
        no_violations(page)
        menu(page, "Share a link")
        expect(page.get_by_role("dialog")).to_be_visible()
        no_violations(page)

    def test_on_a_phone_in_korean(self, server: Serving, visit: Visiting):
        number = paint(server)
        page = visit(server, locale="ko-KR", reduced_motion="reduce", **PHONE).open(f"/#/pictures/{number}")
        shown(page)
        page.get_by_role("button", name="별표 달기").tap()
        expect(page.get_by_role("button", name="별표 떼기")).to_be_visible()
        page.get_by_label("이 그림에 대해 물어보세요").fill("무엇이 보이나요?")
        page.get_by_role("button", name="묻기").tap()
        expect(page.locator(".talk-answer")).not_to_be_empty()
        expect(page.get_by_role("button", name="답변 듣기")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        no_violations(page)
