"""Pictures chosen in the gallery, and what is done with them; pictures brought into it."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable

from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from tests.server.serving import Serving

from .conftest import Visit
from .hanging import choose, enter, hang, prompts, tile, total

Visiting = Callable[..., Visit]
_DROP = """(files) => {
    const data = new DataTransfer();
    for (const [name, type, text] of files) {
        const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
        data.items.add(new File([bytes], name, { type }));
    }
    const options = { bubbles: true, cancelable: true, dataTransfer: data };
    document.body.dispatchEvent(new DragEvent("dragover", options));
    document.body.dispatchEvent(new DragEvent("drop", options));
}"""


def png(colour: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (96, 64), colour).save(buffer, "PNG")
    return buffer.getvalue()


def chosen(page: Page, count: int) -> None:
    if count:
        expect(page.get_by_role("region", name="Chosen pictures")).to_contain_text(f"{count} chosen")
    else:
        expect(page.get_by_role("region", name="Chosen pictures")).to_have_count(0)


class TestChoosing:
    def test_by_mouse_and_keyboard(self, server: Serving, visit: Visiting):
        words = prompts(9)
        hang(server.studio.gallery, words)
        page = enter(visit(server), 9)
        choose(page, words[8])
        chosen(page, 1)
        tile(page, words[5]).click(modifiers=["Shift"])
        chosen(page, 4)
        page.keyboard.press("Escape")
        chosen(page, 0)
        page.keyboard.press("ArrowRight")
        page.keyboard.press("x")
        chosen(page, 1)
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Shift+X")
        chosen(page, 3)
        page.keyboard.press("Control+a")
        chosen(page, 9)
        page.keyboard.press("s")
        expect(page.locator(".tile-star")).to_have_count(9)
        page.get_by_role("button", name="Choose none").click()
        chosen(page, 0)

    def test_tags_are_added_to_all(self, server: Serving, visit: Visiting):
        words = prompts(3)
        ids = hang(server.studio.gallery, words)
        page = enter(visit(server), 3)
        choose(page, words[0])
        choose(page, words[1])
        page.get_by_role("button", name="Add a tag").click()
        page.get_by_role("textbox", name="Name").fill("harbour")
        with page.expect_response(lambda answer: answer.request.method == "PATCH"):
            page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_have_count(0)
        tags = [server.get(f"/api/pictures/{each}").json()["tags"] for each in ids]
        assert tags == [["harbour"], ["harbour"], []]


class TestCollections:
    def test_made_filled_renamed_and_removed(self, server: Serving, visit: Visiting):
        words = prompts(5)
        hang(server.studio.gallery, words)
        page = enter(visit(server), 5)
        choose(page, words[1])
        choose(page, words[2])
        page.get_by_role("button", name="Add to a collection").click()
        page.get_by_role("menuitem", name="New collection…").click()
        page.get_by_role("textbox", name="Name").fill("Harbour")
        page.get_by_role("button", name="Make it").click()
        chosen(page, 0)
        page.get_by_role("link", name="Harbour 2").click()
        total(page, 2)
        choose(page, words[1])
        page.get_by_role("button", name="Add to a collection").click()
        page.get_by_role("menuitem", name="Take out of this collection").click()
        total(page, 1)
        expect(page.get_by_role("link", name="Harbour 1")).to_be_visible()
        page.get_by_role("button", name="More for this collection").click()
        page.get_by_role("menuitem", name="Rename").click()
        page.get_by_role("textbox", name="Name").fill("Port")
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name="Port 1")).to_have_attribute("aria-current", "page")
        page.get_by_role("button", name="More for this collection").click()
        page.get_by_role("menuitem", name="Remove the collection").click()
        total(page, 5)
        expect(page.get_by_role("link", name="Port 1")).to_have_count(0)

    def test_a_name_that_is_taken_is_said_where_it_is_asked(self, server: Serving, visit: Visiting):
        server.post("/api/collections", json={"name": "Port"})
        arrived = visit(server)
        page = enter(arrived, 0)
        page.get_by_role("button", name="New collection").click()
        page.get_by_role("textbox", name="Name").fill("Port")
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("Port")
        arrived.watch.allow("422")


class TestTrash:
    def test_there_and_back(self, server: Serving, visit: Visiting):
        words = [f"picture {number}" for number in range(3)]
        for prompt in words:
            server.studio.generate(prompt, width=64, height=64)
        page = enter(visit(server), 3)
        choose(page, words[0])
        choose(page, words[1])
        page.keyboard.press("Delete")
        total(page, 1)
        page.get_by_role("button", name="Undo").click()
        total(page, 3)
        expect(page.locator(".tile")).to_have_count(3)
        page.keyboard.press("Control+a")
        page.get_by_role("button", name="Move to the trash").click()
        total(page, 0)
        page.get_by_role("link", name="Trash").click()
        total(page, 3)
        choose(page, words[2])
        page.get_by_role("button", name="Put back").click()
        total(page, 2)
        page.get_by_role("button", name="Empty the trash").click()
        page.get_by_role("button", name="Remove for good").click()
        expect(page.get_by_text("2 pictures were removed.")).to_be_visible()
        total(page, 1)
        expect(tile(page, words[2])).to_be_visible()


class TestImport:
    def test_files_are_dropped_anywhere(self, server: Serving, visit: Visiting):
        page = enter(visit(server), 0)
        files = [("red.png", png("red")), ("blue.png", png("blue")), ("notes.txt", b"buy bread")]
        page.evaluate(
            _DROP,
            [[name, "application/octet-stream", base64.b64encode(data).decode()] for name, data in files],
        )
        report = page.get_by_role("region", name="Import")
        expect(report).to_contain_text("2 pictures were imported.")
        expect(report).to_contain_text("1 could not be taken:")
        expect(report.get_by_role("listitem")).to_contain_text("notes.txt")
        total(page, 2)
        expect(page.locator(".tile")).to_have_count(2)
        report.get_by_role("button", name="Close the report").click()
        expect(report).to_have_count(0)

    def test_files_are_chosen_and_known_again(self, server: Serving, visit: Visiting):
        page = enter(visit(server), 0)
        files: list[FilePayload] = [{"name": "red.png", "mimeType": "image/png", "buffer": png("red")}]
        for said in ("1 picture was imported.", "1 was here already."):
            with page.expect_file_chooser() as chooser:
                page.get_by_role("button", name="Import").click()
            chooser.value.set_files(files)
            expect(page.get_by_role("region", name="Import")).to_contain_text(said)
        total(page, 1)

    def test_what_is_too_large_is_not_sent(self, start: Callable[..., Serving], visit: Visiting):
        server = start(upload_mb=1)
        page = enter(visit(server), 0)
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Import").click()
        chooser.value.set_files(
            [{"name": "big.png", "mimeType": "image/png", "buffer": png("red") + bytes(1_200_000)}]
        )
        expect(page.get_by_role("region", name="Import")).to_contain_text("the studio takes at most 1")
        total(page, 0)
