"""Pictures enlarged, cut out, varied, followed, repainted by words; and what they were made from."""

from __future__ import annotations

import base64
import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from studiolo.engines.capabilities import Capabilities
from studiolo.engines.fake import FakeImageEngine
from tests.server.serving import Serving

from .creating import halves, jobs, open_group
from .looking import PHONE, Visiting, newest, no_violations, paint, pixels, sides

TIMES_4 = "\N{MULTIPLICATION SIGN} 4"
MENU = "What to do with this picture"


def choose(page: Page, name: str) -> None:
    page.get_by_role("button", name=MENU).click()
    page.get_by_role("menuitem", name=name, exact=True).click()


def finished(page: Page) -> None:
    expect(page.get_by_role("slider", name="Before and after")).to_be_visible()


def made(server: Serving, **request: Any) -> dict[str, Any]:
    """The picture that a job with this request makes."""
    job = server.post("/api/jobs", json=request).json()
    server.studio.jobs.wait(job["id"], 60)
    return newest(server)


@pytest.fixture
def number(server: Serving) -> str:
    return paint(server)


class TestEnlarge:
    def test_twice_or_four_times(self, server: Serving, number: str, visit: Visiting):
        page = visit(server).open(f"/#/pictures/{number}")
        choose(page, "Enlarge")
        expect(page.get_by_text(f"Becomes {sides(512, 384)}.")).to_be_visible()
        page.get_by_role("radio", name=TIMES_4).click()
        expect(page.get_by_text(f"Becomes {sides(1024, 768)}.")).to_be_visible()
        page.get_by_role("button", name="Enlarge", exact=True).click()
        finished(page)
        larger = newest(server)
        assert (larger["width"], larger["height"]) == (1024, 768)
        assert larger["prompt"] == "a red apple"
        page.get_by_role("button", name="Show it").click()
        expect(page).to_have_url(f"{server.address}/#/pictures/{larger['id']}")
        made_from = page.get_by_role("region", name="Made from")
        expect(made_from.get_by_role("link", name=f"Enlarged {TIMES_4}")).to_be_visible()

    def test_by_the_keyboard_alone(self, server: Serving, number: str, visit: Visiting):
        page = visit(server).open(f"/#/pictures/{number}?tool=enlarge")
        expect(page.get_by_role("heading", name="Enlarge")).to_be_visible()
        page.keyboard.press("Control+Enter")
        finished(page)
        assert newest(server)["width"] == 512
        page.keyboard.press("Escape")
        expect(page.get_by_role("heading", name="a red apple")).to_be_visible()


class TestCutout:
    def test_what_is_transparent_shows_a_checkerboard(self, server: Serving, number: str, visit: Visiting):
        page = visit(server).open(f"/#/pictures/{number}")
        choose(page, "Remove the background")
        page.get_by_role("button", name="Remove it").click()
        finished(page)
        cut = newest(server)
        assert server.studio.gallery.image(cut["id"]).mode == "RGBA"
        assert cut["prompt"] == "a red apple"
        page.get_by_role("button", name="Show it").click()
        image = page.get_by_role("img", name="a red apple")
        expect(image).to_have_css("background-image", re.compile("conic-gradient"))
        expect(page.get_by_role("link", name="Use these again")).to_have_count(0)

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_axe_finds_nothing(self, scheme: str, server: Serving, number: str, visit: Visiting):
        page = visit(server, color_scheme=scheme, reduced_motion="reduce").open(
            f"/#/pictures/{number}?tool=cutout"
        )
        expect(page.get_by_role("img", name="a red apple")).to_be_visible()
        no_violations(page)
        page.get_by_role("button", name="Remove it").click()
        finished(page)
        no_violations(page)
        page.get_by_role("button", name="Show it").click()
        expect(page.get_by_role("region", name="Made from")).to_be_visible()
        no_violations(page)
        page.get_by_role("button", name=MENU).click()
        no_violations(page)


class WithoutVariations(FakeImageEngine):
    @property
    def capabilities(self) -> Capabilities:
        every = super().capabilities
        return every.model_copy(
            update={"tasks": every.tasks - {"variation"}, "references": 0, "controls": ()}
        )


class TestVariation:
    def test_it_takes_after_the_picture(self, server: Serving, number: str, visit: Visiting):
        page = visit(server).open(f"/#/pictures/{number}")
        choose(page, "Paint a variation")
        expect(page.get_by_text("A variation is being painted.")).to_be_visible()
        server.studio.jobs.wait(jobs(server)[-1]["id"], 60)
        varied = newest(server)
        assert varied["id"] != number
        assert len(varied["request"]["references"]) == 1
        assert (varied["width"], varied["height"], varied["prompt"]) == (256, 192, "a red apple")

    def test_by_another_seed_where_no_engine_does(self, server: Serving, visit: Visiting):
        for name in server.studio.registry.names:
            server.studio.registry.register(name, WithoutVariations)
            server.studio.registry.configure(name, {})  # what was built already is let go of
        number = paint(server)
        page = visit(server).open(f"/#/pictures/{number}")
        page.get_by_role("button", name=MENU).click()
        expect(page.get_by_role("menuitem", name="Repaint a part")).to_be_visible()
        for name in ("Follow its layout", "Vary it with others"):
            expect(page.get_by_role("menuitem", name=name)).to_have_count(0)
        page.get_by_role("menuitem", name="Paint a variation").click()
        expect(page.get_by_text("A variation is being painted.")).to_be_visible()
        request = jobs(server)[-1]["request"]
        assert request["references"] == []
        assert request["prompt"] == "a red apple"
        assert request["seed"] != 1

    @pytest.mark.parametrize(
        ("action", "shown"),
        [("Follow its layout", "Do not follow it"), ("Vary it with others", "Take out picture 1")],
    )
    def test_others_begin_in_create(
        self, action: str, shown: str, server: Serving, number: str, visit: Visiting
    ):
        page = visit(server).open(f"/#/pictures/{number}")
        choose(page, action)
        expect(page.get_by_role("button", name=shown)).to_be_visible()
        expect(page.get_by_role("heading", name="What shall be painted?")).to_be_visible()


