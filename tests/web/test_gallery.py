"""The gallery's wall, as somebody walks along it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Page, expect

from tests.server.serving import Serving

from .conftest import Visit
from .hanging import choose, enter, hang, names, prompts, tile, total

Visiting = Callable[..., Visit]


def scroll_to_the_end(page: Page, last: str) -> None:
    """As far as the wall goes: it grows while one comes near its end."""
    page.evaluate(
        """async (last) => {
            const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
            for (let tries = 0; tries < 5000 && !document.querySelector(`[aria-label="${last}"]`); tries++) {
                scrollTo(0, document.documentElement.scrollHeight);
                await frame();
            }
        }""",
        last,
    )


def paint(server: Serving, prompt: str) -> None:
    """As somebody else who uses the studio."""
    server.post("/api/jobs", json={"prompt": prompt, "width": 64, "height": 64})


def somewhere_in_sight(page: Page) -> str:
    """The prompt of a picture that is wholly in sight, once the wall has come to where it was scrolled."""
    found = page.wait_for_function(
        """() => [...document.querySelectorAll(".tile-picture")].find((each) => {
            const { top, bottom } = each.getBoundingClientRect();
            return top > 100 && bottom < innerHeight - 100;
        })?.ariaLabel"""
    )
    return str(found.json_value())


def looking_at(page: Page, prompt: str) -> None:
    expect(page.locator(".look")).to_be_visible()
    expect(page.get_by_role("region", name=prompt)).to_be_visible()


class TestWall:
    def test_it_scrolls_to_the_end_with_few_tiles(self, server: Serving, visit: Visiting):
        words = prompts(1500)
        hang(server.studio.gallery, words)
        page = enter(visit(server), 1500)
        assert names(page)[0] == words[-1]
        scroll_to_the_end(page, words[0])
        expect(tile(page, words[0])).to_be_visible()
        expect(tile(page, words[-1])).to_have_count(1)  # the keyboard's place
        assert page.locator(".tile").count() < 80
        image = tile(page, words[0]).locator("img")
        assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0

    def test_back_from_a_picture_is_where_one_was(self, server: Serving, visit: Visiting):
        words = prompts(400)
        hang(server.studio.gallery, words)
        page = enter(visit(server), 400)
        page.evaluate("scrollTo(0, 3000)")
        prompt = somewhere_in_sight(page)
        place = page.evaluate("scrollY")
        tile(page, prompt).click()
        looking_at(page, prompt)
        assert page.evaluate("scrollY") == 0
        page.keyboard.press("Escape")
        expect(tile(page, prompt)).to_be_focused()
        expect(tile(page, prompt)).to_be_in_viewport(ratio=0.9)
        assert abs(page.evaluate("scrollY") - place) < 2

    def test_back_from_another_picture_is_where_that_hangs(self, server: Serving, visit: Visiting):
        words = prompts(400)
        hang(server.studio.gallery, words)
        page = enter(visit(server), 400)
        tile(page, words[-1]).click()
        looking_at(page, words[-1])
        for prompt in words[-2:-40:-1]:
            page.get_by_role("button", name="Next picture").click()
            looking_at(page, prompt)
        page.keyboard.press("Escape")
        expect(tile(page, words[-39])).to_be_focused()
        expect(tile(page, words[-39])).to_be_in_viewport(ratio=0.9)

    def test_the_keyboard_alone(self, server: Serving, visit: Visiting):
        words = prompts(60)
        hang(server.studio.gallery, words)
        page = enter(visit(server), 60)
        expect(tile(page, words[-1])).to_be_visible()
        page.keyboard.press("ArrowRight")
        expect(tile(page, words[-2])).to_be_focused()
        page.keyboard.press("ArrowDown")
        below = page.locator(".tile-picture:focus")
        expect(below).not_to_have_attribute("data-index", "1")
        page.keyboard.press("ArrowUp")
        expect(tile(page, words[-2])).to_be_focused()
        page.keyboard.press("Enter")
        looking_at(page, words[-2])

    def test_months_are_gone_to(self, server: Serving, visit: Visiting):
        words = prompts(300)
        hang(server.studio.gallery, words, apart=timedelta(days=1))
        page = enter(visit(server), 300)
        months = page.get_by_role("navigation", name="Timeline")
        expect(months.get_by_role("button", name="October 2024, 26 pictures")).to_have_attribute(
            "aria-current", "true"
        )
        months.get_by_role("button", name="March 2024, 31 pictures").click()
        expect(page.get_by_role("heading", name="March 2024")).to_be_visible()
        assert names(page)[0] == words[90]
        total(page, 300)
        expect(months.get_by_role("button", name="March 2024, 31 pictures")).to_have_attribute(
            "aria-current", "true"
        )
        months.get_by_role("button", name="Newest").click()
        expect(tile(page, words[-1])).to_be_visible()

    def test_a_new_picture_does_not_move_what_one_looks_at(self, server: Serving, visit: Visiting):
        words = prompts(300)
        hang(server.studio.gallery, words)
        page = enter(visit(server), 300)
        page.evaluate("scrollTo(0, 4000)")
        prompt = somewhere_in_sight(page)
        before = tile(page, prompt).bounding_box()
        paint(server, "a new one")
        total(page, 301)
        expect(page.locator(".tile-picture").nth(0)).to_have_attribute("aria-label", "a new one")
        after = tile(page, prompt).bounding_box()
        assert before is not None
        assert after is not None
        # Its row may be the next one, no farther: it is still before one's eyes.
        assert abs(before["y"] - after["y"]) < 1.5 * max(before["height"], after["height"])


class TestFinding:
    def test_search_says_why(self, server: Serving, visit: Visiting):
        for prompt in ("a red apple on a table", "a ship at sea", "an old clock"):
            server.studio.generate(prompt, width=64, height=64)
        page = enter(visit(server), 3)
        page.keyboard.press("/")
        search = page.get_by_role("searchbox", name="Search pictures")
        expect(search).to_be_focused()
        search.fill("red fruit")
        search.press("Enter")
        expect(page.locator(".tile-reason").first).to_contain_text("Words: red · Meaning: ")
        assert names(page)[0] == "a red apple on a table"
        page.reload()
        expect(search).to_have_value("red fruit")
        expect(tile(page, "a red apple on a table")).to_be_visible()
        search.press("Escape")
        total(page, 3)

    def test_filters_narrow_and_are_cleared(self, server: Serving, visit: Visiting):
        ids = hang(server.studio.gallery, prompts(12), apart=timedelta(days=1))
        server.patch("/api/pictures", json={"ids": ids[:4], "add_tags": ["sea"], "starred": True})
        page = enter(visit(server), 12)
        page.get_by_role("button", name="Filters").click()
        page.get_by_label("Tags").fill("sea")
        page.keyboard.press("Enter")  # needed only where the list of tags has not come yet
        total(page, 4)
        page.get_by_label("Seed").fill("2")
        total(page, 1)
        expect(page.get_by_role("button", name="Filters (2)")).to_be_visible()
        page.get_by_role("button", name="Clear filters").click()
        total(page, 12)
        page.get_by_label("From", exact=True).fill("2024-01-10")
        total(page, 3)
        page.get_by_label("To", exact=True).fill("2024-01-11")
        total(page, 2)
        page.get_by_label("Seed").fill("999")
        expect(page.get_by_role("heading", name="No picture fits")).to_be_visible()
        page.get_by_role("link", name="Show all pictures").click()
        total(page, 12)
        page.get_by_role("link", name="Starred").click()
        total(page, 4)

    def test_an_empty_gallery_says_what_to_do(self, server: Serving, visit: Visiting):
        page = enter(visit(server), 0)
        page.get_by_role("link", name="Paint the first one").click()
        expect(page.get_by_label("What shall be painted?")).to_be_visible()


class TestTwoTabs:
    def test_each_shows_what_the_other_does(self, server: Serving, visit: Visiting):
        words = prompts(20)
        hang(server.studio.gallery, words)
        first = visit(server)
        page = enter(first, 20)
        other = first.new_tab()
        first.open("/#/gallery", other)
        total(other, 20)
        choose(other, words[-1])
        other.get_by_role("button", name="Star", exact=True).click()
        expect(page.locator(".tile-star")).to_have_count(1)
        other.get_by_role("button", name="Move to the trash").click()
        total(page, 19)
        expect(tile(page, words[-1])).to_have_count(0)
        other.get_by_role("button", name="Undo").click()
        total(page, 20)
        expect(tile(page, words[-1])).to_be_visible()
        other.get_by_role("button", name="New collection").click()
        other.get_by_role("textbox", name="Name").fill("Fruit")
        other.get_by_role("button", name="Make it").click()
        expect(other.get_by_role("link", name="Fruit 0")).to_be_visible()
        paint(server, "painted elsewhere")
        total(page, 21)
        expect(page.get_by_role("link", name="Fruit 0")).to_be_visible()
        expect(tile(page, "painted elsewhere")).to_be_visible()
