"""What a painting is made from beside its words: a layout, pictures to vary, LoRAs, a refiner, a size."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from studiolo.engines.capabilities import Capabilities, Sizes
from studiolo.engines.fake import FakeImageEngine
from tests.server.serving import Serving

from .creating import (
    DROP,
    PlainEngine,
    Visiting,
    assert_no_violations,
    choose_engine,
    finished,
    halves,
    jobs,
    open_group,
    paint,
    png,
    prompt_of,
    text_of,
)
from .looking import PHONE

LAYOUT = "Follow a layout"
VARY = "Vary pictures"


def followed(page: Page) -> Locator:
    return page.get_by_role("img", name="The picture whose layout is followed")


def to_vary(page: Page) -> Locator:
    return page.get_by_role("list", name="Pictures to vary").get_by_role("listitem")


def drop(page: Page, place: str, data: bytes) -> None:
    page.evaluate(DROP, [place, text_of(data)])


def data_uri(data: bytes) -> str:
    return f"data:image/png;base64,{text_of(data)}"


def made(server: Serving, **request: Any) -> dict[str, Any]:
    """The picture that a job with this request makes."""
    job = server.post("/api/jobs", json=request).json()
    server.studio.jobs.wait(job["id"], 60)
    return server.get("/api/pictures", params={"limit": 1}).json()["pictures"][0]


class TestLayout:
    def test_a_dropped_picture_is_followed_as_it_is_set(self, server: Serving, visit: Visiting):
        page = visit(server).open()
        drop(page, "control", halves())
        expect(followed(page)).to_be_visible()
        page.get_by_role("radio", name="Areas").click()
        page.get_by_role("spinbutton", name="How closely").fill("0.4")
        page.keyboard.press("Enter")
        page.reload()
        expect(page.get_by_role("radio", name="Areas")).to_be_checked()
        paint(page, "a red apple")
        expect(finished(page)).to_be_visible()
        request = jobs(server)[0]["request"]
        assert request["control_image"].startswith("sha256:")
        assert (request["control"], request["control_strength"]) == ("segmentation", 0.4)
        page.get_by_role("button", name="Do not follow it").click()
        paint(page, "a green pear")
        expect(finished(page)).to_have_attribute("alt", "a green pear")
        assert jobs(server)[-1]["request"]["control_image"] is None

    def test_its_map_is_shown_unless_it_is_one(self, server: Serving, visit: Visiting):
        page = visit(server).open()
        drop(page, "control", halves())
        shown = page.get_by_role("img", name="What is followed of it")
        expect(shown).to_be_visible()
        assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 96
        lines = shown.get_attribute("src")
        page.get_by_role("radio", name="Areas").click()
        expect(shown).not_to_have_attribute("src", lines or "")
        page.get_by_label("This is a map already").check()
        expect(shown).to_have_count(0)
        paint(page, "a red apple")
        expect(finished(page)).to_be_visible()
        assert jobs(server)[0]["request"]["control_prepared"] is True

    def test_what_an_engine_cannot_do_is_not_offered(self, server: Serving, visit: Visiting):
        server.studio.registry.register("plain", PlainEngine)
        page = visit(server).open()
        expect(page.get_by_role("button", name=LAYOUT)).to_be_visible()
        choose_engine(page, "plain")
        expect(page.get_by_role("button", name=LAYOUT)).to_have_count(0)
        expect(page.get_by_role("button", name=VARY)).to_have_count(0)

    def test_what_is_set_stays_to_be_taken_back_with_an_engine_that_cannot(
        self, server: Serving, visit: Visiting
    ):
        server.studio.registry.register("plain", PlainEngine)
        page = visit(server).open()
        drop(page, "control", halves())
        expect(followed(page)).to_be_visible()
        choose_engine(page, "plain")
        expect(page.get_by_role("note")).to_contain_text("plain follows no layout.")
        expect(page.get_by_role("slider", name="How closely")).to_have_count(0)
        paint(page, "a red apple")
        expect(finished(page)).to_be_visible()
        assert jobs(server)[0]["request"]["control_image"] is None
        page.get_by_role("button", name="Use fake").click()
        expect(page.get_by_role("slider", name="How closely")).to_be_visible()


class TestReferences:
    def test_pictures_alone_make_a_variation(self, server: Serving, visit: Visiting):
        page = visit(server).open()
        drop(page, "references", png("red"))
        expect(to_vary(page)).to_have_count(1)
        drop(page, "references", png("blue"))
        expect(to_vary(page)).to_have_count(2)
        page.get_by_role("spinbutton", name="How near to them").fill("0.9")
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Paint", exact=True).click()
        expect(finished(page)).to_have_attribute("alt", "A variation")
        (job,) = jobs(server)
        assert len(job["request"]["references"]) == 2
        assert job["request"]["similarity"] == 0.9
        assert job["prompt"] == ""
        assert_no_violations(page)

    def test_no_more_than_the_engine_takes_and_each_goes_by_a_key(self, server: Serving, visit: Visiting):
        page = visit(server).open()
        for count, colour in enumerate(("red", "green", "blue", "yellow", "black"), 1):
            drop(page, "references", png(colour))
            expect(to_vary(page)).to_have_count(count)
        expect(page.get_by_text("There is room for 5 pictures.")).to_be_visible()
        page.get_by_role("button", name="Take out picture 5").focus()
        page.keyboard.press("Enter")
        expect(to_vary(page)).to_have_count(4)
        expect(page.get_by_role("button", name="Take out picture 4")).to_be_focused()

    def test_without_any_there_is_something_to_say_first(self, server: Serving, visit: Visiting):
        page = visit(server).open()
        page.get_by_role("button", name="Paint", exact=True).click()
        expect(page.get_by_role("alert")).to_have_text("Say what to paint first.")


class TestStages:
    def test_a_refiner_brings_the_number_that_matters_to_it(self, server: Serving, visit: Visiting):
        page = visit(server).open()
        open_group(page, "Settings")
        expect(page.get_by_role("radio", name="None", exact=True)).to_be_checked()
        for loose in ("Handover", "How far to leave it", "How closely", "How near to them"):
            expect(page.get_by_role("slider", name=loose)).to_have_count(0)
        page.get_by_role("radio", name="Finished picture").click()
        page.get_by_role("spinbutton", name="How far to leave it").fill("0.5")
        page.keyboard.press("Enter")
        expect(page.get_by_role("slider", name="Handover")).to_have_count(0)
        page.get_by_role("radio", name="Finished picture").press("ArrowLeft")
        page.get_by_role("spinbutton", name="Handover").fill("0.7")
        page.keyboard.press("Enter")
        expect(page.get_by_role("slider", name="How far to leave it")).to_have_count(0)
        paint(page, "a red apple")
        expect(finished(page)).to_be_visible()
        request = jobs(server)[0]["request"]
        assert (request["refiner"], request["handover"]) == ("ensemble", 0.7)
        assert request["refiner_strength"] is None

    def test_loras_are_added_weighed_and_removed(self, server: Serving, visit: Visiting):
        page = visit(server).open()
        open_group(page, "Settings")
        for number, name in enumerate(("ink", "paper", "clay"), 1):
            page.get_by_role("button", name="Add a LoRA").click()
            expect(page.get_by_role("textbox", name=f"Name of LoRA {number}")).to_be_focused()
            page.keyboard.type(name)
        weight = page.get_by_role("spinbutton", name="Weight of LoRA 3")
        weight.fill("-9")
        weight.press("Enter")
        expect(weight).to_have_value("-4")
        weight.fill("0.6")
        weight.press("Enter")
        page.get_by_role("button", name="Remove LoRA 1").click()
        expect(page.get_by_role("textbox", name="Name of LoRA 1")).to_be_focused()
        page.get_by_role("button", name="Add a LoRA").click()  # never written: not asked for
        paint(page, "a red apple")
        expect(finished(page)).to_be_visible()
        loras = jobs(server)[0]["request"]["loras"]
        assert loras == [{"name": "paper", "weight": 1.0}, {"name": "clay", "weight": 0.6}]

    def test_an_engine_with_neither_shows_neither(self, server: Serving, visit: Visiting):
        server.studio.registry.register("plain", PlainEngine)
        page = visit(server).open()
        open_group(page, "Settings")
        page.get_by_label("Engine", exact=True).select_option("plain")
        expect(page.get_by_role("radiogroup", name="Refiner")).to_have_count(0)
        expect(page.get_by_role("button", name="Add a LoRA")).to_have_count(0)


class OfChangingMind(FakeImageEngine):
    """Paints any size until it is told of another model, which a page that is open does not know."""

    def __init__(self, changed: threading.Event) -> None:
        super().__init__()
        self._changed = changed

    @property
    def capabilities(self) -> Capabilities:
        sizes = super().capabilities.sizes
        if self._changed.is_set():
            sizes = Sizes(minimum=64, maximum=64, multiple=64, default=(64, 64))
        return super().capabilities.model_copy(update={"sizes": sizes})


def test_a_refused_size_is_rounded_by_one_press(server: Serving, visit: Visiting):
    changed = threading.Event()
    server.studio.registry.register("fickle", lambda _: OfChangingMind(changed))
    browser = visit(server)
    browser.watch.allow("status of 422")
    page = browser.open()
    open_group(page, "Settings")
    page.get_by_label("Engine", exact=True).select_option("fickle")
    width = page.get_by_role("spinbutton", name="Width", exact=True)
    width.fill("128")
    width.press("Enter")
    prompt_of(page).fill("a red apple")
    changed.set()
    page.get_by_role("button", name="Paint", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("does not paint 128x64")
    page.get_by_role("button", name="Paint 64 \N{MULTIPLICATION SIGN} 64").click()
    expect(finished(page)).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    assert (jobs(server)[0]["request"]["width"], jobs(server)[0]["request"]["height"]) == (64, 64)


class TestAgain:
    def test_everything_it_was_made_from_is_filled_in(self, server: Serving, visit: Visiting):
        first = made(
            server,
            prompt="a red apple",
            seed=3,
            control_image=data_uri(halves()),
            control="segmentation",
            control_strength=0.3,
            references=[data_uri(png("red")), data_uri(png("blue"))],
            similarity=0.5,
            refiner="image",
            refiner_strength=0.4,
            loras=[{"name": "ink", "weight": 0.5}],
        )
        page = visit(server).open(f"/#/?again={first['id']}")
        expect(prompt_of(page)).to_have_value("a red apple")
        paint(page, "a red apple")
        expect(page.locator(".justified li")).to_have_count(1)
        server.studio.jobs.wait(jobs(server)[-1]["id"], 60)
        second = server.get("/api/pictures", params={"limit": 1}).json()["pictures"][0]
        assert second["id"] != first["id"]
        assert second["request"] == first["request"]

    def test_a_picture_that_grew_grows_again_until_it_is_told_not_to(self, server: Serving, visit: Visiting):
        first = made(
            server,
            prompt="a red apple",
            init_image=data_uri(png()),
            outpaint=[32, 0, 0, 16],
            seam="precise",
        )
        page = visit(server).open(f"/#/?again={first['id']}")
        open_group(page, "Start from a picture")
        expect(page.get_by_text("It grows by 32, 0, 0, 16 pixels")).to_be_visible()
        expect(page.get_by_role("radio", name="Keep every pixel")).to_be_checked()
        paint(page, "a red apple")
        expect(finished(page)).to_be_visible()
        server.studio.jobs.wait(jobs(server)[-1]["id"], 60)
        assert jobs(server)[-1]["request"] == first["request"] | {"seed": jobs(server)[-1]["request"]["seed"]}
        page.get_by_role("button", name="Do not grow it").click()
        expect(page.get_by_role("radiogroup", name="The seam")).to_have_count(0)

    @pytest.mark.parametrize(
        ("query", "shown"), [("control", "Do not follow it"), ("vary", "Take out picture 1")]
    )
    def test_a_picture_is_followed_or_varied_by_a_link(
        self, query: str, shown: str, server: Serving, visit: Visiting
    ):
        picture = made(server, prompt="a red apple", width=128, height=96)
        page = visit(server).open(f"/#/?{query}={picture['id']}")
        expect(page.get_by_role("button", name=shown)).to_be_visible()
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_role("button", name=shown)).to_have_count(0)


class TestForEverybody:
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_axe_finds_nothing(self, scheme: str, server: Serving, visit: Visiting):
        page = visit(server, color_scheme=scheme, reduced_motion="reduce").open()
        drop(page, "control", halves())
        expect(followed(page)).to_be_visible()
        drop(page, "references", png())
        expect(to_vary(page)).to_have_count(1)
        open_group(page, "Settings")
        page.get_by_role("radio", name="Last steps").click()
        page.get_by_role("button", name="Add a LoRA").click()
        expect(page.get_by_role("textbox", name="Name of LoRA 1")).to_be_visible()
        assert_no_violations(page)

    def test_on_a_phone_in_korean(self, server: Serving, visit: Visiting):
        page = visit(server, locale="ko-KR", reduced_motion="reduce", **PHONE).open()
        drop(page, "control", halves())
        sheet = page.get_by_role("dialog", name="구도 따르기")
        expect(sheet.get_by_role("img", name="구도를 따를 그림")).to_be_visible()
        assert_no_violations(page)
        sheet.get_by_role("button", name="닫기").tap()
        page.get_by_role("button", name="변형").tap()
        expect(page.get_by_role("dialog", name="그림 변형하기")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        assert_no_violations(page)