class TestMadeFrom:
    def test_everything_is_shown_and_leads_to_its_picture(self, server: Serving, visit: Visiting):
        halved = f"data:image/png;base64,{base64.b64encode(halves()).decode()}"
        picture = made(
            server,
            prompt="a red apple",
            init_image=halved,
            strength=0.3,
            control_image=halved,
            control="canny",
            control_strength=0.8,
            control_prepared=True,
            references=[halved],
            similarity=0.5,
            refiner="ensemble",
            handover=0.7,
            loras=[{"name": "ink", "weight": 0.5}],
        )
        page = visit(server).open(f"/#/pictures/{picture['id']}")
        made_from = page.get_by_role("region", name="Made from")
        for name in ("Start, strength 0.3", "Outlines, strength 0.8", "Varied, similarity 0.5"):
            link = made_from.get_by_role("link", name=name)
            assert server.get(link.get_attribute("href") or "").headers["content-type"].startswith("image/")
        expect(made_from).to_contain_text("ink \N{MULTIPLICATION SIGN} 0.5")
        expect(made_from).to_contain_text("takes over after 70%")

    def test_from_words_alone_there_is_nothing_to_show(self, server: Serving, number: str, visit: Visiting):
        page = visit(server).open(f"/#/pictures/{number}")
        expect(page.get_by_role("link", name="Use these again")).to_be_visible()
        expect(page.get_by_role("region", name="Made from")).to_have_count(0)


class TestByWords:
    @pytest.fixture
    def number(self, server: Serving) -> str:
        """A picture in which something is to be found."""
        return paint(server, "a red apple", engine="pocket", width=512, height=512)

    def test_what_is_named_is_marked_and_corrected_and_painted(
        self, server: Serving, number: str, visit: Visiting
    ):
        page = visit(server).open(f"/#/pictures/{number}?tool=brush")
        expect(page.get_by_text("Nothing is marked yet.")).to_be_visible()
        page.keyboard.press("w")
        page.get_by_label("What to repaint").fill("the apple")
        page.keyboard.press("Enter")
        marked = page.get_by_role("status").filter(has_text="of the picture is marked.")
        expect(marked).to_be_visible()
        found = marked.inner_text()
        page.reload()
        expect(marked).to_have_text(found)
        page.get_by_role("button", name="Invert the mask").click()
        expect(marked).not_to_have_text(found)
        page.get_by_role("button", name="Undo", exact=True).click()
        expect(marked).to_have_text(found)
        page.get_by_label("What shall be there?").fill("a green pear")
        page.get_by_role("button", name="Paint", exact=True).click()
        finished(page)
        pear = newest(server)
        assert pear["request"]["mask_prompt"] == "the apple"
        changed = np.abs(pixels(server, pear["id"]) - pixels(server, number)).sum(axis=2) > 0
        assert f"{100 * changed.mean():.0f}"[:1] == found[:1]
        page.get_by_role("button", name="Show it").click()
        expect(page.get_by_role("region", name="Made from")).to_contain_text("the apple")

    def test_what_is_not_found_is_said(self, server: Serving, number: str, visit: Visiting):
        browser = visit(server)
        browser.watch.allow("status of 422")
        page = browser.open(f"/#/pictures/{number}?tool=brush")
        page.get_by_role("radio", name="Words").click()
        page.get_by_label("What to repaint").fill("a submarine")
        page.get_by_role("button", name="Find", exact=True).click()
        expect(page.locator(".toast")).to_contain_text("submarine")
        expect(page.get_by_text("Nothing is marked yet.")).to_be_visible()


@pytest.mark.parametrize(("tool", "title"), [("enlarge", "크게 만들기"), ("cutout", "배경 지우기")])
def test_on_a_phone_in_korean(tool: str, title: str, server: Serving, number: str, visit: Visiting):
    page = visit(server, locale="ko-KR", reduced_motion="reduce", **PHONE).open(
        f"/#/pictures/{number}?tool={tool}"
    )
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.locator(".edit-run button[type=submit]").tap()
    expect(page.get_by_role("slider", name="이전과 이후")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    no_violations(page)


def test_without_words_there_is_still_a_name(server: Serving, visit: Visiting):
    halved = f"data:image/png;base64,{base64.b64encode(halves()).decode()}"
    picture = made(server, references=[halved])
    browser = visit(server)
    page = browser.open(f"/#/pictures/{picture['id']}")
    expect(page.get_by_role("heading", name="A variation")).to_be_visible()
    no_violations(page)
    browser.open("/#/gallery")
    expect(page.get_by_role("link", name="A variation")).to_be_visible()
    browser.open("/#/")
    open_group(page, "Settings")
    expect(page.get_by_role("link", name="A variation").first).to_be_visible()
    no_violations(page)
