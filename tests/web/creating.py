"""How tests use the create view."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from studiolo.engines.capabilities import Capabilities, Range, Sizes
from studiolo.engines.fake import FakeImageEngine
from tests.jobs.engines import GatedEngine
from tests.server.serving import Serving

from .conftest import Visit

Visiting = Callable[..., Visit]
DROP = """([place, png]) => {
    const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], "picture.png", { type: "image/png" }));
    const options = { bubbles: true, cancelable: true, dataTransfer: data };
    document.body.dispatchEvent(new DragEvent("dragover", options));
    requestAnimationFrame(() => setTimeout(() =>
        document.querySelector(`[data-drop="${place}"]`).dispatchEvent(new DragEvent("drop", options))));
}"""
PASTE = """([selector, png]) => {
    const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], "picture.png", { type: "image/png" }));
    document.querySelector(selector).dispatchEvent(
        new ClipboardEvent("paste", { bubbles: true, cancelable: true, clipboardData: data }));
}"""


def png(colour: str = "red", size: tuple[int, int] = (96, 64)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


def halves() -> bytes:
    picture = Image.new("RGB", (96, 64), "#264653")
    picture.paste("#e9c46a", (48, 0, 96, 64))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def text_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


def gate(server: Serving) -> GatedEngine:
    """An engine that takes a step only when it is let: ``gated``."""
    server.studio.registry.register("gated", GatedEngine)
    engine = server.studio.registry.resolve("gated")
    assert isinstance(engine, GatedEngine)
    return engine


def prompt_of(page: Page) -> Locator:
    return page.get_by_label("What shall be painted?")


def open_group(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, expanded=False).click()


def paint(page: Page, prompt: str) -> None:
    """Paint it by the keyboard; returns when the server has the job."""
    expect(page.locator(".paint button[type=submit][aria-disabled]")).to_have_count(0)
    prompt_of(page).fill(prompt)
    with page.expect_response(
        lambda answer: answer.url.endswith("/api/jobs") and answer.request.method == "POST"
    ):
        prompt_of(page).press("Control+Enter")


def jobs(server: Serving) -> list[dict[str, Any]]:
    """Oldest first."""
    return server.get("/api/jobs").json()["jobs"][::-1]


def pictures_on_the_wall(page: Page) -> Locator:
    return page.get_by_role("list", name="Pictures").get_by_role("listitem")


def finished(page: Page) -> Locator:
    """What was painted last, on the easel."""
    return page.locator("a.canvas img")


def choose_engine(page: Page, name: str) -> None:
    open_group(page, "Settings")
    page.get_by_label("Engine", exact=True).select_option(name)
    page.get_by_role("button", name="Settings", expanded=True).click()


def swatches_of(page: Page, count: int) -> list[Locator]:
    swatches = page.get_by_role("listbox").get_by_role("option")
    expect(swatches).to_have_count(count)
    return swatches.all()


class PlainEngine(FakeImageEngine):
    """Nothing but a prompt, one shape, and a knob nobody knows yet."""

    @property
    def capabilities(self) -> Capabilities:
        return KnobbedCapabilities(
            description="Plain.",
            sizes=Sizes(minimum=64, maximum=64, multiple=64, default=(64, 64)),
            languages=(),
            max_count=1,
            refiner_handover=Range(minimum=0, maximum=1, default=0.8),
        )


class KnobbedCapabilities(Capabilities):
    refiner_handover: Range


def assert_no_violations(page: Page) -> None:
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
