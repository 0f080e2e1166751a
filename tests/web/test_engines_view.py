"""The engines' view: what is here, a test, a key, the default."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from studiolo.engines.base import ModelCard
from studiolo.engines.fake import FakeImageEngine
from tests.server.serving import Serving

from .hosted import HostedEngine, UnpricedEngine
from .looking import PHONE, Visiting, no_violations

CHAT = "Suggest, look and answer"


def kind(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=title, exact=True)


def card(page: Page, title: str, name: str) -> Locator:
    """The card of an engine; those that are not set up are shown first."""
    expect(kind(page, title).get_by_role("listitem").first).to_be_visible()
    rest = kind(page, title).locator("details.engines-rest:not([open]) > summary")
    if rest.count():
        rest.click()
    heading = page.get_by_role("heading", name=name, exact=True)
    return kind(page, title).get_by_role("listitem").filter(has=heading)


@pytest.fixture
def page(start: Callable[..., Serving], visit: Visiting) -> Page:
    return visit(start(engine="pocket", speech="fake")).open("/#/engines")


class Supplied(FakeImageEngine):
    """A model that is here, one that is half here, one that is not."""

    def model_cards(self) -> tuple[ModelCard, ...]:
        about = {"description": "Draws.", "licence": "MIT", "download_bytes": 7_120_000_000}
        part = ModelCard(name="clay", bytes_here=400_000_000, **about)
        whole = ModelCard(name="ink", bytes_here=3_000_000, ready=True, **about)
        none = ModelCard(name="stone", **about)
        return (whole, none, part) if self.config.name == "supplied" else (part,)


@pytest.fixture
def server_with_models(server: Serving) -> Serving:
    for name in ("supplied", "other"):
        server.studio.registry.register(name, Supplied)
    return server


def test_ours_come_first_and_those_for_tests_are_out_of_sight(page: Page):
    for title in ("Paint", CHAT):
        expect(kind(page, title).get_by_role("heading", level=3).first).to_have_text("pocket")
        expect(kind(page, title).get_by_role("heading", name="fake", exact=True)).to_have_count(0)
    expect(card(page, "Speak", "fake")).to_be_visible()  # chosen, so it is not hidden


def test_an_engine_is_tried(page: Page):
    pocket = card(page, "Paint", "pocket")
    pocket.get_by_role("button", name="Test").click()
    expect(pocket.get_by_role("status")).to_contain_text("It works")
    sample = pocket.get_by_role("status").locator("img")
    assert sample.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0


def test_what_it_can_do_is_told_in_words(page: Page):
    pocket = card(page, "Paint", "pocket")
    pocket.get_by_text("What it can do").click()
    expect(pocket.get_by_text("up to 10 colours")).to_be_visible()
    expect(pocket.get_by_text("text to picture")).to_be_visible()


def test_a_key_is_kept_and_removed_and_never_shown(page: Page):
    card(page, CHAT, "openai").get_by_role("button", name="Set a key").click()
    page.get_by_label("API key").fill("sk-of-the-test-0001")
    page.get_by_role("button", name="Save the key").click()
    openai = card(page, CHAT, "openai")
    openai.get_by_role("button", name="Change the key").click()
    assert "sk-of-the-test-0001" not in page.content()
    openai.get_by_role("button", name="Remove the key").click()
    expect(card(page, CHAT, "openai").get_by_role("button", name="Set a key")).to_be_visible()


def test_the_default_is_chosen(start: Callable[..., Serving], visit: Visiting):
    server = start(engine="fake")
    page = visit(server).open("/#/engines")
    expect(card(page, "Paint", "fake").get_by_text("Default", exact=True)).to_be_visible()
    card(page, "Paint", "pocket").get_by_role("button", name="Make default").click()
    expect(page.get_by_text("pocket is the default now.")).to_be_visible()
    assert server.get("/api/settings").json()["engine"] == "pocket"


class TestModels:
    def test_how_large_under_which_licence_and_the_command_to_copy(
        self, server_with_models: Serving, visit: Visiting
    ):
        page = visit(server_with_models).open("/#/engines")
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        row = kind(page, "Models").get_by_role("listitem").filter(has_text="stone")
        for words in ("Not here", "about 7.1 GB", "MIT"):
            expect(row).to_contain_text(words)
        row.get_by_role("button", name="Copy: studiolo pull stone").click()
        expect(page.get_by_text("Copied.")).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()") == "studiolo pull stone"

    def test_those_that_are_here_need_no_command(self, server_with_models: Serving, visit: Visiting):
        page = visit(server_with_models).open("/#/engines")
        rows = kind(page, "Models").get_by_role("listitem")
        here = rows.filter(has_text="ink")
        expect(here).to_contain_text("3 MB")
        expect(here.get_by_text("Here", exact=True)).to_be_visible()
        expect(here.get_by_role("button")).to_have_count(0)
        expect(rows.filter(has_text="clay").first).to_contain_text("Partly here: 400 MB")
        twins = rows.get_by_role("button", name="pull other:clay")
        expect(twins).to_have_count(1)

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_axe_finds_nothing(self, scheme: str, start: Callable[..., Serving], visit: Visiting):
        page = visit(start(engine="pocket"), color_scheme=scheme, reduced_motion="reduce").open("/#/engines")
        expect(kind(page, "Models").get_by_role("listitem").first).to_be_visible()
        no_violations(page)

    def test_on_a_phone_in_korean(self, start: Callable[..., Serving], visit: Visiting):
        page = visit(start(engine="pocket"), locale="ko-KR", reduced_motion="reduce", **PHONE).open(
            "/#/engines"
        )
        expect(page.get_by_role("region", name="모델").get_by_role("listitem").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        no_violations(page)


class TestTable:
    def table(self, page: Page) -> Locator:
        return kind(page, "Painters side by side").get_by_role("table")

    def test_what_each_can_do_and_what_it_costs(self, server: Serving, visit: Visiting):
        server.studio.registry.register("hosted", HostedEngine)
        server.studio.registry.register("unpriced", UnpricedEngine)
        page = visit(server).open("/#/engines")
        heads = self.table(page).get_by_role("columnheader").all_inner_texts()

        def row(name: str) -> dict[str, Locator]:
            heading = page.get_by_role("rowheader", name=name, exact=True)
            cells = self.table(page).get_by_role("row").filter(has=heading).get_by_role("cell")
            return {head: cells.nth(index) for index, head in enumerate(heads[1:])}

        hosted, unpriced, pocket = row("hosted"), row("unpriced"), row("pocket")
        expect(hosted["Text to picture"]).to_have_text("yes")
        expect(hosted["Vary pictures"]).to_have_text("yes")
        expect(hosted["Repaint a part"]).to_have_text("no")
        expect(hosted["Sizes"]).to_have_text("4 sizes")
        expect(hosted["Seeds"]).to_have_text("only number")
        expect(hosted["Price"]).to_have_text("$0.04")
        expect(unpriced["Price"]).to_have_text("unknown")
        expect(pocket["Price"]).to_have_text("free")
        expect(pocket["Seeds"]).to_have_text("same picture")

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_on_a_phone_it_moves_by_itself(self, scheme: str, server: Serving, visit: Visiting):
        page = visit(server, color_scheme=scheme, reduced_motion="reduce", **PHONE).open("/#/engines")
        expect(self.table(page)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        frame = page.locator(".painters")
        assert frame.evaluate("each => each.scrollWidth > each.clientWidth")
        frame.focus()
        no_violations(page)


def test_a_key_for_several_kinds_says_so(page: Page):
    speaking = kind(page, "Speak")
    expect(speaking.get_by_role("listitem").first).to_be_visible()
    card(page, CHAT, "openai").get_by_role("button", name="Set a key").click()
    about = re.compile(r"The same key is used to (paint and )?speak\.")
    expect(page.get_by_label("API key")).to_have_accessible_description(about)
