"""The house around the views: language, theme, keyboard, the door, and a server that goes and comes back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from studiolo.embedding import TextEmbedder
from tests.server.serving import Serving, open_studio, serve

from .conftest import Visit
from .hanging import hang, prompts

Visiting = Callable[..., Visit]
VIEWS = ("/#/", "/#/gallery", "/#/gallery?q=apple", "/#/engines")
MOST_BYTES = 300_000


def choose_look(page: Page, name: str) -> None:
    page.get_by_role("button", name="Look and language").or_(
        page.get_by_role("button", name="모양과 언어")
    ).click()
    page.get_by_role("menuitem", name=name).click()


class TestLooks:
    def test_the_language_is_switched_and_remembered(self, server: Serving, visit: Visiting):
        page = visit(server).open("/#/gallery")
        choose_look(page, "한국어")
        expect(page.get_by_role("heading", name="갤러리")).to_be_visible()
        expect(page.locator("html")).to_have_attribute("lang", "ko")
        page.reload()
        expect(page.get_by_role("heading", name="갤러리")).to_be_visible()
        choose_look(page, "English")
        expect(page.get_by_role("heading", name="Gallery")).to_be_visible()

    def test_a_browsers_language_is_taken_up(self, server: Serving, visit: Visiting):
        page = visit(server, locale="ko-KR").open("/#/engines")
        expect(page.get_by_role("heading", name="엔진", exact=True)).to_be_visible()

    def test_the_theme_is_switched_and_remembered(self, server: Serving, visit: Visiting):
        page = visit(server, color_scheme="light").open()
        ground = "() => getComputedStyle(document.body).backgroundColor"
        light = page.evaluate(ground)
        choose_look(page, "Dark")
        dark = page.evaluate(ground)
        assert dark != light
        page.reload()
        expect(page.get_by_role("main")).to_be_visible()
        assert page.evaluate(ground) == dark
        choose_look(page, "As this machine")
        assert page.evaluate(ground) == light
        page.emulate_media(color_scheme="dark")
        assert page.evaluate(ground) == dark


class TestKeyboard:
    def test_help_lists_the_keys_of_where_one_is(self, server: Serving, visit: Visiting):
        hang(server.studio.gallery, prompts(3))
        page = visit(server).open("/#/gallery")
        expect(page.locator(".tile")).to_have_count(3)
        page.keyboard.press("?")
        help_ = page.get_by_role("dialog", name="Keyboard")
        expect(help_.get_by_text("Choose a picture", exact=True)).to_be_visible()
        expect(help_.get_by_text("Search pictures")).to_be_visible()
        page.keyboard.press("Escape")
        expect(help_).to_have_count(0)
        page.keyboard.press("e")
        expect(page.get_by_role("heading", name="Engines")).to_be_visible()
        page.keyboard.press("?")
        expect(help_.get_by_text("Choose a picture", exact=True)).to_have_count(0)

    def test_the_rail_can_be_skipped(self, server: Serving, visit: Visiting):
        page = visit(server).open("/#/engines")
        expect(page.get_by_role("heading", name="Engines")).to_be_visible()
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
        page.keyboard.press("Enter")
        expect(page.get_by_role("main")).to_be_focused()


class TestDoor:
    def test_a_token_opens_it(self, start: Callable[..., Serving], visit: Visiting):
        server = start(server_tokens=True)
        secret = server.studio.gallery.tokens.create("laptop", ["read", "generate", "edit"])[1]
        arrived = visit(server)
        page = arrived.open()
        page.get_by_label("Access token").fill("studiolo-wrong")
        page.get_by_role("button", name="Enter").click()
        expect(page.get_by_role("alert")).to_be_visible()
        arrived.watch.allow("401")
        page.get_by_label("Access token").fill(secret)
        page.get_by_role("button", name="Enter").click()
        expect(page.get_by_label("What shall be painted?")).to_be_visible()
        assert secret not in page.evaluate("document.cookie + JSON.stringify(localStorage)")
        page.reload()
        expect(page.get_by_label("What shall be painted?")).to_be_visible()
        choose_look(page, "Log out")
        expect(page.get_by_label("Access token")).to_be_visible()


class TestAbsence:
    def test_a_server_that_goes_and_comes_back(self, embedder: TextEmbedder, visit: Visiting):
        with open_studio(embedder) as studio, serve(studio) as first:
            arrived = visit(first)
            page = arrived.open("/#/gallery")
            expect(page.get_by_role("heading", name="Nothing hangs here yet")).to_be_visible()
        arrived.watch.allow("ERR_")
        expect(page.get_by_role("alert")).to_contain_text("The studio does not answer.")
        with open_studio(embedder) as studio:
            hang(studio.gallery, prompts(2))
            with serve(studio, port=first.port) as again:
                assert again.address == first.address
                expect(page.get_by_role("alert")).to_have_count(0)
                expect(page.locator(".tile")).to_have_count(2)
                page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_everybody_can_use_every_view(server: Serving, visit: Visiting, scheme: str, width: int):
    picture = server.studio.generate("a red apple", width=64, height=64)[0]
    hang(server.studio.gallery, prompts(20))
    arrived = visit(server, color_scheme=scheme, viewport={"width": width, "height": 900})
    for path in (*VIEWS, f"/#/pictures/{picture.id}"):
        page = arrived.open(path)
        page.reload()  # only the part after # is another
        expect(page.locator(".view, .look-room").first).to_be_visible()
        results = Axe().run(page)
        assert results.violations_count == 0, (path, results.generate_report())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_the_page_is_light(server: Serving, visit: Visiting):
    """All that comes until the first view can be used."""
    arrived = visit(server)
    sizes: dict[str, int] = {}
    arrived.page.on(
        "response",
        lambda answer: sizes.update({answer.url: len(answer.body())}) if "/api/" not in answer.url else None,
    )
    arrived.open()
    expect(arrived.page.get_by_label("What shall be painted?")).to_be_visible()
    total = sum(sizes.values())
    assert 100_000 < total <= MOST_BYTES, sorted(sizes.items(), key=lambda each: -each[1])[:10]
