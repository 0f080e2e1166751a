"""Pictures that are given: their colours, a start, the settings of an earlier one."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.server.serving import Serving

from .creating import (
    DROP,
    PASTE,
    PlainEngine,
    Visiting,
    choose_engine,
    finished,
    halves,
    jobs,
    open_group,
    paint,
    png,
    prompt_of,
    swatches_of,
    text_of,
)


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
        page.evaluate(DROP, ["palette", text_of(halves())])
        names = [each.get_attribute("aria-label") for each in swatches_of(page, 2)]
        assert {name.split()[-1] for name in names if name} == {"#264653", "#e9c46a"}

    def test_an_engine_without_palettes_names_one_that_has(self, server: Serving, visit: Visiting):
        server.studio.registry.register("plain", PlainEngine)
        page = visit(server).open()
        choose_engine(page, "plain")
        open_group(page, "Palette")
        expect(page.get_by_role("note")).to_contain_text("plain does not take colours.")
        page.get_by_role("button", name="Use fake").click()
        expect(page.get_by_text("Up to 10 colours")).to_be_visible()


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
        page.evaluate(PASTE, [target, text_of(png())])
        expect(page.get_by_role("img", name="The picture to start from")).to_be_visible()

    def test_one_is_dropped_anywhere(self, server: Serving, visit: Visiting):
        page = visit(server).open()
        page.evaluate(DROP, ["start", text_of(png())])
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

    def test_a_slow_upload_says_how_far_it_is_and_can_be_stopped(self, server: Serving, visit: Visiting):
        page = visit(server).open()
        slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 100_000}
        page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", slow)
        open_group(page, "Start from a picture")
        noise = io.BytesIO()
        Image.frombytes("RGB", (700, 700), os.urandom(700 * 700 * 3)).save(noise, "PNG")
        with page.expect_file_chooser() as choosing:
            page.get_by_role("button", name="File …").click()
        choosing.value.set_files({"name": "noise.png", "mimeType": "image/png", "buffer": noise.getvalue()})
        bar = page.get_by_role("progressbar", name="Sending the picture")
        expect(bar).to_have_attribute("aria-valuenow", re.compile("[1-9]"))
        page.get_by_role("button", name="Stop").click()
        expect(bar).to_have_count(0)
        expect(page.get_by_role("alert")).to_have_count(0)
        expect(page.get_by_role("img", name="The picture to start from")).to_have_count(0)

    def test_what_is_larger_than_the_studio_takes_is_said_before_it_is_sent(
        self, start: Callable[..., Serving], visit: Visiting
    ):
        server = start(upload_mb=1)
        page = visit(server).open()
        open_group(page, "Start from a picture")
        with page.expect_file_chooser() as choosing:
            page.get_by_role("button", name="File …").click()
        choosing.value.set_files({"name": "big.png", "mimeType": "image/png", "buffer": bytes(1_200_000)})
        expect(page.get_by_role("alert")).to_contain_text(
            "The file has 1.2 MB; the studio takes at most 1 MB."
        )


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

    def test_again_keeps_a_mask(self, server: Serving, visit: Visiting):
        mask = png("white")
        pictures = {"init_image": png(), "mask": mask}
        job = server.post(
            "/api/jobs",
            json={"prompt": "pears"}
            | {name: f"data:image/png;base64,{text_of(data)}" for name, data in pictures.items()},
        ).json()
        server.studio.jobs.wait(job["id"], 60)
        (picture,) = server.get("/api/pictures").json()["pictures"]
        page = visit(server).open(f"/#/?again={picture['id']}")
        open_group(page, "Start from a picture")
        expect(page.get_by_text("Only the marked part is painted anew.")).to_be_visible()
        paint(page, "plums")
        expect(finished(page)).to_have_attribute("alt", "plums")
        assert jobs(server)[-1]["request"]["mask"] == job["request"]["mask"]
        page.get_by_role("button", name="Paint all of it").click()
        paint(page, "grapes")
        expect(finished(page)).to_have_attribute("alt", "grapes")
        assert jobs(server)[-1]["request"]["mask"] is None

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
