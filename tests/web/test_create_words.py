"""Prompts: translated, suggested, chosen."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.server.serving import Serving

from .creating import PASTE, Visiting, finished, jobs, open_group, paint, png, prompt_of, text_of


class TestWords:
    def test_a_prompt_in_another_language_is_translated_and_can_be_mended(
        self, start: Callable[..., Serving], visit: Visiting
    ):
        server = start(engine="pocket")
        page = visit(server).open()
        prompt_of(page).fill("눈 속의 빨간 사과")
        english = page.get_by_label("The prompt in English")
        expect(english).to_have_value("red apple in snow")
        expect(page.get_by_text("Translated word by word from Korean")).to_be_visible()
        english.fill("a red apple in deep snow")
        page.reload()
        expect(english).to_have_value("a red apple in deep snow")
        page.get_by_role("button", name="Paint", exact=True).click()
        expect(page.locator(".easel")).to_contain_text("눈 속의 빨간 사과")
        expect(finished(page)).to_have_attribute("alt", "a red apple in deep snow")
        (picture,) = server.get("/api/pictures").json()["pictures"]
        assert (picture["prompt"], picture["original_prompt"]) == (
            "a red apple in deep snow",
            "눈 속의 빨간 사과",
        )

    def test_it_can_be_painted_as_it_was_written(self, start: Callable[..., Serving], visit: Visiting):
        server = start(engine="pocket")
        page = visit(server).open()
        prompt_of(page).fill("ein rotes Haus")
        page.get_by_label("Paint it as I wrote it").check()
        expect(page.get_by_label("The prompt in English")).to_have_count(0)
        page.get_by_role("button", name="Paint", exact=True).click()
        expect(finished(page)).to_have_attribute("alt", "ein rotes Haus")

    def test_an_engine_that_reads_everything_is_told_what_was_written(self, server: Serving, visit: Visiting):
        browser = visit(server)
        asked: list[str] = []
        browser.page.on("request", lambda request: asked.append(request.url))
        page = browser.open()
        paint(page, "눈 속의 빨간 사과")
        expect(finished(page)).to_have_attribute("alt", "눈 속의 빨간 사과")
        assert not [url for url in asked if "translations" in url]

    def test_ideas_are_edited_chosen_and_painted_together(self, server: Serving, visit: Visiting):
        page = visit(server).open()
        open_group(page, "Ideas")
        page.get_by_label("Style or mood").fill("watercolour")
        page.get_by_label("Keywords").fill("owl, books")
        page.get_by_role("button", name="Give me 3 ideas").click()
        ideas = page.locator(".idea textarea")
        expect(ideas).to_have_count(3)
        first, third = ideas.first.input_value(), ideas.nth(2).input_value()
        ideas.nth(1).fill("an owl of my own")
        page.get_by_label("Choose idea 2").check()
        page.get_by_label("Choose idea 3").check()
        page.reload()
        expect(ideas.nth(1)).to_have_value("an owl of my own")
        page.get_by_role("button", name="Paint the chosen (2)").click()
        expect(page.get_by_role("button", name="Paint the chosen", exact=True)).to_be_disabled()
        expect(page.locator(".work")).to_contain_text(third)
        assert [job["prompt"] for job in jobs(server)] == ["an owl of my own", third]
        page.get_by_role("button", name="Other ideas").click()
        expect(page.locator(".idea textarea").first).not_to_have_value(first)
        kept = [box.input_value() for box in ideas.all()]
        assert "an owl of my own" in kept
        assert first not in kept

    def test_an_idea_becomes_the_prompt(self, server: Serving, visit: Visiting):
        page = visit(server).open()
        open_group(page, "Ideas")
        page.get_by_label("Keywords").fill("owl")
        page.get_by_label("Keywords").press("Enter")
        idea = page.get_by_label("Idea 1", exact=True)
        expect(idea).to_be_visible()
        page.get_by_role("button", name="Use as prompt").first.click()
        expect(prompt_of(page)).to_have_value(idea.input_value())

    def test_enter_in_the_address_of_a_reference_asks_for_no_ideas(self, server: Serving, visit: Visiting):
        browser = visit(server)
        browser.watch.allow("status of 4")
        asked: list[str] = []
        browser.page.on("request", lambda request: asked.append(request.url.removeprefix(server.address)))
        page = browser.open()
        open_group(page, "Ideas")
        page.get_by_label("Keywords").fill("owl")
        page.get_by_text("Add a reference picture").click()
        page.get_by_label("address of a picture").fill("https://127.0.0.1/owl.png")
        page.get_by_label("address of a picture").press("Enter")
        expect(page.get_by_role("alert")).to_be_visible()
        assert "/api/uploads" in asked
        assert "/api/suggestions" not in asked

    def test_a_picture_pasted_among_the_ideas_is_their_reference(self, server: Serving, visit: Visiting):
        page = visit(server).open()
        open_group(page, "Ideas")
        page.get_by_label("Keywords").fill("owl")
        page.evaluate(PASTE, ["[data-takes=ideas] input", text_of(png("navy"))])
        expect(page.get_by_role("img", name="Reference")).to_be_visible()
        with page.expect_request("**/api/suggestions") as asking:
            page.get_by_role("button", name="Give me 3 ideas").click()
        assert asking.value.post_data_json["reference"].startswith("sha256:")
        expect(page.locator(".idea")).to_have_count(3)
