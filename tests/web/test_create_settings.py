"""Settings, shaped by what an engine declares."""

from __future__ import annotations

from playwright.sync_api import expect

from studiolo.engines.base import Availability
from studiolo.engines.fake import FakeImageEngine
from studiolo.engines.pocket.engine import CAPABILITIES
from tests.server.serving import Serving

from .creating import PlainEngine, Visiting, finished, jobs, open_group, paint


class TestSettings:
    def test_they_follow_the_engine(self, server: Serving, visit: Visiting):
        server.studio.registry.register("plain", PlainEngine)
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
        server.studio.registry.register("plain", PlainEngine)
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

    def test_an_engine_that_is_not_ready_says_why(self, server: Serving, visit: Visiting):
        server.studio.registry.register("asleep", Asleep)
        page = visit(server).open()
        open_group(page, "Settings")
        option = page.get_by_role("option", name="asleep (not ready: it sleeps)")
        expect(option).to_be_disabled()

    def test_the_page_and_the_engine_agree_on_sizes(self, server: Serving, visit: Visiting):
        page = visit(server).open()
        sizes = CAPABILITIES.sizes
        asked = [(width, height) for width in range(200, 1600, 93) for height in range(200, 1600, 71)]
        allowed = page.evaluate(
            """async ([sizes, asked]) => {
                const { allows, nearest } = await import("/static/views/create/sizes.js");
                return asked.map(([width, height]) => {
                    const near = nearest(sizes, width, height);
                    return [allows(sizes, width, height), near.width, near.height];
                });
            }""",
            [sizes.model_dump(), asked],
        )
        assert [found[0] for found in allowed] == [sizes.allows(*size) for size in asked]
        assert all(sizes.allows(width, height) for _, width, height in allowed)

    def test_all_25_sizes_are_offered_where_the_engine_paints_them(self, server: Serving, visit: Visiting):
        page = visit(server).open()
        anything = {
            "minimum": 64,
            "maximum": 2048,
            "multiple": 1,
            "default": [1024, 1024],
            "max_pixels": None,
        }
        shapes = page.evaluate(
            """async (sizes) => (await import("/static/views/create/sizes.js")).shapesFor(sizes)""", anything
        )
        assert sum(len(shape["sizes"]) for shape in shapes) == 25
        assert {shape["shape"] for shape in shapes} >= {"1:1", "2:3", "16:9", "9:5", "5:11"}


class Asleep(FakeImageEngine):
    def availability(self) -> Availability:
        return Availability(ready=False, reason="it sleeps", hint="Wake it.")
