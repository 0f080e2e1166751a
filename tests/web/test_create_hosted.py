"""Painting for money: the price before, a limit, sizes by list, seeds that number, models and options."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from studiolo.engines.capabilities import Sizes
from tests.server.serving import Serving

from .creating import Visiting, assert_no_violations, finished, jobs, open_group, paint, prompt_of
from .hosted import HostedEngine, RentedEngine, UnpricedEngine
from .looking import PHONE


def hosted(server: Serving, visit: Visiting, engine: str = "hosted", **options) -> Page:
    """The page, with that engine chosen and its settings open."""
    server.studio.registry.register("hosted", HostedEngine)
    server.studio.registry.register("rented", RentedEngine)
    server.studio.registry.register("unpriced", UnpricedEngine)
    page = visit(server, **options).open()
    open_group(page, "Settings")
    page.get_by_label("Engine", exact=True).select_option(engine)
    return page


def price(page: Page):
    return page.locator(".price > button")


class TestPrice:
    def test_it_is_said_before_and_follows_what_is_set(self, server: Serving, visit: Visiting):
        page = hosted(server, visit)
        expect(price(page)).to_have_text("$0.04")
        page.get_by_role("button", name="More pictures").click()
        expect(price(page)).to_have_text("$0.08")
        page.get_by_label("Model").fill("large")
        page.get_by_label("Model").press("Enter")
        expect(price(page)).to_have_text("$0.16")
        price(page).click()
        expect(page.get_by_text("2 pictures at $0.08 (the vendor, 2026-11)")).to_be_visible()
        assert jobs(server) == []
        page.get_by_label("Engine", exact=True).select_option("fake")
        expect(price(page)).to_have_count(0)

    def test_typing_asks_nothing(self, server: Serving, visit: Visiting):
        page = hosted(server, visit)
        expect(price(page)).to_be_visible()
        asked = []
        page.on("request", lambda request: "estimate" in request.url and asked.append(request.url))
        prompt_of(page).press_sequentially("a red apple")
        with page.expect_response("**/api/estimate"):
            page.get_by_role("button", name="More pictures").click()
        assert len(asked) == 1

    def test_a_limit_is_remembered_and_kept_to(self, server: Serving, visit: Visiting):
        browser = visit(server)
        server.studio.registry.register("hosted", HostedEngine)
        page = browser.open()
        open_group(page, "Settings")
        page.get_by_label("Engine", exact=True).select_option("hosted")
        price(page).click()
        page.get_by_label("Spend at most").fill("0.05")
        page.get_by_label("Spend at most").press("Tab")
        expect(price(page)).to_have_text("$0.04 · at most $0.05")
        page.reload()
        expect(price(page)).to_have_text("$0.04 · at most $0.05")
        paint(page, "one")
        expect(finished(page)).to_have_attribute("alt", "one")
        page.get_by_role("button", name="More pictures").click()
        expect(price(page)).to_have_text("$0.08: more than the $0.05 you allow")
        browser.watch.allow("status of 402")
        paint(page, "two")
        expect(page.get_by_role("alert")).to_contain_text("only $0.05 is allowed")
        page.get_by_role("button", name="Change what it may cost").click()
        expect(page.get_by_label("Spend at most")).to_be_focused()
        page.get_by_label("Spend at most").fill("")
        page.get_by_label("Spend at most").press("Tab")
        paint(page, "two")
        expect(finished(page)).to_have_attribute("alt", "two")
        assert [job["request"]["prompt"] for job in jobs(server)] == ["one", "two"]

    def test_an_address_of_this_machine_may_charge_too(self, server: Serving, visit: Visiting):
        page = hosted(server, visit, "rented")
        expect(price(page)).to_have_text("$0.04")
        page.goto(f"{server.address}/#/engines")
        row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="rented"))
        expect(row.get_by_text("$0.04")).to_be_visible()

    def test_a_price_nobody_knows(self, server: Serving, visit: Visiting):
        page = hosted(server, visit, "unpriced")
        expect(price(page)).to_have_text("Price unknown")
        price(page).click()
        expect(page.get_by_text("price_per_image in the engine's settings would tell it")).to_be_visible()

    def test_what_cannot_be_painted_has_no_price(self, server: Serving, visit: Visiting):
        browser = visit(server)
        server.studio.registry.register("hosted", HostedEngine)
        page = browser.open()
        open_group(page, "Settings")
        page.get_by_label("Engine", exact=True).select_option("hosted")
        expect(price(page)).to_be_visible()
        browser.watch.allow("status of 422")
        page.get_by_text("The engine's own options").click()
        page.get_by_role("button", name="Add an option").click()
        with page.expect_response(lambda answer: answer.url.endswith("estimate") and answer.status == 422):
            page.get_by_label("Name of option 1").fill("colour")
        expect(page.get_by_text("hosted does not know: colour.")).to_be_visible()
        expect(price(page)).to_have_count(0)


class TestWhatAServiceTakes:
    def test_just_the_sizes_it_has(self, server: Serving, visit: Visiting):
        page = hosted(server, visit)
        shapes = page.get_by_role("radiogroup", name="Shape").get_by_role("radio")
        expect(shapes).to_have_text(["1:1", "3:2", "2:3"])
        expect(page.get_by_role("spinbutton", name="Width")).to_have_count(0)
        expect(page.get_by_text("It paints just these sizes.")).to_be_visible()
        shapes.get_by_text("3:2").click()
        expect(page.get_by_text(re.compile("^96 . 64"))).to_be_visible()
        paint(page, "wide")
        expect(finished(page)).to_have_attribute("width", "96")
        shapes.get_by_text("1:1").click()
        page.get_by_role("radio", name="128 \N{MULTIPLICATION SIGN} 128").click()
        paint(page, "large")
        expect(finished(page)).to_have_attribute("width", "128")

    def test_a_seed_that_only_numbers(self, server: Serving, visit: Visiting):
        page = hosted(server, visit)
        seed = page.get_by_role("spinbutton", name="Seed")
        expect(seed).to_have_accessible_description(re.compile("only numbers"))
        page.get_by_label("Engine", exact=True).select_option("fake")
        expect(seed).to_have_accessible_description("")

    def test_prompts_as_long_as_it_reads(self, server: Serving, visit: Visiting):
        page = hosted(server, visit)
        prompt_of(page).fill("a" * 38)
        expect(page.get_by_text("38 of 40 characters.")).to_be_visible()
        prompt_of(page).fill("\N{BIRD}" * 40)  # to a browser each is two halves of a character
        expect(page.get_by_text("40 of 40 characters.")).to_be_visible()
        prompt_of(page).fill("a" * 41)
        expect(page.get_by_role("alert")).to_have_text("41 of 40 characters: more than hosted takes.")
        button = page.get_by_role("button", name="Paint", exact=True)
        expect(button).to_have_attribute("aria-disabled", "true")
        page.get_by_label("What to keep out").fill("b" * 41)
        expect(page.get_by_text("41 of 40 characters: more than hosted takes.")).to_have_count(2)
        page.get_by_label("Engine", exact=True).select_option("fake")
        expect(button).not_to_have_attribute("aria-disabled", "true")

    def test_options_of_its_own(self, server: Serving, visit: Visiting):
        page = hosted(server, visit)
        page.get_by_text("The engine's own options").click()
        for number, (name, text) in enumerate((("quality", "high"), ("style", "2")), start=1):
            page.get_by_role("button", name="Add an option").click()
            page.get_by_label(f"Name of option {number}").fill(name)
            page.get_by_label(f"Value of option {number}").fill(text)
        paint(page, "a red apple")
        expect(finished(page)).to_be_visible()
        assert jobs(server)[0]["request"]["options"] == {"quality": "high", "style": 2}
        picture = server.get("/api/pictures").json()["pictures"][0]["id"]
        page.get_by_role("button", name="Remove option 1").click()
        page.goto(f"{server.address}/#/?again={picture}")
        expect(page.get_by_label("Value of option 1")).to_have_value("high")
        expect(page.get_by_label("Value of option 2")).to_have_value("2")

    def test_a_model_nobody_listed(self, server: Serving, visit: Visiting):
        page = hosted(server, visit)
        page.get_by_label("Model").fill("vendor.model-v2:0")
        page.get_by_label("Model").press("Enter")
        paint(page, "a red apple")
        expect(finished(page)).to_be_visible()
        assert jobs(server)[0]["engine"] == "hosted:vendor.model-v2:0"

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_axe_finds_nothing(self, scheme: str, server: Serving, visit: Visiting):
        page = hosted(server, visit, color_scheme=scheme, reduced_motion="reduce")
        price(page).click()
        page.get_by_text("The engine's own options").click()
        page.get_by_role("button", name="Add an option").click()
        prompt_of(page).fill("a" * 41)
        assert_no_violations(page)

    def test_on_a_phone_in_korean(self, server: Serving, visit: Visiting):
        server.studio.registry.register("hosted", HostedEngine)
        page = visit(server, locale="ko-KR", reduced_motion="reduce", **PHONE).open()
        page.get_by_role("button", name="설정").click()
        page.get_by_label("엔진", exact=True).select_option("hosted")
        expect(page.get_by_text("이 크기로만 그립니다.")).to_be_visible()
        assert_no_violations(page)
        page.keyboard.press("Escape")
        expect(price(page)).to_have_text("US$0.04")
        price(page).click()
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        assert_no_violations(page)


LIST = Sizes.among([(1024, 1024), (1536, 1024), (1024, 1536), (512, 512), (768, 1280), (173, 640)])
FREE = Sizes(minimum=64, maximum=1536, multiple=8, default=(512, 512), max_pixels=1_000_000)
SHAPELY = Sizes(
    minimum=480, maximum=3840, multiple=16, default=(1024, 1024),
    max_pixels=3840 * 2160, min_pixels=655_360, max_ratio=3,
)  # fmt: skip


@pytest.mark.parametrize("sizes", [LIST, FREE, SHAPELY], ids=["a list", "limits", "more limits"])
def test_the_page_and_the_engine_agree(sizes: Sizes, server: Serving, visit: Visiting):
    page = visit(server).open()
    asked = [(width, height) for width in range(100, 1700, 107) for height in range(96, 1700, 89)]
    asked += [*LIST.choices]
    found = page.evaluate(
        """async ([sizes, asked]) => {
            const { allows, fitting, nearest, reaches } = await import("/static/views/create/sizes.js");
            const sides = ({ width, height }) => [width, height];
            return asked.map((size) => ({
                allows: allows(sizes, ...size), reaches: reaches(sizes, ...size),
                nearest: sides(nearest(sizes, ...size)), fitting: sides(fitting(sizes, ...size)),
            }));
        }""",
        [sizes.model_dump(), asked],
    )
    assert [each["allows"] for each in found] == [sizes.allows(*size) for size in asked]
    assert [each["reaches"] for each in found] == [sizes.reaches(*size) for size in asked]
    if sizes.choices:  # of limits the page lets the side give way that was not typed
        assert [tuple(each["nearest"]) for each in found] == [sizes.nearest(*size) for size in asked]
        assert [tuple(each["fitting"]) for each in found] == [sizes.fitting(*size) for size in asked]
    assert all(sizes.allows(*each["fitting"]) for each in found)
    assert all(sizes.allows(*each["nearest"]) for each in found)


def test_what_the_model_can_do_is_what_is_offered(server: Serving, visit: Visiting):
    page = hosted(server, visit)
    shapes = page.get_by_role("radiogroup", name="Shape").get_by_role("radio")
    expect(shapes).to_have_text(["1:1", "3:2", "2:3"])
    page.get_by_label("Model").fill("large")
    page.get_by_label("Model").press("Enter")
    expect(shapes).to_have_text(["1:1", "3:2"])
    page.reload()
    expect(shapes).to_have_text(["1:1", "3:2"])
    paint(page, "large")
    expect(finished(page)).to_have_attribute("width", "128")
    page.get_by_label("Model").fill("")
    page.get_by_label("Model").press("Enter")
    expect(shapes).to_have_text(["1:1", "3:2", "2:3"])


def test_a_model_that_is_none_is_said_beside_it(server: Serving, visit: Visiting):
    browser = visit(server)
    browser.watch.allow("status of 422")
    server.studio.registry.register("hosted", HostedEngine)
    page = browser.open()
    open_group(page, "Settings")
    page.get_by_label("Engine", exact=True).select_option("hosted")
    page.get_by_label("Model").fill("/etc/passwd")
    page.get_by_label("Model").press("Enter")
    expect(page.get_by_label("Model")).to_have_accessible_description(re.compile("should name a model"))
